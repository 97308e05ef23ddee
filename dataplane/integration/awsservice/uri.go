package awsservice

import (
	"errors"
	"fmt"
	"strings"
)

// URI is the URI of an AWS integration, taken apart:
//
//	arn:{partition}:apigateway:{region}:{subdomain.service|service}:path|action/{service_api}
type URI struct {
	Partition, Region string
	Service           Service
	// Subdomain is what precedes the service in the name of its host; often empty.
	Subdomain string
	// Action is the name of the operation; empty for a URI with a path.
	Action string
	// Path is the path of the request, escaped, beginning with a slash. Placeholders
	// in braces are left in it.
	Path string
	// Query is the query string without the action, as it stands in the URI.
	Query string
}

// errNoTarget is a URI that says neither path nor action.
var errNoTarget = errors.New("AWS ARN for integration must contain path or action")

// ParseURI takes a URI apart in which stage variables are replaced already.
func ParseURI(text string) (*URI, error) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "apigateway" {
		return nil, fmt.Errorf("%q is no ARN of an integration", text)
	}
	uri := &URI{Partition: parts[1], Region: parts[3]}
	if !isLabel(uri.Region) || uri.Partition == "" {
		return nil, fmt.Errorf("%q names no region", text)
	}
	if !uri.setService(parts[4]) {
		return nil, fmt.Errorf("%q names no service", text)
	}
	kind, api, ok := strings.Cut(parts[5], "/")
	switch {
	case ok && kind == "path":
		// "path//" is the root.
		uri.Path, uri.Query, _ = strings.Cut("/"+strings.TrimPrefix(api, "/"), "?")
	case ok && kind == "action":
		uri.Path = "/"
		if uri.Action, uri.Query, _ = strings.Cut(api, "&"); uri.Action == "" {
			return nil, fmt.Errorf("%q: %w", text, errNoTarget)
		}
	default:
		return nil, fmt.Errorf("%q: %w", text, errNoTarget)
	}
	return uri, nil
}

// setService reads the part of the ARN that names the service.
func (u *URI) setService(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if !isLabel(label) {
			return false
		}
	}
	// Some services have a point in their own name: "runtime.sagemaker".
	service := name
	for {
		_, known := services[service]
		_, rest, more := strings.Cut(service, ".")
		if known || !more {
			break
		}
		service = rest
	}
	u.Subdomain = strings.TrimSuffix(strings.TrimSuffix(name, service), ".")
	if service == "iot" && u.Subdomain != "" {
		service = iotData // the endpoint of an account, which has a service of its own
	}
	u.Service = Find(service)
	return true
}

// iotData is the service behind {account's own}.iot.
const iotData = "data-ats.iot"

// isLabel reports whether s can be a part of a host name.
func isLabel(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}
