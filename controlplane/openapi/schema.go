package openapi

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

const (
	mediaJSON = "application/json"
	// definitionsV2 and definitionsV3 are where references to schemas point.
	definitionsV2 = "#/definitions/"
	definitionsV3 = "#/components/schemas/"
)

var noModelCharacter = regexp.MustCompile(`[^A-Za-z0-9]`)

// declareModels makes a model of each schema that the document names.
func (im *importer) declareModels() {
	schemas := im.root.Get("definitions")
	if im.isV3 {
		schemas = im.root.at("components", "schemas")
	}
	for _, m := range schemas.members() {
		name := modelName(m.Name)
		if name == "" || im.models[name] {
			im.warn("Model name '%s' is not usable: names have letters and digits only.", m.Name)
			continue
		}
		im.addModel(name, m.Value)
		im.document(m.Value, types.DocumentationPartLocation{Type: types.DocumentationPartTypeModel, Name: &name}, "title", "description")
	}
}

// modelName takes out of a name what a model's cannot have. Unverified: that AWS does.
func modelName(name string) string { return noModelCharacter.ReplaceAllString(name, "") }

func (im *importer) addModel(name string, schema *Value) {
	im.models[name] = true
	model := types.Model{Name: aws.String(name), ContentType: aws.String(mediaJSON), Schema: aws.String(im.schema(schema).pretty())}
	if description := schema.Get("description").text(); description != "" {
		model.Description = &description
	}
	im.api.Models = append(im.api.Models, model)
}

// schema returns a schema with references to models in the form that they have there.
func (im *importer) schema(v *Value) *Value {
	if v == nil {
		return object()
	}
	switch v.Kind {
	case Object:
		copied := object()
		for _, m := range v.Members {
			if m.Name == "$ref" && m.Value.Kind == String {
				if name, ok := referredModel(m.Value.Text); ok {
					copied.set(m.Name, str(im.options.ModelURL+name))
					continue
				}
			}
			copied.Members = append(copied.Members, Member{m.Name, im.schema(m.Value)})
		}
		return copied
	case Array:
		copied := array()
		for _, item := range v.Items {
			copied.Items = append(copied.Items, im.schema(item))
		}
		return copied
	case Null, Bool, Number, String:
	}
	return v
}

func referredModel(ref string) (string, bool) {
	for _, prefix := range []string{definitionsV2, definitionsV3} {
		if name, ok := strings.CutPrefix(ref, prefix); ok {
			return modelName(name), true
		}
	}
	return "", false
}

// model returns the name of the model for a schema where one is used: that of the model
// it refers to, else of one made for it. "" is none.
func (im *importer) model(schema *Value) string {
	if schema == nil || schema.Kind != Object {
		return ""
	}
	if ref := schema.Get("$ref"); ref != nil {
		name, ok := referredModel(ref.text())
		if !ok || !im.models[name] {
			im.warn("Unable to resolve the model that '%s' refers to.", ref.text())
			return ""
		}
		return name
	}
	// The same schema has the same model, so that importing again changes nothing.
	sum := sha256.Sum256([]byte(schema.compact()))
	key := hex.EncodeToString(sum[:])
	if name := im.inline[key]; name != "" {
		return name
	}
	name := ""
	for length := 6; name == "" || im.models[name]; length++ {
		name = "MODEL" + key[:length]
	}
	im.inline[key] = name
	im.addModel(name, schema)
	return name
}
