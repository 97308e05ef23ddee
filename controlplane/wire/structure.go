package wire

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/traits"
)

// binding tells where HTTP carries a member.
type binding uint8

const (
	inBody binding = iota
	inLabel
	inQuery
	inQueryMap
	inHeader
	inPayload
	inStatus
)

// structure is how one Go structure type is written and read. It is compiled
// once for each type and never written afterwards.
type structure struct {
	goType reflect.Type
	// name is the shape name in the service model; empty for our own structures.
	name string
	// fields stand in the order of the Go structure.
	fields []*field
	// byName finds a field by its JSON name, byMember by its name in the model.
	byName, byMember map[string]*field
}

// field is one member of a structure.
type field struct {
	index int
	// member is the member's name in the service model.
	member string
	// name is its name in JSON, key the encoded name with its colon.
	name string
	key  []byte
	// bound is where HTTP carries it, boundName the query key or header name.
	bound     binding
	boundName string
	shape     *shape
}

// everyField selects all members, for the form that is stored.
func everyField(*field) bool { return true }

// inputBodyField selects the members that a request carries in its JSON body.
func inputBodyField(f *field) bool { return f.bound == inBody }

// outputBodyField selects the members that a response carries in its JSON body.
// Output members may bear a query or label trait left over from a request that
// shares the shape (position of RestApis): in a response that means nothing.
func outputBodyField(f *field) bool {
	return f.bound != inHeader && f.bound != inPayload && f.bound != inStatus
}

// structures caches compiled structures: reflect.Type to *structure.
var structures sync.Map

func structureOf(t reflect.Type) (*structure, error) {
	if s, ok := structures.Load(t); ok {
		return s.(*structure), nil
	}
	s, err := compileStructure(t)
	if err != nil {
		return nil, err
	}
	kept, _ := structures.LoadOrStore(t, s)
	return kept.(*structure), nil
}

func compileStructure(t reflect.Type) (*structure, error) {
	schema := schemaOf(t)
	s := &structure{goType: t, byName: map[string]*field{}, byMember: map[string]*field{}}
	if schema != nil {
		s.name = schema.ID().Name
	}
	for i := range t.NumField() {
		f, err := compileField(t.Field(i), i, schema)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, t.Field(i).Name, err)
		}
		if f == nil {
			continue
		}
		s.fields = append(s.fields, f)
		s.byName[f.name], s.byMember[f.member] = f, f
	}
	return s, nil
}

// goOnly names the exported fields that SDK structures have beside their members.
var goOnly = map[string]bool{"ResultMetadata": true, "ErrorCodeOverride": true}

// compileField returns nil for a Go field that is no member.
func compileField(g reflect.StructField, index int, schema *smithy.Schema) (*field, error) {
	if !g.IsExported() || goOnly[g.Name] {
		return nil, nil
	}
	f := &field{index: index, member: g.Name, name: g.Name}
	var member *smithy.Schema
	if schema != nil {
		if member = memberNamed(schema, g.Name); member == nil {
			return nil, fmt.Errorf("no member of %s", schema.ID())
		}
		f.bind(member)
	}
	shape, err := compileShape(g.Type, member)
	if err != nil {
		return nil, err
	}
	if schema != nil && nullWhenEmpty[schema.ID().Name+"$"+f.member] {
		shape = shape.withNullValues()
	}
	f.shape = shape
	key, err := json.Marshal(f.name)
	if err != nil {
		return nil, err
	}
	f.key = append(key, ':')
	return f, nil
}

// memberNamed finds the member behind a Go field: the SDK's generator changes
// nothing but the case of the first letter.
func memberNamed(schema *smithy.Schema, goName string) *smithy.Schema {
	if m := schema.Member(goName); m != nil {
		return m
	}
	return schema.Member(lowerFirst(goName))
}

// jsonName is a member's name in JSON.
func jsonName(member *smithy.Schema) string {
	if t, ok := smithy.SchemaTrait[*traits.JSONName](member); ok {
		return t.Name
	}
	return member.MemberName()
}

// bind takes name and HTTP binding from the member's schema.
func (f *field) bind(member *smithy.Schema) {
	f.member, f.name = member.MemberName(), jsonName(member)
	if _, ok := smithy.SchemaTrait[*traits.HTTPLabel](member); ok {
		f.bound = inLabel
	}
	if t, ok := smithy.SchemaTrait[*traits.HTTPQuery](member); ok {
		f.bound, f.boundName = inQuery, t.Name
	}
	if _, ok := smithy.SchemaTrait[*traits.HTTPQueryParams](member); ok {
		f.bound = inQueryMap
	}
	if t, ok := smithy.SchemaTrait[*traits.HTTPHeader](member); ok {
		f.bound, f.boundName = inHeader, t.Name
	}
	if _, ok := smithy.SchemaTrait[*traits.HTTPPayload](member); ok {
		f.bound = inPayload
	}
	if _, ok := smithy.SchemaTrait[*traits.HTTPResponseCode](member); ok {
		f.bound = inStatus
	}
}

// nullWhenEmpty lists the string maps whose empty values AWS prints as null
// (IN-29: a template sent as null or "" comes back as null, its key kept).
var nullWhenEmpty = map[string]bool{
	"IntegrationResponse$responseTemplates": true,
	"Integration$requestTemplates":          true,
}

func lowerFirst(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// appendJSON appends the JSON object of v with the selected members.
func (s *structure) appendJSON(b []byte, v reflect.Value, selected func(*field) bool) ([]byte, error) {
	b = append(b, '{')
	first := true
	for _, f := range s.fields {
		value := v.Field(f.index)
		if !selected(f) || f.shape.absent(value) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, f.key...)
		var err error
		if b, err = f.shape.encode(b, value); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return append(b, '}'), nil
}

// decodeJSON reads a JSON object into v; null members count as absent.
func (s *structure) decodeJSON(r *reader, v reflect.Value, selected func(*field) bool) error {
	if err := r.expect('{'); err != nil {
		return err
	}
	for r.more('}') {
		name := r.key()
		f, known := s.byName[string(name)]
		if !known || !selected(f) || r.null() {
			r.skip()
			continue
		}
		if err := f.shape.decode(r, v.Field(f.index)); err != nil {
			return err
		}
	}
	return nil
}
