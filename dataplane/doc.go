// Package dataplane serves deployed APIs. The control plane publishes stages as
// snapshots (package deployed); a request that the edge has recognised as an API's
// comes to [DataPlane.Serve] with its [Address] and is answered by the package of
// the API's kind: rest.
//
// It knows snapshots only, never the store or the wire protocol.
package dataplane
