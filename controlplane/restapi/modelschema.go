package restapi

import (
	"encoding/json"
	"regexp"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Reasons for which a schema is refused. Public reports quote the first. Unverified: the second.
const (
	badModelSchema    = "Invalid model schema specified"
	badModelReference = "Model reference must be in canonical form"
)

// errModel wraps what is wrong with the schema of a model.
func errModel(reason string) error {
	return wire.BadRequest("Invalid model specified: " + validationResult + reason + "]")
}

// canonicalReference is the URL of a model, as schemas refer to it (MV-13).
var canonicalReference = regexp.MustCompile(`^https://apigateway\.amazonaws\.com/restapis/[^/]+/models/[a-zA-Z0-9]+(?:#.*)?$`)

// draft4 is the schema of schemas, of the one draft that API Gateway knows.
var draft4 = sync.OnceValues(func() (*jsonschema.Schema, error) {
	meta, err := jsonschema.NewCompiler().Compile("http://json-schema.org/draft-04/schema#")
	if err != nil {
		return nil, err
	}
	for _, property := range meta.Properties {
		property.Format = nil // patterns are Java's
	}
	return meta, nil
})

// checkSchema wants an object that is a schema of draft-04, whatever it declares to be,
// and that refers to models by their URL.
func checkSchema(text string) error {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	members, ok := document.(map[string]any)
	if err != nil || !ok {
		return errModel(badModelSchema)
	}
	delete(members, "$schema")
	meta, err := draft4()
	if err != nil {
		return err
	}
	if err := meta.Validate(document); err != nil {
		return errModel(badModelSchema)
	}
	if !hasCanonicalReferences(document) {
		return errModel(badModelReference)
	}
	return nil
}

// hasCanonicalReferences reports whether all references within a part of a schema are
// local or URLs of models.
func hasCanonicalReferences(part any) bool {
	switch part := part.(type) {
	case map[string]any:
		if reference, ok := part["$ref"].(string); ok && !strings.HasPrefix(reference, "#") && !canonicalReference.MatchString(reference) {
			return false
		}
		for _, member := range part {
			if !hasCanonicalReferences(member) {
				return false
			}
		}
	case []any:
		for _, element := range part {
			if !hasCanonicalReferences(element) {
				return false
			}
		}
	}
	return true
}

func isJSONObject(text string) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal([]byte(text), &object) == nil && object != nil
}
