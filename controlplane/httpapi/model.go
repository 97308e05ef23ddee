package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/modeltemplate"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const maxSchemaBytes = 32 << 10

// Unverified: the wordings.
var (
	errNoModel       = wire.NotFound("Invalid Model identifier specified")
	errModelName     = wire.BadRequest("Model name must be alphanumeric and have 1 to 128 characters")
	errModelExists   = wire.Conflict("Model name already exists for this API")
	errModelSchema   = wire.BadRequest("Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]")
	errSchemaSize    = wire.BadRequest("Model schema exceeds the maximum size of 32 KB")
	errWebSocketOnly = wire.BadRequest("Models, route responses and integration responses are supported for protocol type WEBSOCKET only")

	modelNamePattern = regexp.MustCompile(`^[a-zA-Z0-9]{1,128}$`)
)

// checkWebSocket returns BadRequestException when the API is none.
func checkWebSocket(a apiTx) error {
	if a.isHTTP() {
		return errWebSocketOnly
	}
	return nil
}

// CreateModel creates a model of a WebSocket API.
func (s *Service) CreateModel(ctx context.Context, in *apigatewayv2.CreateModelInput) (*apigatewayv2.CreateModelOutput, error) {
	model := &types.Model{ModelId: aws.String(newModelID()), ContentType: aws.String("application/json")}
	wire.Merge(model, in)
	return wire.Respond[apigatewayv2.CreateModelOutput](change(ctx, s, *in.ApiId, func(a apiTx) (*types.Model, error) {
		if err := checkModel(a, model); err != nil {
			return nil, err
		}
		return model, put(a, models, model, *model.ModelId)
	}))
}

func checkModel(a apiTx, model *types.Model) error {
	if err := checkWebSocket(a); err != nil {
		return err
	}
	if !modelNamePattern.MatchString(aws.ToString(model.Name)) {
		return errModelName
	}
	if len(aws.ToString(model.Schema)) > maxSchemaBytes {
		return errSchemaSize
	}
	var schema map[string]any
	if json.Unmarshal([]byte(aws.ToString(model.Schema)), &schema) != nil {
		return errModelSchema
	}
	existing, err := all(a, models)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(existing, func(m types.Model) bool { return *m.Name == *model.Name && *m.ModelId != *model.ModelId }) {
		return errModelExists
	}
	return nil
}

// GetModel returns a model.
func (s *Service) GetModel(ctx context.Context, in *apigatewayv2.GetModelInput) (*apigatewayv2.GetModelOutput, error) {
	return wire.Respond[apigatewayv2.GetModelOutput](read(ctx, s, *in.ApiId, func(a apiTx) (*types.Model, error) {
		return find(a, models, errNoModel, *in.ModelId)
	}))
}

// GetModels lists the models of an API in order of id.
func (s *Service) GetModels(ctx context.Context, in *apigatewayv2.GetModelsInput) (*apigatewayv2.GetModelsOutput, error) {
	items, next, err := list(ctx, s, *in.ApiId, in.MaxResults, in.NextToken, models, nil)
	if err != nil {
		return nil, err
	}
	return &apigatewayv2.GetModelsOutput{Items: items, NextToken: next}, nil
}

// GetModelTemplate returns a mapping template that turns a payload into the structure
// of a model, as a start for one's own.
func (s *Service) GetModelTemplate(
	ctx context.Context, in *apigatewayv2.GetModelTemplateInput,
) (*apigatewayv2.GetModelTemplateOutput, error) {
	return read(ctx, s, *in.ApiId, func(a apiTx) (*apigatewayv2.GetModelTemplateOutput, error) {
		model, err := find(a, models, errNoModel, *in.ModelId)
		if err != nil {
			return nil, err
		}
		return &apigatewayv2.GetModelTemplateOutput{Value: aws.String(modeltemplate.Of(aws.ToString(model.Schema)))}, nil
	})
}

// UpdateModel changes a model; one that routes refer to keeps its name.
func (s *Service) UpdateModel(ctx context.Context, in *apigatewayv2.UpdateModelInput) (*apigatewayv2.UpdateModelOutput, error) {
	return wire.Respond[apigatewayv2.UpdateModelOutput](change(ctx, s, *in.ApiId, func(a apiTx) (*types.Model, error) {
		model, err := find(a, models, errNoModel, *in.ModelId)
		if err != nil {
			return nil, err
		}
		before := *model.Name
		wire.Merge(model, in)
		if err := checkModel(a, model); err != nil {
			return nil, err
		}
		if *model.Name != before {
			if err := checkModelUnused(a, before, "rename"); err != nil {
				return nil, err
			}
		}
		return model, put(a, models, model, *in.ModelId)
	}))
}

// DeleteModel deletes a model: ConflictException when a route or a route response
// refers to it.
func (s *Service) DeleteModel(ctx context.Context, in *apigatewayv2.DeleteModelInput) (*apigatewayv2.DeleteModelOutput, error) {
	return change(ctx, s, *in.ApiId, func(a apiTx) (*apigatewayv2.DeleteModelOutput, error) {
		model, err := find(a, models, errNoModel, *in.ModelId)
		if err != nil {
			return nil, err
		}
		if err := checkModelUnused(a, *model.Name, "delete"); err != nil {
			return nil, err
		}
		return &apigatewayv2.DeleteModelOutput{}, remove(a, models, *in.ModelId)
	})
}

func checkModelUnused(a apiTx, name, verb string) error {
	uses := func(byKey map[string]string) bool { return slices.Contains(slices.Collect(maps.Values(byKey)), name) }
	existing, err := all(a, routes)
	if err != nil {
		return err
	}
	responses, err := all(a, routeResponses)
	if err != nil {
		return err
	}
	key, used := firstBy(existing,
		func(r *types.Route) bool { return uses(r.RequestModels) },
		func(r *types.Route) string { return *r.RouteKey })
	if !used {
		key, used = firstBy(responses,
			func(r *types.RouteResponse) bool { return uses(r.ResponseModels) },
			func(r *types.RouteResponse) string { return *r.RouteResponseKey })
	}
	if used { // Unverified: the wording.
		return wire.Conflict(fmt.Sprintf("Cannot %s model '%s', is referenced in route: %s", verb, name, key))
	}
	return nil
}
