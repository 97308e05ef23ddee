// Package restapi is the service apigateway: REST APIs (version 1) as they are
// managed, not as they are served. There is one file for each AWS resource:
// api.go, resource.go, method.go, integration.go, deployment.go, stage.go and
// so on, with its operations, its rules and its PATCH table.
//
// Start with [Service]. Operations have the signature of the SDK client's
// methods, so package wire binds them by name. Each is one transaction: rules
// that need no state, one Update of the store, the output. Unexported functions
// that take a transaction do the work and compose.
//
// What is deployed is frozen into a snapshot (snapshot.go) and handed to the
// data plane through [Publisher] (publish.go).
//
// The input constraints of the service model (required, enum, pattern) hold when
// an operation is called: package wire checks them first (MI-05).
package restapi
