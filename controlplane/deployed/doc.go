// Package deployed holds the immutable snapshots that the control plane
// publishes and the data plane and the function runner work from. It is pure
// data in the SDK's own types and knows neither the store nor the wire.
//
// Nothing reachable from a published snapshot is written again.
package deployed
