// Package emulator is Stagedoor as a library: a local API Gateway that runs inside
// a Go program, most often a test. Start with [Start] and [Config].
//
// It is the composition root, the one package that sees the control plane, the data
// plane and the function runner, and it is the edge: one listener for plain HTTP,
// TLS and HTTP/2 (internal/listener), the security gate ([gate]) and the dispatch of
// requests by signature, host and path ([edge]).
package emulator
