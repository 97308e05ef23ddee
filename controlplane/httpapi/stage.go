package httpapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var errNoStage = notFound("Invalid stage identifier specified")

func findStage(tx store.Tx, scope store.Scope, apiID, name string) (*types.Stage, error) {
	if _, err := findAPI(tx, scope, apiID); err != nil {
		return nil, err
	}
	return store.Find(tx, stages, scope, errNoStage, apiID, name)
}

// GetStage returns a stage.
func (s *Service) GetStage(ctx context.Context, in *apigatewayv2.GetStageInput) (*apigatewayv2.GetStageOutput, error) {
	return wire.Respond[apigatewayv2.GetStageOutput](view(ctx, s, func(tx store.Tx) (*types.Stage, error) {
		return findStage(tx, scopeOf(ctx), *in.ApiId, *in.StageName)
	}))
}
