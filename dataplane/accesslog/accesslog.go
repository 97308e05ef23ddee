// Package accesslog writes lines of access logs.
package accesslog

import "strings"

// Format is a compiled format of an access log: text with $context variables.
type Format struct{ parts []part }

// part is a literal, or the name of a variable when it has one.
type part struct{ literal, variable string }

const prefix = "$context."

// Parse cuts a format at its variables. Everything else is text.
func Parse(format string) *Format {
	format = strings.TrimRight(format, "\r\n")
	f := &Format{}
	for {
		before, rest, ok := strings.Cut(format, prefix)
		if before != "" {
			f.parts = append(f.parts, part{literal: before})
		}
		if !ok {
			return f
		}
		end := 0
		for end < len(rest) && isVariableByte(rest[end]) {
			end++
		}
		name := strings.TrimRight(rest[:end], ".-") // which are punctuation there
		f.parts = append(f.parts, part{variable: name})
		format = rest[len(name):]
	}
}

func isVariableByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '_' || c == '-'
}

// Line returns the line in which each variable has the text that value returns for its
// name. A variable without text is "-", as on AWS; error.messageString is JSON already.
func (f *Format) Line(value func(name string) string) string {
	line := make([]byte, 0, 512)
	for i := range f.parts {
		p := &f.parts[i]
		if p.variable == "" {
			line = append(line, p.literal...)
			continue
		}
		switch text := value(p.variable); {
		case text == "":
			line = append(line, '-')
		case p.variable == "error.messageString":
			line = append(line, text...)
		default:
			line = appendEscaped(line, text)
		}
	}
	return string(line)
}

// appendEscaped appends a value so that it can neither end the line nor a quoted text.
// Unverified: that quotes are escaped on AWS.
func appendEscaped(line []byte, value string) []byte {
	const hex = "0123456789abcdef"
	for i := range len(value) {
		switch c := value[i]; {
		case c == '"' || c == '\\':
			line = append(line, '\\', c)
		case c < ' ' || c == 0x7f:
			line = append(line, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		default:
			line = append(line, c)
		}
	}
	return line
}
