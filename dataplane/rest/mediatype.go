package rest

import "strings"

// mediaTypes is the binaryMediaTypes of an API.
type mediaTypes []string

// match reports whether a media type is one of the list: exactly, or by a wildcard
// on the right ("application/*"). A wildcard on the left matches nothing, not even
// itself (LP-25e, LP-25f); "*/*" matches everything.
func (m mediaTypes) match(mediaType string) bool {
	for _, configured := range m {
		if configured == "*/*" {
			return true
		}
		if strings.HasPrefix(configured, "*") {
			continue
		}
		if strings.EqualFold(configured, mediaType) {
			return true
		}
		prefix, ok := strings.CutSuffix(configured, "*")
		if ok && strings.HasSuffix(prefix, "/") && len(mediaType) > len(prefix) && strings.EqualFold(mediaType[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}

const applicationJSON = "application/json"

// contentType returns the media type of the request's body, application/json when
// the client does not say.
func (x *Exchange) contentType() string {
	return bareType(x.Request.HTTP.Header.Get("Content-Type"), applicationJSON)
}

// accept returns the first media type that the client accepts; only that one counts
// (LP-25h, LP-26).
func (x *Exchange) accept(byDefault string) string {
	first, _, _ := strings.Cut(x.Request.HTTP.Header.Get("Accept"), ",")
	return bareType(first, byDefault)
}

// bareType returns a media type without its parameters.
func bareType(value, byDefault string) string {
	value, _, _ = strings.Cut(value, ";")
	if value = strings.TrimSpace(value); value == "" {
		return byDefault
	}
	return value
}
