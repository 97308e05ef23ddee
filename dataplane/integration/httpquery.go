package integration

import (
	"net/url"
	"strings"
)

// withoutMapped returns the client's query string without the parameters that are
// mapped. With nothing mapped it is forwarded byte for byte.
func withoutMapped(rawQuery string, mapped []Field) string {
	if len(mapped) == 0 || rawQuery == "" {
		return rawQuery
	}
	var kept strings.Builder
	for part := range strings.SplitSeq(rawQuery, "&") {
		name, _, _ := strings.Cut(part, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		if part == "" || isMapped(mapped, name) {
			continue
		}
		if kept.Len() > 0 {
			kept.WriteByte('&')
		}
		kept.WriteString(part)
	}
	return kept.String()
}

func isMapped(mapped []Field, name string) bool {
	for _, field := range mapped {
		if field.Name == name {
			return true
		}
	}
	return false
}

func encodeQuery(fields []Field) string {
	if len(fields) == 0 {
		return ""
	}
	var b strings.Builder
	for _, field := range fields {
		name := url.QueryEscape(field.Name)
		for _, value := range field.Values {
			if b.Len() > 0 {
				b.WriteByte('&')
			}
			b.WriteString(name)
			b.WriteByte('=')
			b.WriteString(url.QueryEscape(value))
		}
	}
	return b.String()
}

func joinQuery(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	default:
		return a + "&" + b
	}
}
