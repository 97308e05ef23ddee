package mapping

import (
	"fmt"
	"strings"
)

// Place is the part of a message that a [Target] is in.
type Place uint8

// The places of targets.
const (
	RequestHeader Place = iota
	RequestQuerystring
	RequestPath
	MethodResponseHeader
	GatewayResponseHeader
)

// Target is where a mapped value goes.
type Target struct {
	Place Place
	Name  string
}

var targets = []struct {
	prefix string
	place  Place
}{
	{"integration.request.header.", RequestHeader},
	{"integration.request.querystring.", RequestQuerystring},
	{"integration.request.path.", RequestPath},
	{"method.response.header.", MethodResponseHeader},
	{"gatewayresponse.header.", GatewayResponseHeader},
}

// ParseTarget compiles a key of requestParameters or responseParameters.
func ParseTarget(text string) (Target, error) {
	for _, t := range targets {
		if name, ok := strings.CutPrefix(text, t.prefix); ok && name != "" && isName(name) {
			return Target{Place: t.place, Name: name}, nil
		}
	}
	return Target{}, fmt.Errorf("invalid mapping target %q", text)
}
