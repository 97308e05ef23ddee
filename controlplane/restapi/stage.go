package restapi

import (
	"context"
	"maps"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/domainname"
	"github.com/stagedoor-dev/stagedoor/controlplane/stagevariable"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/tagging"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	// AWS's message has not kept up: hyphens have been allowed for years.
	stageNamePattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,128}$`)

	errNoStage        = wire.NotFound("Invalid stage identifier specified")
	errStageExists    = wire.Conflict("Stage already exists")
	errStageName      = wire.BadRequest("Stage name only allows a-zA-Z0-9_")
	errNoStageDeploy  = wire.BadRequest("Deployment id does not exist")
	errTooManyStages  = wire.LimitExceeded("Maximum number of stages for this API has been reached. Please contact AWS if you need additional stages.") // Unverified: the wording.
	errPercentTraffic = wire.BadRequest("Invalid percentTraffic specified. It must be between 0.0 and 100.0")                                           // Unverified: the wording.
)

func findStage(tx store.Tx, scope store.Scope, apiID, name string) (*types.Stage, error) {
	return store.Find(tx, stages, scope, errNoStage, apiID, name)
}

// CreateStage makes a stage that serves an existing deployment.
func (s *Service) CreateStage(ctx context.Context, in *apigateway.CreateStageInput) (*apigateway.CreateStageOutput, error) {
	scope := scopeOf(ctx)
	if err := tagging.Check(in.Tags); err != nil {
		return nil, err
	}
	now := s.timestamp()
	stage := &types.Stage{CreatedDate: now, LastUpdatedDate: now}
	wire.Copy(stage, in)
	stage.Description = nonEmpty(aws.ToString(in.Description))
	stage.DocumentationVersion = nonEmpty(aws.ToString(in.DocumentationVersion))
	stage.MethodSettings = map[string]types.MethodSetting{} // shown when empty (SD-01)
	stage.Variables = nonEmptyMap(in.Variables)
	stage.Tags = maps.Clone(nonEmptyMap(in.Tags))
	if canary := stage.CanarySettings; canary != nil && canary.DeploymentId == nil {
		canary.DeploymentId = in.DeploymentId
	}
	return wire.Respond[apigateway.CreateStageOutput](update(ctx, s, func(tx store.Tx) (*types.Stage, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		return stage, s.createStage(tx, scope, *in.RestApiId, stage)
	}))
}

// createStage checks and stores a stage whose settings are filled in.
func (s *Service) createStage(tx store.Tx, scope store.Scope, apiID string, stage *types.Stage) error {
	if !stageNamePattern.MatchString(*stage.StageName) {
		return errStageName
	}
	count := 0
	for other, err := range stages.All(tx, scope, "", apiID) {
		if err != nil {
			return err
		}
		if *other.Value.StageName == *stage.StageName {
			return errStageExists
		}
		count++
	}
	if count >= s.limits.StagesPerAPI {
		return errTooManyStages
	}
	return putStage(tx, scope, apiID, stage)
}

// putStage checks and stores a stage, new or changed.
func putStage(tx store.Tx, scope store.Scope, apiID string, stage *types.Stage) error {
	if err := checkStageDeployment(tx, scope, apiID, aws.ToString(stage.DeploymentId)); err != nil {
		return err
	}
	if err := stagevariable.Check(stage.Variables); err != nil {
		return err
	}
	if canary := stage.CanarySettings; canary != nil {
		if err := checkStageDeployment(tx, scope, apiID, aws.ToString(canary.DeploymentId)); err != nil {
			return err
		}
		if err := stagevariable.Check(canary.StageVariableOverrides); err != nil {
			return err
		}
		if canary.PercentTraffic < 0 || canary.PercentTraffic > 100 {
			return errPercentTraffic
		}
	}
	settleCache(stage)
	return stages.Put(tx, scope, stage, apiID, *stage.StageName)
}

// settleCache sets what follows from the cache being switched on or off. Ours is
// there at once, where AWS takes minutes to create one.
func settleCache(stage *types.Stage) {
	if !stage.CacheClusterEnabled {
		stage.CacheClusterStatus = types.CacheClusterStatusNotAvailable
		return
	}
	stage.CacheClusterStatus = types.CacheClusterStatusAvailable
	if stage.CacheClusterSize == "" {
		stage.CacheClusterSize = types.CacheClusterSizeSize0Point5Gb
	}
}

func checkStageDeployment(tx store.Tx, scope store.Scope, apiID, id string) error {
	ok, err := store.Exists(tx, deployments, scope, apiID, id)
	if err == nil && !ok {
		err = errNoStageDeploy
	}
	return err
}

// GetStage returns a stage.
func (s *Service) GetStage(ctx context.Context, in *apigateway.GetStageInput) (*apigateway.GetStageOutput, error) {
	return wire.Respond[apigateway.GetStageOutput](view(ctx, s, func(tx store.Tx) (*types.Stage, error) {
		return findStage(tx, scopeOf(ctx), *in.RestApiId, *in.StageName)
	}))
}

// GetStages lists the stages of an API, or those that point to one deployment (SD-04).
func (s *Service) GetStages(ctx context.Context, in *apigateway.GetStagesInput) (*apigateway.GetStagesOutput, error) {
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetStagesOutput, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		out := &apigateway.GetStagesOutput{Item: []types.Stage{}}
		for stage, err := range stages.All(tx, scope, "", *in.RestApiId) {
			if err != nil {
				return nil, err
			}
			if in.DeploymentId == nil || servesDeployment(stage.Value, *in.DeploymentId) {
				out.Item = append(out.Item, *stage.Value)
			}
		}
		return out, nil
	})
}

// DeleteStage deletes a stage that no usage plan holds and no domain name is mapped
// to; its deployment stays.
func (s *Service) DeleteStage(ctx context.Context, in *apigateway.DeleteStageInput) (*apigateway.DeleteStageOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteStageOutput, error) {
		if _, err := findStage(tx, scope, *in.RestApiId, *in.StageName); err != nil {
			return nil, err
		}
		if err := checkUnplanned(tx, scope, *in.RestApiId, *in.StageName); err != nil {
			return nil, err
		}
		if err := domainname.CheckUnmapped(tx, scope, *in.RestApiId, *in.StageName); err != nil {
			return nil, err
		}
		return &apigateway.DeleteStageOutput{}, stages.Delete(tx, scope, *in.RestApiId, *in.StageName)
	})
}
