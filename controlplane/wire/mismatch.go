package wire

// The texts of Coral, the framework of AWS's services, for JSON of another type
// than the model has. IN-09, IN-10 and IN-37 give the form for a Boolean and a
// number where a String is wanted; the class names and targets of the other
// combinations follow it. Unverified: all combinations but those two.

// notA is the answer to a scalar, list or object where a target was wanted; the
// article is always "an".
func (r *reader) notA(target string) *Error {
	switch r.peek() {
	case '[':
		return Serialization("Start of list found where not expected")
	case '{':
		return Serialization("Start of structure or map found where not expected.")
	default:
		return Serialization("class " + r.javaClass() + " can not be converted to an " + target)
	}
}

// notMillis is notA for timestamps, where Coral names the unit.
func (r *reader) notMillis() *Error {
	switch r.peek() {
	case '[', '{':
		return r.notA("Timestamp")
	default:
		return Serialization("class " + r.javaClass() + " can not be converted to milliseconds since epoch")
	}
}

// notACollection is the answer to another value where a list, map or structure
// was wanted.
func (r *reader) notACollection() *Error {
	switch r.peek() {
	case '[':
		return Serialization("Start of list found where not expected")
	case '{':
		return Serialization("Start of structure or map found where not expected.")
	default:
		return Serialization("Unrecognized collection type class " + r.javaClass())
	}
}

// javaClass names the class that Coral's parser has for the next scalar.
func (r *reader) javaClass() string {
	switch {
	case r.peek() == '"':
		return "java.lang.String"
	case r.atNumber():
		return "com.amazon.coral.value.json.numbers.TruncatingBigNumber"
	default:
		return "java.lang.Boolean"
	}
}

func (r *reader) atNumber() bool {
	c := r.peek()
	return c == '-' || '0' <= c && c <= '9'
}
