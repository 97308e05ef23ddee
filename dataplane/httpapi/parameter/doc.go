// Package parameter compiles the parameter mappings of HTTP APIs: expressions such as
// $request.header.name, $context.requestId or "/pets/${request.path.id}", and the request
// and response mappings that are made of them ("Transform API requests and responses for
// HTTP APIs").
//
// [Parse] compiles an expression; [ParseRequest] and [ParseResponse] compile mappings.
package parameter
