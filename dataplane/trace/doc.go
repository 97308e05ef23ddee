// Package trace records how the exchanges of the data plane go, whatever the kind of API:
// their steps, and the messages that pass between client, gateway and endpoint.
//
// An exchange has a [Trace] only when somebody observes. What goes to endpoints is recorded
// by a [Transport] and an [Invoker], so that integrations know nothing of traces.
package trace
