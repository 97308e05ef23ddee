// Package rest serves stages of REST APIs. A [Stage] is compiled once from its
// snapshot: a tree of resources (tree.go) and, for each method, a list of steps
// (pipeline.go). A request is matched to a method and runs through its steps as one
// [Exchange]; a step that cannot go on fails with a [Failure], which is one of the
// gateway responses (gatewayresponse.go).
//
// Whatever guards or transforms and is not supported yet is compiled to a step that
// fails and names it (refusal.go): nothing is skipped in silence.
//
// Start with [NewStage] and pipeline.go.
package rest
