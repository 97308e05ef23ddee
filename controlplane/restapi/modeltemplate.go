package restapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/modeltemplate"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// GetModelTemplate returns a mapping template that turns a payload into the structure
// of a model, as a start for one's own.
func (s *Service) GetModelTemplate(ctx context.Context, in *apigateway.GetModelTemplateInput) (*apigateway.GetModelTemplateOutput, error) {
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetModelTemplateOutput, error) {
		model, err := findModel(tx, scope, *in.RestApiId, *in.ModelName)
		if err != nil {
			return nil, err
		}
		err = flatten(model, func(name string) (*types.Model, error) { return findModel(tx, scope, *in.RestApiId, name) })
		if err != nil {
			return nil, err
		}
		return &apigateway.GetModelTemplateOutput{Value: aws.String(modeltemplate.Of(aws.ToString(model.Schema)))}, nil
	})
}
