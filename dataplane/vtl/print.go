package vtl

import (
	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// maxPrintBytes bounds the text of one value: lists that hold one another can be
// exponentially large.
const maxPrintBytes = 10 << 20

var (
	_ jsonvalue.Appender = (*List)(nil)
	_ jsonvalue.Appender = (*Map)(nil)
	_ jsonvalue.Appender = (*entry)(nil)
	_ jsonvalue.Appender = Text("")
	_ jsonvalue.Appender = missing{}
)

// textOf returns a value as String.valueOf does, and nothing for what is missing. A text
// that would be too large is cut off.
func textOf(v any) string {
	if text, ok := isText(v); ok {
		return text
	}
	return string(appendValue(nil, v))
}

// appendValue appends a value as Java prints it. What is too large is cut off: whoever
// prints it into the output finds that too large.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(b, v...)
	case Text:
		return append(b, v...)
	case missing, *blockValue:
		return b
	case *compiledPath:
		return append(b, v.text...)
	case Object:
		if printed, ok := v.(interface{ String() string }); ok {
			return append(b, printed.String()...)
		}
		return b
	default:
		out, _ := jsonvalue.AppendJavaMax(b, v, len(b)+maxPrintBytes) // the error is that it was cut off
		return out
	}
}

// jsonOf returns a value as JSON.
func jsonOf(v any) string {
	out, _ := jsonvalue.AppendMax(nil, v, maxPrintBytes) // the error is that it was cut off
	return string(out)
}

// maxPrintDepth bounds how deep a value that is printed nests: a list can hold itself.
const maxPrintDepth = 200

// AppendJavaMax implements [jsonvalue.Appender].
func (l *List) AppendJavaMax(dst []byte, limit, depth int) ([]byte, error) {
	if depth > maxPrintDepth {
		return dst, jsonvalue.ErrTooLarge
	}
	dst = append(dst, '[')
	for i, item := range l.Items {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		var err error
		if dst, err = jsonvalue.AppendJavaAt(dst, item, limit, depth+1); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// AppendJSONMax implements [jsonvalue.Appender].
func (l *List) AppendJSONMax(dst []byte, limit, depth int) ([]byte, error) {
	return jsonvalue.AppendJSONAt(dst, jsonvalue.NewArray(l.Items...), limit, depth)
}

// AppendJavaMax implements [jsonvalue.Appender].
func (m *Map) AppendJavaMax(dst []byte, limit, depth int) ([]byte, error) {
	return jsonvalue.AppendJavaAt(dst, &m.Object, limit, depth)
}

// AppendJSONMax implements [jsonvalue.Appender].
func (m *Map) AppendJSONMax(dst []byte, limit, depth int) ([]byte, error) {
	return jsonvalue.AppendJSONAt(dst, &m.Object, limit, depth)
}

// AppendJavaMax implements [jsonvalue.Appender].
func (e *entry) AppendJavaMax(dst []byte, limit, depth int) ([]byte, error) {
	return jsonvalue.AppendJavaAt(append(append(dst, e.key...), '='), e.value, limit, depth+1)
}

// AppendJSONMax implements [jsonvalue.Appender].
func (e *entry) AppendJSONMax(dst []byte, _, _ int) ([]byte, error) {
	return jsonvalue.AppendString(dst, textOf(e)), nil
}

// AppendJavaMax implements [jsonvalue.Appender].
func (t Text) AppendJavaMax(dst []byte, _, _ int) ([]byte, error) { return append(dst, t...), nil }

// AppendJSONMax implements [jsonvalue.Appender].
func (t Text) AppendJSONMax(dst []byte, _, _ int) ([]byte, error) {
	return jsonvalue.AppendString(dst, string(t)), nil
}

// AppendJavaMax implements [jsonvalue.Appender].
func (missing) AppendJavaMax(dst []byte, _, _ int) ([]byte, error) { return dst, nil }

// AppendJSONMax implements [jsonvalue.Appender].
func (missing) AppendJSONMax(dst []byte, _, _ int) ([]byte, error) {
	return append(dst, "null"...), nil
}
