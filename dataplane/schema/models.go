package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Models are the models of one API. Compile all that are needed before any of the
// schemas validates: the models share what they refer to.
type Models struct {
	base  string
	texts map[string]string

	compiler *jsonschema.Compiler
	// known has every compiled (sub)schema by its location.
	known map[string]*jsonschema.Schema
}

// NewModels returns the models of the API apiID: schema texts by model name. Nothing
// is compiled yet.
func NewModels(apiID string, texts map[string]string) *Models {
	m := &Models{
		base:     "https://apigateway.amazonaws.com/restapis/" + apiID + "/models/",
		texts:    texts,
		compiler: jsonschema.NewCompiler(),
		known:    map[string]*jsonschema.Schema{},
	}
	m.compiler.DefaultDraft(jsonschema.Draft4)
	m.compiler.UseLoader(loader{m})
	return m
}

// Compile compiles a model and all that it refers to. It fails when the API has no
// such model, when the text is no schema of draft-04, when it refers to anything but
// models of the API, and when a pattern is not RE2's (look-around, back references):
// no input makes that engine slow.
func (m *Models) Compile(name string) (*Schema, error) {
	if _, ok := m.texts[name]; !ok {
		return nil, fmt.Errorf("the API has no model %q", name)
	}
	root, err := m.compiler.Compile(m.base + name)
	if err != nil {
		return nil, fmt.Errorf("model %q: %w", name, err)
	}
	m.adjust(root)
	return &Schema{root: root, known: m.known}, nil
}

// loader reads models for the compiler. It is the only way in: there is no other.
type loader struct{ *Models }

// Load implements [jsonschema.URLLoader].
func (l loader) Load(url string) (any, error) {
	name, isModel := strings.CutPrefix(url, l.base)
	text, ok := l.texts[name]
	if !isModel || !ok {
		return nil, fmt.Errorf("%s is no model of the API", url)
	}
	document, err := decode([]byte(text))
	if err != nil {
		return nil, err
	}
	if members, ok := document.(map[string]any); ok {
		// API Gateway reads every model as draft-04, whatever it declares (RV-18).
		delete(members, "$schema")
	}
	return document, nil
}

// adjust makes a compiled schema, and all below it, what API Gateway enforces:
// formats are not, and 1.0 is no integer, as draft-04 has it.
func (m *Models) adjust(s *jsonschema.Schema) {
	if s == nil || m.known[s.Location] != nil {
		return
	}
	m.known[s.Location] = s
	s.Format = nil
	if types := typeNames(s); slices.Contains(types, "integer") && !slices.Contains(types, "number") {
		s.Extensions = append(s.Extensions, integerOnly{types})
	}
	m.adjust(s.Ref)
	m.adjust(s.Not)
	for _, list := range [][]*jsonschema.Schema{s.AllOf, s.AnyOf, s.OneOf} {
		for _, sub := range list {
			m.adjust(sub)
		}
	}
	for sub := range maps.Values(s.Properties) {
		m.adjust(sub)
	}
	for sub := range maps.Values(s.PatternProperties) {
		m.adjust(sub)
	}
	for dependency := range maps.Values(s.Dependencies) {
		m.adjustAny(dependency)
	}
	m.adjustAny(s.AdditionalProperties)
	m.adjustAny(s.AdditionalItems)
	m.adjustAny(s.Items)
}

// adjustAny is adjust for keywords whose value has several forms.
func (m *Models) adjustAny(value any) {
	switch value := value.(type) {
	case *jsonschema.Schema:
		m.adjust(value)
	case []*jsonschema.Schema:
		for _, sub := range value {
			m.adjust(sub)
		}
	}
}

func typeNames(s *jsonschema.Schema) []string {
	if s.Types == nil {
		return nil
	}
	return s.Types.ToStrings()
}
