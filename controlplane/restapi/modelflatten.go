package restapi

import (
	"encoding/json"
	"maps"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// modelReference is how a schema refers to another model of its API (MV-13).
var modelReference = regexp.MustCompile(`^https://apigateway\.[a-z0-9.-]*amazonaws\.com/restapis/[^/]+/models/([a-zA-Z0-9]+)$`)

// flatten rewrites the schema of a model so that it stands alone: the models it
// refers to become its definitions.
func flatten(model *types.Model, lookUp func(name string) (*types.Model, error)) error {
	f := flattening{lookUp: lookUp, definitions: map[string]any{}}
	schema, err := f.schema(model)
	if err != nil {
		return err
	}
	object, ok := schema.(map[string]any)
	if !ok || len(f.definitions) == 0 {
		return nil // nothing to resolve: the text stays as sent
	}
	if own, ok := object["definitions"].(map[string]any); ok {
		maps.Copy(f.definitions, own)
	}
	object["definitions"] = f.definitions
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	model.Schema = aws.String(string(text))
	return nil
}

// flattening is the state of one flatten.
type flattening struct {
	lookUp      func(name string) (*types.Model, error)
	definitions map[string]any
}

// schema decodes a model's schema with its references rewritten. One that is no
// JSON, as content types other than JSON may have, is nil.
func (f flattening) schema(model *types.Model) (any, error) {
	text := []byte(aws.ToString(model.Schema))
	if !json.Valid(text) {
		return nil, nil
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, err
	}
	return value, f.rewrite(value)
}

// rewrite points the references below value to definitions, and adds those.
func (f flattening) rewrite(value any) error {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			if err := f.rewrite(element); err != nil {
				return err
			}
		}
	case map[string]any:
		if target, ok := value["$ref"].(string); ok {
			if m := modelReference.FindStringSubmatch(target); m != nil {
				value["$ref"] = "#/definitions/" + m[1]
				return f.define(m[1])
			}
		}
		for _, member := range value {
			if err := f.rewrite(member); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f flattening) define(name string) error {
	if _, ok := f.definitions[name]; ok {
		return nil
	}
	f.definitions[name] = nil // a model may refer to itself
	model, err := f.lookUp(name)
	if err != nil {
		return err
	}
	f.definitions[name], err = f.schema(model)
	return err
}
