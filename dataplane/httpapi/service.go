package httpapi

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/httpapi/parameter"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration/awsservice"
)

// service is a compiled integration with an operation of an AWS service.
type service struct {
	operation *operation
	// parameters are the mapped ones, in the order of the operation's.
	parameters []serviceParameter
	// region is where the service is called; its default is that of the API.
	region        parameter.Expression
	defaultRegion string
	config        integration.AWSConfig

	// backends has an *integration.AWS for each region, nearly always one.
	backends sync.Map
}

type serviceParameter struct {
	member *member
	value  parameter.Expression
}

// service compiles an integration with an integrationSubtype.
func (c *compiler) service(r *route, i *types.Integration) (step, *Failure) {
	subtype := aws.ToString(i.IntegrationSubtype)
	operation := operations[subtype]
	if operation == nil {
		return step{}, configurationError("integrationSubtype " + subtype + " is not supported")
	}
	role, failure := c.role(r, i)
	switch {
	case failure != nil:
		return step{}, failure
	case role == asCaller:
		return step{}, configurationError("the caller's credentials for a service are not supported: the service would need the caller's secret")
	case role == "":
		return step{}, configurationError("integrationSubtype " + subtype + " needs credentialsArn")
	}
	s := &service{operation: operation, defaultRegion: c.snapshot.Region, config: integration.AWSConfig{
		Method: operation.method, RoleARN: role, APIID: c.snapshot.ApiID, SourceARN: c.sourceARN(r), Timeout: timeout(i),
		Transport: c.stage.env.Transports.Verifying, Services: c.stage.env.Services,
	}}
	if failure := s.compile(i.RequestParameters, c.snapshot.Stage.StageVariables); failure != nil {
		return step{}, failure
	}
	// The role and the region are checked now, when they are known.
	if region, ok := s.region.Constant(); ok {
		if _, failed := s.backend(region); failed != nil {
			return step{}, integrationFailure(failed)
		}
	}
	return step{name: "AWS service integration", run: s.run}, nil
}

// regionParameter calls another region.
const regionParameter = "Region"

func (s *service) compile(mapped, stageVariables map[string]string) *Failure {
	for name := range mapped {
		if name != regionParameter && !s.operation.has(name) {
			return configurationError("request parameters: " + name + " is no parameter of the operation")
		}
	}
	var err error
	if s.region, err = parameter.Parse(mapped[regionParameter], parameter.Request, stageVariables); err != nil {
		return configurationError("request parameters: Region: " + err.Error())
	}
	for i := range s.operation.members {
		m := &s.operation.members[i]
		text, ok := mapped[m.name]
		switch {
		case !ok && m.required:
			return configurationError("request parameters: " + m.name + " is required")
		case !ok:
			continue
		}
		value, err := parameter.Parse(text, parameter.Request, stageVariables)
		if err != nil {
			return configurationError("request parameters: " + m.name + ": " + err.Error())
		}
		s.parameters = append(s.parameters, serviceParameter{m, value})
	}
	return nil
}

// maxRegions bounds the regions of a mapping that the client decides.
const maxRegions = 64

// backend returns the integration for a region, empty for that of the API.
func (s *service) backend(region string) (*integration.AWS, *integration.Failure) {
	if region == "" {
		region = s.defaultRegion
	}
	if known, ok := s.backends.Load(region); ok {
		return known.(*integration.AWS), nil
	}
	count := 0
	s.backends.Range(func(any, any) bool { count++; return count < maxRegions })
	if count >= maxRegions {
		return nil, &integration.Failure{Kind: integration.Misconfigured, Reason: "too many Regions", Cause: errors.New(region)}
	}
	config := s.config
	config.URI = "arn:aws:apigateway:" + region + ":" + s.operation.service + ":path/" + s.operation.path
	compiled, failure := integration.NewAWS(config)
	if failure != nil {
		return nil, failure
	}
	s.backends.Store(region, compiled)
	return compiled, nil
}

func (s *service) run(x *Exchange) *Failure {
	if _, failure := x.body(); failure != nil {
		return failure
	}
	backend, failed := s.backend(s.region.Evaluate(x))
	if failed != nil {
		return integrationFailure(failed)
	}
	values := make([]namedValue, 0, len(s.parameters))
	for i := range s.parameters {
		p := &s.parameters[i]
		value := p.value.Evaluate(x)
		if value == "" {
			if p.member.required {
				return badParameter(p.member.name, errors.New("it is empty"))
			}
			continue
		}
		values = append(values, namedValue{p.member, value})
	}
	call := integration.HTTPCall{Method: s.operation.method, TraceID: x.Request.Trace().Request}
	if failure := s.operation.encode(s.operation, values, &call); failure != nil {
		return failure
	}
	began := x.began()
	response, failed := backend.Invoke(x.Request.HTTP.Context(), call)
	if failed != nil {
		return x.answered(began, 0, failed)
	}
	x.responded(began, response)
	header := http.Header{}
	if contentType := response.Header["Content-Type"]; len(contentType) > 0 {
		header["Content-Type"] = contentType
	}
	x.Response = Response{Status: response.Status, Header: header, Body: response.Body}
	return nil
}

// badParameter is the failure of a request whose parameters the operation cannot have.
// Unverified: that it is the client's fault.
func badParameter(name string, cause error) *Failure {
	return &Failure{
		Status: http.StatusBadRequest, Type: "BAD_REQUEST_PARAMETERS",
		Reason: "The parameter " + name + " of the integration has no usable value", Cause: fmt.Errorf("%s: %w", name, cause),
	}
}

// target returns the header that names the operation of a service with a JSON protocol.
func (o *operation) target() []integration.Field {
	found := awsservice.Find(o.service)
	return []integration.Field{{Name: "X-Amz-Target", Values: []string{found.Target(o.action)}}}
}

// jsonType is the content type of a service with a JSON protocol.
func (o *operation) jsonType() string {
	contentType := awsservice.Find(o.service).ContentType()
	if !strings.Contains(contentType, "json") {
		return "application/x-amz-json-1.0"
	}
	return contentType
}
