// Package mapping compiles the parameter-mapping expressions of integrations:
// where a value goes ([Target]: "integration.request.header.X") and where it
// comes from ([Expression]: "method.request.path.id", "context.requestId",
// "stageVariables.env", a literal in single quotes). Expressions are compiled
// with a deployment; a request only evaluates them, against [Values].
//
// It does not know what a request is: the packages of the API kinds implement
// Values. Start with [ParseExpression].
package mapping
