package httpapi

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	defaultRouteKey    = "$default"
	connectRouteKey    = "$connect"
	disconnectRouteKey = "$disconnect"
)

var (
	errHTTPRouteKey = wire.BadRequest(`The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"`)
	// Unverified: the wording.
	errWebSocketRouteKey = wire.BadRequest("The provided route key is not formatted properly for WEBSOCKET protocol. " +
		"It must be $connect, $disconnect, $default or not start with $")

	routeMethods    = []string{"ANY", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
	literalPattern  = regexp.MustCompile(`^[^{}\s?#]*$`)
	variablePattern = regexp.MustCompile(`^\{[^{}\s/+?#]+\+?\}$`)
)

// checkRouteKey holds the grammar of route keys.
func checkRouteKey(isHTTP bool, key string) error {
	if isHTTP {
		return checkHTTPRouteKey(key)
	}
	switch key {
	case defaultRouteKey, connectRouteKey, disconnectRouteKey:
		return nil
	}
	if key == "" || strings.HasPrefix(key, "$") || len([]rune(key)) > 128 {
		return errWebSocketRouteKey
	}
	return nil
}

func checkHTTPRouteKey(key string) error {
	if key == defaultRouteKey {
		return nil
	}
	method, path, _ := strings.Cut(key, " ")
	if !slices.Contains(routeMethods, method) || !strings.HasPrefix(path, "/") {
		return errHTTPRouteKey
	}
	segments := strings.Split(path[1:], "/")
	variables := map[string]bool{}
	for i, segment := range segments {
		last := i == len(segments)-1
		switch {
		case segment == "" && !last: // a slash at the end is part of the path
			return errHTTPRouteKey
		case literalPattern.MatchString(segment):
		case !variablePattern.MatchString(segment):
			return errHTTPRouteKey
		default:
			name := strings.Trim(segment, "{}+")
			if variables[name] || strings.HasSuffix(segment, "+}") && !last {
				return errHTTPRouteKey
			}
			variables[name] = true
		}
	}
	return nil
}
