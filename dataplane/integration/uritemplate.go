package integration

import (
	"errors"
	"net/url"
	"strings"
)

// uriTemplate is the URI of an HTTP integration, cut at its {name} placeholders.
type uriTemplate struct {
	scheme, host string
	path         []uriPart
	query        []uriPart
}

// uriPart is a literal, or the name of a placeholder.
type uriPart struct {
	literal, name string
}

// parseURITemplate reads a URI in which stage variables are already replaced.
func parseURITemplate(uri string) (*uriTemplate, error) {
	// Placeholders are no part of the URI grammar: letters in their place keep the
	// check honest about everything else.
	parsed, err := url.Parse(strings.NewReplacer("{", "x", "}", "x").Replace(uri))
	if err != nil {
		return nil, err
	}
	if parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Hostname() == "" || parsed.User != nil {
		return nil, errors.New("not an http(s) URL with a host")
	}
	uri, _, _ = strings.Cut(uri, "#")
	_, rest, _ := strings.Cut(uri, "://")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	host, rest := rest[:end], rest[end:]
	if strings.ContainsAny(host, "{}") {
		return nil, errors.New("the host has a placeholder")
	}
	path, query, _ := strings.Cut(rest, "?")
	if path == "" {
		path = "/"
	}
	return &uriTemplate{scheme: parsed.Scheme, host: host, path: cutParts(path), query: cutParts(query)}, nil
}

func cutParts(text string) []uriPart {
	var parts []uriPart
	for text != "" {
		before, rest, ok := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			return append(parts, uriPart{literal: text})
		}
		if before != "" {
			parts = append(parts, uriPart{literal: before})
		}
		// {proxy+} is accepted for {proxy}.
		parts = append(parts, uriPart{name: strings.TrimSuffix(name, "+")})
		text = after
	}
	return parts
}

// expand puts values, which are percent-encoded already, in place of the names. It
// reports the name that has no value.
func expand(parts []uriPart, values []Pair, inQuery bool) (text, missing string) {
	switch {
	case len(parts) == 0:
		return "", ""
	case len(parts) == 1 && parts[0].name == "":
		return parts[0].literal, ""
	}
	var b strings.Builder
	for _, part := range parts {
		if part.name == "" {
			b.WriteString(part.literal)
			continue
		}
		value, ok := lookup(values, part.name)
		if !ok {
			return "", part.name
		}
		if inQuery {
			value = querySafe.Replace(value)
		}
		b.WriteString(value)
	}
	return b.String(), ""
}

// querySafe escapes what is data in a path but syntax in a query.
var querySafe = strings.NewReplacer("&", "%26", "+", "%2B", "=", "%3D", ";", "%3B")

func lookup(pairs []Pair, name string) (string, bool) {
	for _, pair := range pairs {
		if pair.Name == name {
			return pair.Value, true
		}
	}
	return "", false
}

// setPath sets the path of u to an encoded path, which then goes out byte for byte:
// re-encoding would change what the client sent (LP-13).
func setPath(u *url.URL, path string) {
	switch {
	case isPlainPath(path):
		u.Path = path
	case strings.HasPrefix(path, "//"):
		// As Opaque it would be taken for a host.
		if decoded, err := url.PathUnescape(path); err == nil {
			u.Path, u.RawPath = decoded, path
		} else {
			u.Path = path
		}
	default:
		u.Opaque = path
	}
}

// isPlainPath reports whether net/url writes path as it is.
func isPlainPath(path string) bool {
	for i := range len(path) {
		c := path[i]
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && c != '/' && c != '-' && c != '_' && c != '.' && c != '~' {
			return false
		}
	}
	return true
}
