package awsservice

import "strings"

// Protocol is how operations of a service are called.
type Protocol uint8

// The protocols, as far as calls differ.
const (
	// REST names the operation by method and path.
	REST Protocol = iota
	// Query names it by the parameter Action.
	Query
	// JSON names it by the header X-Amz-Target.
	JSON
)

// Service is an AWS service.
type Service struct {
	// Name is the endpoint prefix: "states".
	Name string
	// SigningName is the service in the scope of a signature.
	SigningName string
	// EndpointID is the service in the name of its environment variable: "SFN".
	EndpointID string
	Protocol   Protocol
	// TargetPrefix begins the X-Amz-Target of the JSON protocol: "AWSStepFunctions".
	TargetPrefix string
	// JSONVersion is "1.0" or "1.1" for the JSON protocol.
	JSONVersion string
}

// Find returns the service with an endpoint prefix. One that the table does not have
// speaks REST and is named the same everywhere, which is so for most.
func Find(name string) Service {
	service := services[name]
	service.Name = name
	if service.SigningName == "" {
		service.SigningName = name
	}
	if service.EndpointID == "" {
		service.EndpointID = endpointID(name)
	}
	return service
}

// EndpointVariable is the environment variable that names the endpoint of the service,
// as the AWS SDKs and CLI know it: "AWS_ENDPOINT_URL_SFN".
func (s Service) EndpointVariable() string { return "AWS_ENDPOINT_URL_" + s.EndpointID }

// Target returns the X-Amz-Target of an action, "" when the service wants none.
func (s Service) Target(action string) string {
	if s.Protocol != JSON {
		return ""
	}
	return s.TargetPrefix + "." + action
}

// ContentType returns the type of the requests of a protocol that names its operations:
// "" for REST.
func (s Service) ContentType() string {
	switch s.Protocol {
	case JSON:
		return "application/x-amz-json-" + s.JSONVersion
	case Query:
		return "application/x-www-form-urlencoded"
	case REST:
	}
	return ""
}

func endpointID(name string) string {
	return strings.ToUpper(strings.Map(func(c rune) rune {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' {
			return c
		}
		return '_'
	}, name))
}
