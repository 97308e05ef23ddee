package mapping

import (
	"github.com/stagedoor-dev/stagedoor/dataplane/jsonpath"
	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// Document is a body that expressions read: as a whole, or by a path as JSON. It is
// parsed at most once, when a path first asks for it. It is not safe for concurrent
// use.
type Document struct {
	text   []byte
	parsed bool
	// root is the JSON value; valid tells whether there is one.
	root  any
	valid bool
}

// NewDocument returns the document of a body, which is not changed as long as it is
// in use.
func NewDocument(text []byte) *Document { return &Document{text: text} }

// Len returns the size of the body in bytes.
func (d *Document) Len() int {
	if d == nil {
		return 0
	}
	return len(d.text)
}

// Evaluate returns the text that a path leads to, none when it leads to nothing: texts
// as they are, everything else as JSON. Without a path it is the body.
func (d *Document) Evaluate(path *jsonpath.Path) []string {
	switch {
	case d == nil || len(d.text) == 0:
		return nil
	case path == nil:
		return []string{string(d.text)}
	}
	if !d.parsed {
		root, err := jsonvalue.Parse(d.text)
		d.root, d.valid, d.parsed = root, err == nil, true
	}
	if !d.valid {
		return nil
	}
	value, err := path.Evaluate(d.root)
	if err != nil || value == nil {
		return nil
	}
	if text, ok := value.(string); ok {
		return []string{text}
	}
	return []string{string(jsonvalue.Append(nil, value))}
}
