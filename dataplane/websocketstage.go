package dataplane

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// connections is the segment of the paths of @connections.
const connections = "@connections"

// cutConnection takes /@connections/{id} off the end of an escaped path.
func cutConnection(path string) (before, id string, ok bool) {
	for _, segment := range []string{"/" + connections + "/", "/%40" + connections[1:] + "/"} {
		stage, escaped, found := strings.Cut(path, segment)
		if !found {
			continue
		}
		id, err := url.PathUnescape(escaped)
		return stage, id, err == nil
	}
	return path, "", false
}

// serveWebSocket answers a request to a WebSocket API: a handshake, or a call of
// @connections.
func (d *DataPlane) serveWebSocket(w http.ResponseWriter, r *http.Request, a Address, found *stages[websocket.Stage]) {
	path, id, isManaged := cutConnection(a.Path)
	name, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if decoded, err := url.PathUnescape(name); err == nil {
		name = decoded
	}
	stage := found.find(name)
	switch {
	case stage == nil || rest != "":
		websocket.ServeForbidden(w)
	case isManaged:
		stage.ServeConnection(w, r, id, a.CustomPath != "")
	default:
		stage.Connect(w, r, websocket.Call{DomainName: cmp.Or(a.LocalName, r.Host), ByCustomDomain: a.CustomPath != "", HeaderNames: a.HeaderNames})
	}
}

// ServeConnection answers a call of @connections whose address names no API: the id of the
// connection tells. path is the escaped path, /{stage}/@connections/{id} or without the
// stage. region is that of the signature.
func (d *DataPlane) ServeConnection(w http.ResponseWriter, r *http.Request, path, region string) {
	_, id, ok := cutConnection(path)
	if !ok {
		websocket.ServeForbidden(w)
		return
	}
	websocket.ServeConnection(d.webSocketEnv, w, r, nil, region, id)
}
