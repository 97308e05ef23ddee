package parameter

import "github.com/stagedoor-dev/stagedoor/dataplane/mapping"

// Values is what expressions are evaluated against: one request on its way. A value that
// there is not is empty.
type Values interface {
	// RequestHeader returns the values of a header, whatever the case of its name.
	RequestHeader(name string) []string
	// RequestQuerystring returns the decoded values of a query parameter.
	RequestQuerystring(name string) []string
	// RequestPath returns the path without the stage.
	RequestPath() string
	// PathParameter returns a decoded path parameter.
	PathParameter(name string) string
	// RequestBody returns the body, nil when there is none.
	RequestBody() *mapping.Document
	// ResponseHeader and ResponseBody are of the integration's response.
	ResponseHeader(name string) []string
	ResponseBody() *mapping.Document
	// ContextVariable returns a variable, named without "$context.".
	ContextVariable(name string) string
}
