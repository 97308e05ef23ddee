// Package integration calls backends: Lambda functions ([LambdaProxy], [Lambda]), HTTP
// servers ([HTTPProxy], [HTTP]), operations of AWS services ([AWS]) and nobody
// ([MockStatus]). It holds what belongs to the backend's side of a request: the event
// and the response format of Lambda, the headers of a proxied request, signatures,
// timeouts and size limits. Which integration a request gets, and what becomes of its
// response, is decided by the package of the API's kind.
//
// Integrations are compiled with a deployment and safe for concurrent use. They
// answer with a response, or with a [Failure] that says which of the gateway's own
// errors the client gets.
package integration
