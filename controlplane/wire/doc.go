// Package wire speaks the REST-JSON protocol of the AWS services that Stagedoor
// emulates: operation tables, routing, decoding and encoding of the SDK's own
// types, constraint validation, typed errors, and the caller of a request.
//
// It knows no service's behaviour. A service is any value with methods named
// like the operations and with the SDK client's signatures less the options;
// [NewHandler] turns it into an [net/http.Handler].
//
// Start reading at handler.go for the life of a request and at codec.go for the
// codec. The codec's table is what the SDK modules export: every SDK structure
// names its own *smithy.Schema, which carries JSON names, HTTP bindings and
// timestamp formats. What the schemas lack (required, ranges, patterns, the order
// of enum values) is generated from the interface models in models/.
package wire

//go:generate go run ../../scripts/wiregen
