// Package executionlog writes the execution logs of API Gateway from the traces of
// exchanges: what REST APIs and WebSocket APIs have in common.
package executionlog
