// Package httpapi serves deployed HTTP APIs (apigatewayv2, protocol HTTP): routing, CORS,
// throttling, authorizers, parameter mapping and integrations.
//
// A [Stage] compiles its snapshot once: into a tree of routes, each with the named steps
// that its requests go through (pipeline.go). An [Exchange] is one request on its way.
// Nothing is parsed or compiled while a request waits.
package httpapi
