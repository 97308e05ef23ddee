package rest

import (
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// requestParameters are the mappings of an integration request.
type requestParameters []requestParameter

type requestParameter struct {
	mapping.Parameter
	// taken is set for a header that the gateway writes itself.
	taken *Failure
}

// takenHeaders are the headers of an integration request, in lower case, that the
// gateway writes itself: a mapping to one makes the request fail. onAWS tells that it is
// so only where the gateway signs the request or calls a function. Unverified.
var takenHeaders = map[string]struct{ onAWS bool }{
	"content-length": {}, "transfer-encoding": {}, "x-amzn-trace-id": {}, "x-amzn-apigateway-api-id": {},
	"authorization": {true}, "connection": {true}, "expect": {true}, "proxy-authenticate": {true}, "te": {true},
}

// droppedHeaders, in lower case, never reach a backend. Unverified.
var droppedHeaders = map[string]bool{"expect": true, "proxy-authenticate": true, "te": true, "via": true}

func newRequestParameters(i *types.Integration, parameters []mapping.Parameter) requestParameters {
	compiled := make(requestParameters, 0, len(parameters))
	for _, parameter := range parameters {
		p := requestParameter{Parameter: parameter}
		if parameter.Target.Place == mapping.RequestHeader {
			name := strings.ToLower(parameter.Target.Name)
			taken, ok := takenHeaders[name]
			switch {
			case ok && (!taken.onAWS || i.Type == types.IntegrationTypeAws):
				p.taken = configurationError(parameter.Target.Name + " header already present")
			case droppedHeaders[name]:
				continue
			}
		}
		compiled = append(compiled, p)
	}
	return compiled
}

// run evaluates the mappings. A missing source leaves its target out.
func (p requestParameters) run(x *Exchange) *Failure {
	to := &x.IntegrationRequest
	for i := range p {
		parameter := &p[i]
		values := parameter.Source.Evaluate(x)
		if len(values) == 0 {
			continue
		}
		if parameter.taken != nil {
			return parameter.taken
		}
		switch parameter.Target.Place {
		case mapping.RequestHeader:
			if values = validValues(values); len(values) > 0 {
				to.Header = append(to.Header, integration.Field{Name: parameter.Target.Name, Values: values})
			}
		case mapping.RequestQuerystring:
			to.Query = append(to.Query, integration.Field{Name: parameter.Target.Name, Values: values})
		case mapping.RequestPath:
			value := values[0]
			if parameter.Source.Source() != mapping.Path {
				value = escapePath(value)
			}
			to.Path = append(to.Path, integration.Pair{Name: parameter.Target.Name, Value: value})
		case mapping.MethodResponseHeader, mapping.GatewayResponseHeader:
		}
	}
	return nil
}

// escapePath encodes a value for a path, slashes excepted: path parameters may span
// segments.
func escapePath(value string) string {
	return strings.ReplaceAll(url.PathEscape(value), "%2F", "/")
}
