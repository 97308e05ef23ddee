package integration

import (
	"strings"
)

// indexedFrom is the number of names from which a map finds them faster than a
// look through the list.
const indexedFrom = 16

// ParseQuery splits a query string at "&" and ";" and decodes names and values,
// "+" as a space (LP-15). Values of one name are kept together in order (LP-16), names
// in the order of their first appearance. An escape that is none is kept as it
// stands. The result is nil when there are no parameters.
func ParseQuery(raw string) []Field {
	var fields []Field
	var index map[string]int
	for raw != "" {
		var part string
		if end := strings.IndexAny(raw, "&;"); end < 0 {
			part, raw = raw, ""
		} else {
			part, raw = raw[:end], raw[end+1:]
		}
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, value = decodeQuery(name), decodeQuery(value)
		at := -1
		if index != nil {
			if known, ok := index[name]; ok {
				at = known
			}
		} else {
			for i := range fields {
				if fields[i].Name == name {
					at = i
					break
				}
			}
		}
		if at >= 0 {
			fields[at].Values = append(fields[at].Values, value)
			continue
		}
		fields = append(fields, Field{Name: name, Values: []string{value}})
		switch {
		case index != nil:
			index[name] = len(fields) - 1
		case len(fields) == indexedFrom:
			index = make(map[string]int, 2*indexedFrom)
			for i := range fields {
				index[fields[i].Name] = i
			}
		}
	}
	return fields
}

// decodeQuery decodes %XX and "+"; text without them is returned as it is.
func decodeQuery(text string) string {
	if !strings.ContainsAny(text, "%+") {
		return text
	}
	decoded := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '+':
			c = ' '
		case c == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			c = unhex(text[i+1])<<4 | unhex(text[i+2])
			i += 2
		}
		decoded = append(decoded, c)
	}
	return string(decoded)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	default:
		return c - 'a' + 10
	}
}
