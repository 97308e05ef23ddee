package schema

import (
	"cmp"
	"errors"
	"slices"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Schema is a compiled model. It is safe for concurrent use.
type Schema struct {
	root  *jsonschema.Schema
	known map[string]*jsonschema.Schema
}

// Validate returns what body violates, the first 100 of it; nil when it is valid. A
// value's own violations come before those of what is in it. Unverified: their order,
// and the text for a body that is no JSON.
func (s *Schema) Validate(body []byte) []string {
	instance, err := decode(body)
	if err != nil {
		return []string{"Unable to parse the request body as JSON: " + err.Error()}
	}
	err = s.root.Validate(instance)
	if err == nil {
		return nil
	}
	failed, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return []string{err.Error()}
	}
	found := flatten(nil, failed)
	slices.SortFunc(found, compare)
	texts := make([]string, 0, min(len(found), maxViolations))
	for _, violation := range found[:cap(texts)] {
		texts = append(texts, s.describe(violation, instance))
	}
	return texts
}

// maxViolations is the number of violations that are told: a body can have millions.
const maxViolations = 100

// flatten appends the violations of a tree of errors. Those below "anyOf" and the
// like are the reasons of one violation, not violations themselves.
func flatten(found []*jsonschema.ValidationError, e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	switch e.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference:
		for _, cause := range e.Causes {
			found = flatten(found, cause)
		}
		return found
	default:
		return append(found, e)
	}
}

// compare orders violations by their place in the document, then by keyword.
func compare(a, b *jsonschema.ValidationError) int {
	return cmp.Or(
		slices.CompareFunc(a.InstanceLocation, b.InstanceLocation, compareTokens),
		slices.Compare(a.ErrorKind.KeywordPath(), b.ErrorKind.KeywordPath()),
		cmp.Compare(a.SchemaURL, b.SchemaURL),
	)
}

// compareTokens orders indexes as numbers and names as text.
func compareTokens(a, b string) int {
	i, errA := strconv.Atoi(a)
	j, errB := strconv.Atoi(b)
	if errA == nil && errB == nil {
		return cmp.Compare(i, j)
	}
	return cmp.Compare(a, b)
}
