package restapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// Flusher empties the caches of a stage, which the data plane keeps. It is safe for
// concurrent use.
type Flusher interface {
	// FlushStageCache forgets the cached responses of a stage.
	FlushStageCache(apiID, stageName string)
	// FlushStageAuthorizersCache forgets the cached results of its authorizers.
	FlushStageAuthorizersCache(apiID, stageName string)
}

// flush calls one of the flusher's methods for a stage that exists.
func (s *Service) flush(ctx context.Context, apiID, stageName string, flush func(Flusher, string, string)) error {
	_, err := view(ctx, s, func(tx store.Tx) (struct{}, error) {
		_, err := findStage(tx, scopeOf(ctx), apiID, stageName)
		return struct{}{}, err
	})
	if err == nil && s.flusher != nil {
		flush(s.flusher, apiID, stageName)
	}
	return err
}

// FlushStageCache empties the response cache of a stage.
func (s *Service) FlushStageCache(ctx context.Context, in *apigateway.FlushStageCacheInput) (*apigateway.FlushStageCacheOutput, error) {
	return &apigateway.FlushStageCacheOutput{}, s.flush(ctx, *in.RestApiId, *in.StageName, Flusher.FlushStageCache)
}

// FlushStageAuthorizersCache empties the authorizer caches of a stage.
func (s *Service) FlushStageAuthorizersCache(
	ctx context.Context, in *apigateway.FlushStageAuthorizersCacheInput,
) (*apigateway.FlushStageAuthorizersCacheOutput, error) {
	return &apigateway.FlushStageAuthorizersCacheOutput{}, s.flush(ctx, *in.RestApiId, *in.StageName, Flusher.FlushStageAuthorizersCache)
}
