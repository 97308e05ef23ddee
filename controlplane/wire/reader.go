package wire

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// reader walks a JSON text whose syntax has been checked: after newReader every
// step is sound, so none of them has an error of its own.
type reader struct {
	data []byte
	pos  int
}

// newReader checks the syntax and nesting of data with encoding/json.
func newReader(data []byte) (*reader, error) {
	if !json.Valid(data) {
		var ignored json.RawMessage
		return nil, malformed(json.Unmarshal(data, &ignored))
	}
	return &reader{data: data}, nil
}

// malformed is the answer to a body that is no JSON. Unverified: AWS sends
// SerializationException with a text of its parser; the text here is ours.
func malformed(cause error) *Error {
	return Serialization("Request body is not valid JSON").WithCause(cause)
}

// peek returns the first byte of the next token.
func (r *reader) peek() byte {
	for r.pos < len(r.data) {
		switch c := r.data[r.pos]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
			r.pos++
		default:
			return c
		}
	}
	return 0
}

// expect enters the object or list that begins with bracket; another kind of
// value is a SerializationException.
func (r *reader) expect(bracket byte) error {
	if r.peek() != bracket {
		return r.notACollection()
	}
	r.pos++
	return nil
}

// more reports whether another element comes before the closing bracket, and
// leaves the object or list when there is none.
func (r *reader) more(bracket byte) bool {
	if r.peek() == bracket {
		r.pos++
		return false
	}
	return r.pos < len(r.data)
}

// key returns the name of an object's next member.
func (r *reader) key() []byte {
	raw := r.rawString()
	if plain(raw) {
		return raw
	}
	return []byte(unescape(raw))
}

// text returns the string that comes next.
func (r *reader) text() string {
	raw := r.rawString()
	if plain(raw) {
		return string(raw)
	}
	return unescape(raw)
}

// plain reports whether the inside of a JSON string stands for itself.
func plain(raw []byte) bool {
	return bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw)
}

func unescape(raw []byte) string {
	quoted := make([]byte, 0, len(raw)+2)
	quoted = append(append(append(quoted, '"'), raw...), '"')
	var s string
	// The text was checked by newReader, so this cannot fail.
	_ = json.Unmarshal(quoted, &s)
	return s
}

// rawString consumes a string and returns what stands between its quotes.
func (r *reader) rawString() []byte {
	r.peek()
	start := r.pos + 1
	for i := start; i < len(r.data); i++ {
		switch r.data[i] {
		case '\\':
			i++
		case '"':
			r.pos = i + 1
			return r.data[start:i]
		}
	}
	r.pos = len(r.data)
	return nil
}

// null consumes a null and reports whether there was one.
func (r *reader) null() bool {
	if r.peek() != 'n' {
		return false
	}
	r.pos += len("null")
	return true
}

// literal consumes a number, true or false and returns its text.
func (r *reader) literal() []byte {
	r.peek()
	start := r.pos
	for r.pos < len(r.data) {
		switch r.data[r.pos] {
		case ' ', '\t', '\r', '\n', ',', ':', ']', '}':
			return r.data[start:r.pos]
		}
		r.pos++
	}
	return r.data[start:]
}

// skip consumes the next value, however deep.
func (r *reader) skip() {
	depth := 0
	for {
		switch r.peek() {
		case '{', '[':
			depth++
			r.pos++
		case '}', ']':
			depth--
			r.pos++
		case '"':
			r.rawString()
		case 0:
			return
		default:
			r.literal()
		}
		if depth <= 0 {
			return
		}
	}
}
