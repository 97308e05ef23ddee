package emulator

import (
	"net/http"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
	"github.com/stagedoor-dev/stagedoor/dataplane"
)

// connections serves @connections at addresses that name no API, for instance
// https://127.0.0.1:4566/{stage}/@connections/{id}: functions call it so where the client
// connected through such an address, and so do SDKs that know the endpoint only.
type connections struct{ plane *dataplane.DataPlane }

// Matches implements matcher.
func (c connections) Matches(r *http.Request) bool {
	path := rawPath(r)
	return strings.Contains(path, "/@connections/") || strings.Contains(path, "/%40connections/")
}

// ServeHTTP implements [http.Handler].
func (c connections) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	credential, _ := wire.ParseCredential(r)
	c.plane.ServeConnection(w, r, rawPath(r), credential.Region)
}
