// Package httpapi is the control plane of API Gateway's HTTP and WebSocket APIs,
// the service apigatewayv2. [Service] has a method for each operation, one file
// for each AWS resource.
//
// Updates merge: an absent member keeps its value. State is kept in a
// [store.Store]; what is to be served goes to a [Publisher], driven by the
// store's change feed.
package httpapi
