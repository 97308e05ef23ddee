package restapi

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// maxModelSize is the quota for the size of a schema in bytes.
const maxModelSize = 400 << 10

var (
	modelNamePattern = regexp.MustCompile(`^[a-zA-Z0-9]+$`)

	errModelExists = wire.Conflict("Model name already exists for this REST API")                         // MV-07
	errModelName   = wire.BadRequest("Model name must be non-empty")                                      // MV-08
	errNoSchema    = wire.BadRequest("Model schema must have at least 1 property or array items defined") // MV-09
	errModelSize   = wire.BadRequest("Model schema exceeds the maximum size of 400 KB")                   // Unverified: the wording.
)

var modelPatches = patchTable[types.Model]{
	refuse: refuseWithPaths[types.Model],
	rules: []patchRule[types.Model]{ // in the order of MV-18
		{path: "/description", replace: setText(func(m *types.Model) **string { return &m.Description })},
		{path: "/schema", replace: setText(func(m *types.Model) **string { return &m.Schema })},
	},
}

// errNoModel also answers an unknown API id (MV-06, MI-09).
func errNoModel(name string) error { return wire.NotFound("Invalid model name specified: " + name) }

// defaultModels are the models that every new API has (MV-03).
func defaultModels() []types.Model {
	model := func(name, description, schema string) types.Model {
		return types.Model{
			Id: aws.String(newModelID()), Name: aws.String(name), ContentType: aws.String("application/json"),
			Description: aws.String(description), Schema: aws.String(schema),
		}
	}
	return []types.Model{
		model("Empty", "This is a default empty schema model", `{
  "$schema": "http://json-schema.org/draft-04/schema#",
  "title" : "Empty Schema",
  "type" : "object"
}`),
		model("Error", "This is a default error schema model", `{
  "$schema" : "http://json-schema.org/draft-04/schema#",
  "title" : "Error Schema",
  "type" : "object",
  "properties" : {
    "message" : { "type" : "string" }
  }
}`),
	}
}

func findModel(tx store.Tx, scope store.Scope, apiID, name string) (*types.Model, error) {
	return store.Find(tx, models, scope, errNoModel(name), apiID, name)
}

// checkModel holds the rules for a model, new or changed.
func checkModel(model *types.Model) error {
	name, schema := aws.ToString(model.Name), aws.ToString(model.Schema)
	switch {
	case name == "":
		return errModelName
	case !modelNamePattern.MatchString(name):
		return wire.BadRequest("Model name must be alphanumeric: " + name)
	case schema == "":
		return errNoSchema
	case len(schema) > maxModelSize:
		return errModelSize
	case aws.ToString(model.ContentType) == "application/json" && !isJSONObject(schema):
		return errModel(badModelSchema)
	}
	return nil
}

// checkSentModel is checkModel for a model that a client sends as such: the schemas
// that an import makes are of a document that was checked.
func checkSentModel(model *types.Model) error {
	if err := checkModel(model); err != nil || aws.ToString(model.ContentType) != "application/json" {
		return err
	}
	return checkSchema(*model.Schema)
}

// CreateModel adds a model to an API.
func (s *Service) CreateModel(ctx context.Context, in *apigateway.CreateModelInput) (*apigateway.CreateModelOutput, error) {
	scope := scopeOf(ctx)
	model := &types.Model{
		Id: aws.String(newModelID()), Name: in.Name, ContentType: in.ContentType,
		Description: nonEmpty(aws.ToString(in.Description)), Schema: in.Schema,
	}
	return wire.Respond[apigateway.CreateModelOutput](update(ctx, s, func(tx store.Tx) (*types.Model, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		if err := checkSentModel(model); err != nil {
			return nil, err
		}
		taken, err := store.Exists(tx, models, scope, *in.RestApiId, *in.Name)
		if err != nil {
			return nil, err
		}
		if taken {
			return nil, errModelExists
		}
		return model, models.Put(tx, scope, model, *in.RestApiId, *in.Name)
	}))
}

// GetModel returns a model. With flatten, the models that its schema refers to are
// part of the schema.
func (s *Service) GetModel(ctx context.Context, in *apigateway.GetModelInput) (*apigateway.GetModelOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.GetModelOutput](view(ctx, s, func(tx store.Tx) (*types.Model, error) {
		model, err := findModel(tx, scope, *in.RestApiId, *in.ModelName)
		if err != nil || !in.Flatten {
			return model, err
		}
		return model, flatten(model, func(name string) (*types.Model, error) {
			return findModel(tx, scope, *in.RestApiId, name)
		})
	}))
}

// GetModels lists the models of an API in order of name.
func (s *Service) GetModels(ctx context.Context, in *apigateway.GetModelsInput) (*apigateway.GetModelsOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetModelsOutput, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		items, next, err := store.Take(page, models.All(tx, scope, page.After, *in.RestApiId))
		if err != nil {
			return nil, err
		}
		return &apigateway.GetModelsOutput{Items: items, Position: next}, nil
	})
}

// UpdateModel changes the schema or description of a model.
func (s *Service) UpdateModel(ctx context.Context, in *apigateway.UpdateModelInput) (*apigateway.UpdateModelOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.UpdateModelOutput](update(ctx, s, func(tx store.Tx) (*types.Model, error) {
		model, err := findModel(tx, scope, *in.RestApiId, *in.ModelName)
		if err != nil {
			return nil, err
		}
		if err := modelPatches.apply(model, in.PatchOperations); err != nil {
			return nil, err
		}
		if err := checkSentModel(model); err != nil {
			return nil, err
		}
		return model, models.Put(tx, scope, model, *in.RestApiId, *in.ModelName)
	}))
}

// DeleteModel deletes a model that no method refers to (MV-10).
func (s *Service) DeleteModel(ctx context.Context, in *apigateway.DeleteModelInput) (*apigateway.DeleteModelOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteModelOutput, error) {
		if _, err := findModel(tx, scope, *in.RestApiId, *in.ModelName); err != nil {
			return nil, err
		}
		if err := checkModelUnused(tx, scope, *in.RestApiId, *in.ModelName); err != nil {
			return nil, err
		}
		return &apigateway.DeleteModelOutput{}, models.Delete(tx, scope, *in.RestApiId, *in.ModelName)
	})
}

func checkModelUnused(tx store.Tx, scope store.Scope, apiID, name string) error {
	path, err := methodThat(tx, scope, apiID, func(method types.Method) bool {
		return hasValue(method.RequestModels, name)
	})
	if err != nil {
		return err
	}
	if path != "" {
		return errReferenced("model", name, "request", path)
	}
	path, err = methodThat(tx, scope, apiID, func(method types.Method) bool {
		for _, response := range method.MethodResponses {
			if hasValue(response.ResponseModels, name) {
				return true
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	if path != "" {
		return errReferenced("model", name, "response", path)
	}
	return nil
}

// errReferenced is MV-10, and its like for method responses and validators.
func errReferenced(kind, name, side, path string) error {
	return wire.Conflict(fmt.Sprintf("Cannot delete %s '%s', is referenced in method %s: %s", kind, name, side, path))
}

func hasValue(m map[string]string, value string) bool {
	for _, v := range m {
		if v == value {
			return true
		}
	}
	return false
}

// methodThat returns a method that satisfies a
// condition, in the form of MV-10: //ANY is the root's. "" when there is none.
func methodThat(tx store.Tx, scope store.Scope, apiID string, condition func(types.Method) bool) (string, error) {
	var found []string
	for record, err := range resources.All(tx, scope, "", apiID) {
		if err != nil {
			return "", err
		}
		for verb, method := range record.Value.ResourceMethods {
			if condition(method) {
				found = append(found, *record.Value.Path+"/"+verb)
			}
		}
	}
	if len(found) == 0 {
		return "", nil
	}
	// Which one AWS names is not promised (MV-11); the recording has the deeper one.
	return slices.MaxFunc(found, func(a, b string) int { return cmp.Compare(len(a), len(b)) }), nil
}
