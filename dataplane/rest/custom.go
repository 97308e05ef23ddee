package rest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// custom compiles an integration that is no proxy: what is mapped and templated
// reaches the backend, and what is mapped and templated reaches the client.
func (c *compiler) custom(m *types.Method, call step) []step {
	i := m.MethodIntegration
	parameters, err := mapping.ParseRequestParameters(i.RequestParameters)
	if err != nil {
		return []step{refusal(call.name, configurationError(err.Error()))}
	}
	responses, failure := c.integrationResponses(m)
	if failure != nil {
		return []step{refusal("integration response", failure)}
	}
	var steps []step
	if len(parameters) > 0 {
		steps = append(steps, step{name: "integration request parameters", run: newRequestParameters(i, parameters).run})
	}
	return append(steps, c.requestBody(i), call, step{name: "integration response", run: responses.run})
}

// http compiles an HTTP integration.
func (c *compiler) http(m *types.Method) []step {
	const name = "HTTP integration"
	config, failure := c.httpConfig(m.MethodIntegration)
	if failure != nil {
		return []step{refusal(name, failure)}
	}
	backend, failed := integration.NewHTTP(config)
	if failed != nil {
		return []step{refusal(name, integrationFailure(failed))}
	}
	return c.custom(m, call(name, backend))
}

// called is a backend that gets what is mapped and nothing else of the client's request.
type called interface {
	Invoke(ctx context.Context, in integration.HTTPCall) (*integration.Response, *integration.Failure)
}

// call is the step that calls a backend.
func call(name string, backend called) step {
	return step{name: name, run: func(x *Exchange) *Failure {
		request := &x.IntegrationRequest
		traced := x.trace().Request
		response, failed := backend.Invoke(x.Request.HTTP.Context(), integration.HTTPCall{
			Method:      x.Request.HTTP.Method,
			TraceID:     traced,
			ContentType: request.ContentType,
			Body:        request.Body,
			Header:      request.Header,
			Query:       request.Query,
			Path:        request.Path,
		})
		if failed != nil {
			return integrationFailure(failed)
		}
		x.IntegrationResponse, x.responseTrace = response, traced
		return nil
	}}
}

// lambda compiles an AWS integration with a Lambda function.
func (c *compiler) lambda(r *resource, m *types.Method) []step {
	const name = "Lambda integration"
	function, failure := c.function(r, m)
	if failure != nil {
		return []step{refusal(name, failure)}
	}
	backend := &integration.Lambda{Function: *function}
	return c.custom(m, step{name: name, run: func(x *Exchange) *Failure {
		traced := x.trace().Response()
		ctx, release := x.functionContext(traced)
		defer release()
		response, failed := backend.Invoke(ctx, x.IntegrationRequest.Body, x.IntegrationRequest.Header)
		if failed != nil {
			return integrationFailure(failed)
		}
		x.IntegrationResponse, x.responseTrace = response, traced
		return nil
	}})
}
