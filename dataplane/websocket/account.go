package websocket

import (
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/traffic"
)

// account has the throttles of an account and region. They have no locks: each message of
// every connection passes one.
//
// Source: "Amazon API Gateway quotas" and "Quotas for configuring and running a WebSocket API"
// in AWS's developer guide. The throttle of requests is there that of REST and HTTP APIs too,
// which do not draw on it here.
type account struct {
	// connections are new connections, requests are handshakes, messages of clients and
	// calls of @connections. They are nil without a bound.
	connections, requests *traffic.Gate
}

// accountKey names an account in a region.
type accountKey struct{ account, region string }

// account returns the throttles of an account and region, the same for all stages.
func (h *Hub) account(id, region string, limits *Limits, now time.Time) *account {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := accountKey{id, region}
	if known := h.accounts[key]; known != nil {
		return known
	}
	made := &account{}
	if n := limits.ConnectionsPerSecond; n > 0 {
		made.connections = traffic.NewGate(n, n, now)
	}
	if n := limits.RequestsPerSecond; n > 0 {
		made.requests = traffic.NewGate(n, limits.RequestBurst, now)
	}
	h.accounts[key] = made
	return made
}

// admit takes the exchange out of what the account has left; nil where it may go on.
func (x *Exchange) admit() *failure {
	a := x.conn.shared.account
	if !a.requests.Take(x.time) {
		return throttled("The throttle limit of the account is exceeded")
	}
	if x.eventType == eventConnect && !a.connections.Take(x.time) {
		return throttled("The account makes too many new connections in a second")
	}
	return nil
}
