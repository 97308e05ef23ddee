// Package modeltemplate makes a mapping template from the schema of a model, as
// GetModelTemplate of both API Gateway services answers it.
package modeltemplate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// A template ends where a schema nests deeper than this, or has made it as long as a
// mapping template can be: schemas may refer to themselves.
const (
	maxTemplateDepth = 16
	maxTemplateBytes = 300 << 10
)

// plainName is a name that a template can reach with a dot.
var plainName = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_-]*$`)

// Of writes the template for a JSON schema; text that is none is like an empty
// schema. Unverified: its exact layout; the elements are those of the templates in
// AWS's examples.
func Of(schema string) string {
	var root schemaNode
	// A schema that is no JSON, as other content types may have, is like an empty one.
	if json.Unmarshal([]byte(schema), &root) != nil {
		root = schemaNode{}
	}
	t := templateWriter{definitions: root.Definitions}
	t.value(&root, "$inputRoot", 0)
	return "#set($inputRoot = $input.path('$'))\n" + t.out.String()
}

// schemaNode is as much of a JSON schema as a template needs.
type schemaNode struct {
	Ref         string                 `json:"$ref"`
	Type        any                    `json:"type"`
	Properties  orderedProperties      `json:"properties"`
	Items       json.RawMessage        `json:"items"`
	Definitions map[string]*schemaNode `json:"definitions"`
}

// orderedProperties are the properties of a schema in the order it has them.
type orderedProperties []property

type property struct {
	name   string
	schema schemaNode
}

// UnmarshalJSON reads an object; anything else is no properties.
func (p *orderedProperties) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return err
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return err
		}
		next := property{name: fmt.Sprint(name)}
		if json.Unmarshal(raw, &next.schema) != nil {
			next.schema = schemaNode{}
		}
		*p = append(*p, next)
	}
	return nil
}

type templateWriter struct {
	out         strings.Builder
	definitions map[string]*schemaNode
}

// value writes the value that a schema describes, which is found at a VTL path.
func (t *templateWriter) value(schema *schemaNode, path string, depth int) {
	if target, ok := t.definitions[strings.TrimPrefix(schema.Ref, "#/definitions/")]; ok && schema.Ref != "" && target != nil {
		schema = target
	}
	switch kind := fmt.Sprint(schema.Type); {
	case depth > maxTemplateDepth, t.out.Len() > maxTemplateBytes:
		t.out.WriteString("null")
	case kind == "array":
		t.array(schema, path, depth)
	case kind == "object" || depth == 0 || schema.Properties != nil:
		t.object(schema, path, depth)
	case kind == "integer" || kind == "number" || kind == "boolean":
		t.out.WriteString(path)
	default:
		t.out.WriteString(`"` + path + `"`)
	}
}

func (t *templateWriter) object(schema *schemaNode, path string, depth int) {
	indent := strings.Repeat("  ", depth)
	t.out.WriteString("{")
	for i, property := range schema.Properties {
		if i > 0 {
			t.out.WriteString(",")
		}
		t.out.WriteString("\n" + indent + "  " + quoted(property.name) + " : ")
		t.value(&property.schema, path+member(property.name), depth+1)
	}
	t.out.WriteString("\n" + indent + "}")
}

func (t *templateWriter) array(schema *schemaNode, path string, depth int) {
	var items schemaNode
	if json.Unmarshal(schema.Items, &items) != nil {
		items = schemaNode{} // a list of schemas, one an element
	}
	element, indent := "$elem", strings.Repeat("  ", depth)
	if depth > 0 {
		element += fmt.Sprint(depth) // an inner loop must not hide the outer one's
	}
	t.out.WriteString("[\n" + indent + "#foreach(" + element + " in " + path + ")\n" + indent + "  ")
	t.value(&items, element, depth+1)
	t.out.WriteString("#if($foreach.hasNext),#end\n" + indent + "#end\n" + indent + "]")
}

// member is how VTL reaches a member of an object.
func member(name string) string {
	if plainName.MatchString(name) {
		return "." + name
	}
	return "['" + strings.ReplaceAll(name, "'", "''") + "']"
}

func quoted(text string) string {
	data, err := json.Marshal(text)
	if err != nil {
		return `""`
	}
	return string(data)
}
