package websocket

import (
	"strconv"
	"time"
)

// check is how a guard of $connect decided, for $context: an authorizer, a signature, or the
// permission of its signer.
type check struct {
	status  int
	latency time.Duration
	reason  string
}

// checked notes how a guard that began at a time decided.
func (x *Exchange) checked(began time.Time, f *failure) *check {
	c := &check{status: 200, latency: x.stage.env.Now().Sub(began)}
	if f != nil {
		c.status, c.reason = f.status, f.message
	}
	return c
}

func (c *check) statusText() string {
	if c == nil {
		return ""
	}
	return strconv.Itoa(c.status)
}

func (c *check) latencyText() string {
	if c == nil {
		return ""
	}
	return strconv.FormatInt(c.latency.Milliseconds(), 10)
}

func (c *check) errorText() string {
	if c == nil {
		return ""
	}
	return c.reason
}
