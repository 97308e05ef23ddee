package emulator

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// gate refuses what a web page could make a browser send: the control plane runs
// code on the developer's machine, so a page must not be able to drive it. It
// returns nil for a request that may pass.
//
// Whoever is allowed to open a socket here may do everything anyway; the gate is
// only about browsers, which never lie about Host, Origin and Sec-Fetch-Site.
func gate(r *http.Request, host hostName, t target) *wire.Error {
	// DNS rebinding: a page's own name was pointed at this machine, so that the
	// browser takes the emulator for the page's own server. Its Host gives it away.
	if !host.known {
		return refusal(fmt.Sprintf("The host %q is none of this emulator's names. If it should be, allow it with --allowed-host (STAGEDOOR_ALLOWED_HOST).", r.Host))
	}

	// A deployed API or function URL is made to be called from other origins; whether
	// it may be is for its own CORS settings and authorizers to say.
	if t.kind == invokeTarget || t.kind == functionURLTarget {
		return nil
	}

	// The browser's own word on where the request comes from. Pages of another port
	// of this machine are "same-site"; only "same-origin" and what the user typed
	// ("none") may pass.
	for _, site := range r.Header.Values("Sec-Fetch-Site") {
		if site != "same-origin" && site != "none" {
			return refusal(fmt.Sprintf("A web page of another origin may not call the control plane (Sec-Fetch-Site: %s).", site))
		}
	}

	// Browsers that send no Sec-Fetch-Site, and plain HTTP on names that are not
	// loopback: every request of another origin that could change something carries
	// an Origin, "null" where the page has none.
	for _, origin := range r.Header.Values("Origin") {
		if !isSelf(origin, r.Host) {
			return refusal(fmt.Sprintf("A web page of the origin %q may not call the control plane.", origin))
		}
	}
	return nil
}

// isSelf reports whether origin is the server that host names, by either scheme:
// both are served on one port.
func isSelf(origin, host string) bool {
	scheme, authority, ok := strings.Cut(origin, "://")
	return ok && (scheme == "http" || scheme == "https") && strings.EqualFold(authority, host)
}

func refusal(message string) *wire.Error {
	return wire.NewError(http.StatusForbidden, "AccessDeniedException", message)
}
