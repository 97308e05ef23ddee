package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	// maxDepth bounds how deep a document may be nested.
	maxDepth = 200
	// maxValues bounds what the aliases of a YAML document may multiply to.
	maxValues = 2_000_000
)

var (
	errDeep  = errors.New("the document is nested too deeply")
	errLarge = errors.New("the document has too many values")
)

// Parse reads a JSON or YAML document.
func Parse(data []byte) (*Value, error) {
	trimmed := bytes.TrimLeft(data, " \t\r\n\ufeff")
	if len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		if v, err := parseJSON(trimmed); err == nil {
			return v, nil
		}
		// YAML's flow style begins alike.
	}
	return parseYAML(data)
}

func parseJSON(data []byte) (*Value, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	v, err := readJSON(decoder, 0)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one value")
	}
	return v, nil
}

func readJSON(decoder *json.Decoder, depth int) (*Value, error) {
	if depth > maxDepth {
		return nil, errDeep
	}
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return readJSONObject(decoder, depth)
		}
		list := array()
		for decoder.More() {
			item, err := readJSON(decoder, depth+1)
			if err != nil {
				return nil, err
			}
			list.Items = append(list.Items, item)
		}
		_, err = decoder.Token()
		return list, err
	case string:
		return str(t), nil
	case json.Number:
		return number(t.String()), nil
	case bool:
		return boolean(t), nil
	default:
		return &Value{}, nil
	}
}

func readJSONObject(decoder *json.Decoder, depth int) (*Value, error) {
	o := object()
	seen := map[string]int{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name := token.(string) // the decoder has checked it
		value, err := readJSON(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		if i, twice := seen[name]; twice {
			o.Members[i].Value = value
			continue
		}
		seen[name] = len(o.Members)
		o.Members = append(o.Members, Member{name, value})
	}
	_, err := decoder.Token()
	return o, err
}

func parseYAML(data []byte) (*Value, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, err
	}
	if root.Kind != yaml.DocumentNode || len(root.Content) == 0 {
		return nil, errors.New("the document is empty")
	}
	r := yamlReader{}
	return r.read(root.Content[0], 0)
}

// yamlReader counts what it reads: aliases are read where they are used.
type yamlReader struct{ values int }

func (r *yamlReader) read(n *yaml.Node, depth int) (*Value, error) {
	if r.values++; r.values > maxValues {
		return nil, errLarge
	}
	if depth > maxDepth {
		return nil, errDeep // an alias of itself as well
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.read(n.Alias, depth+1)
	case yaml.SequenceNode:
		list := array()
		for _, child := range n.Content {
			item, err := r.read(child, depth+1)
			if err != nil {
				return nil, err
			}
			list.Items = append(list.Items, item)
		}
		return list, nil
	case yaml.MappingNode:
		return r.mapping(n, depth)
	case yaml.ScalarNode:
		return scalar(n), nil
	default:
		return nil, fmt.Errorf("line %d: no value", n.Line)
	}
}

func (r *yamlReader) mapping(n *yaml.Node, depth int) (*Value, error) {
	o := object()
	seen := make(map[string]int, len(n.Content)/2)
	add := func(name string, value *Value, replace bool) {
		if i, twice := seen[name]; twice {
			if replace {
				o.Members[i].Value = value
			}
			return
		}
		seen[name] = len(o.Members)
		o.Members = append(o.Members, Member{name, value})
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		for key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("line %d: a key is no scalar", key.Line)
		}
		value, err := r.read(n.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		if key.Tag != "!!merge" {
			add(key.Value, value, true)
			continue
		}
		merged := []*Value{value}
		if value.Kind == Array {
			merged = value.Items
		}
		for _, from := range merged {
			for _, m := range from.members() {
				add(m.Name, m.Value, false)
			}
		}
	}
	return o, nil
}

// scalar reads a YAML scalar as JSON has it.
func scalar(n *yaml.Node) *Value {
	switch n.ShortTag() {
	case "!!null":
		return &Value{}
	case "!!bool":
		var b bool
		if n.Decode(&b) == nil {
			return boolean(b)
		}
	case "!!int":
		var i int64
		if json.Valid([]byte(n.Value)) {
			return number(n.Value)
		}
		if n.Decode(&i) == nil {
			return number(strconv.FormatInt(i, 10))
		}
	case "!!float":
		if json.Valid([]byte(n.Value)) {
			return number(n.Value)
		}
		var f float64
		if n.Decode(&f) == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
			return number(strconv.FormatFloat(f, 'g', -1, 64))
		}
	}
	return str(strings.ToValidUTF8(n.Value, "\ufffd"))
}
