package openapi

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"
)

// compact returns the JSON of v without white space.
func (v *Value) compact() string {
	var b strings.Builder
	v.write(&b, "", "", false)
	return b.String()
}

// pretty returns the JSON of v as AWS stores the schemas of imported models: two spaces
// deep, with a space on both sides of a colon.
func (v *Value) pretty() string {
	var b strings.Builder
	v.write(&b, "\n", " : ", true)
	return b.String()
}

// JSON returns the JSON of a document, two spaces deep.
func (v *Value) JSON() []byte {
	var b strings.Builder
	v.write(&b, "\n", " : ", false)
	return []byte(b.String())
}

// write appends v. line is the line break with the present indentation, "" for compact
// output; inline arrays of scalars stay on one line with sep.
func (v *Value) write(b *strings.Builder, line, colon string, inline bool) {
	if v == nil {
		b.WriteString("null")
		return
	}
	if colon == "" {
		colon = ":"
	}
	deeper := line
	if line != "" {
		deeper += "  "
	}
	switch v.Kind {
	case Null:
		b.WriteString("null")
	case Bool, Number:
		b.WriteString(v.Text)
	case String:
		writeString(b, v.Text)
	case Array:
		v.writeArray(b, line, colon, inline)
	case Object:
		b.WriteByte('{')
		for i, m := range v.Members {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(deeper)
			writeString(b, m.Name)
			b.WriteString(colon)
			m.Value.write(b, deeper, colon, inline)
		}
		if len(v.Members) > 0 {
			b.WriteString(line)
		} else if line != "" {
			b.WriteByte(' ')
		}
		b.WriteByte('}')
	}
}

// writeArray writes arrays as AWS prints them: on one line, with spaces inside.
func (v *Value) writeArray(b *strings.Builder, line, colon string, inline bool) {
	b.WriteByte('[')
	space := ""
	if line != "" {
		space = " "
	}
	b.WriteString(space)
	for i, item := range v.Items {
		if i > 0 {
			b.WriteByte(',')
			b.WriteString(space)
		}
		item.write(b, line, colon, inline)
	}
	if len(v.Items) > 0 {
		b.WriteString(space)
	}
	b.WriteByte(']')
}

func writeString(b *strings.Builder, text string) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string always encodes
	b.Write(bytes.TrimSuffix(buffer.Bytes(), []byte("\n")))
}

// YAML returns the YAML of a document.
func (v *Value) YAML() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("---\n")
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(v.node()); err != nil {
		return nil, err
	}
	if err := encoder.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (v *Value) node() *yaml.Node {
	if v == nil {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	}
	switch v.Kind {
	case Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: v.Text}
	case Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: v.Text}
	case String:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: v.Text}
	case Array:
		n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, item := range v.Items {
			n.Content = append(n.Content, item.node())
		}
		return n
	case Object:
		n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for _, m := range v.Members {
			key := &yaml.Node{}
			key.SetString(m.Name)
			n.Content = append(n.Content, key, m.Value.node())
		}
		return n
	case Null:
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
}
