package restapi

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	errNoDeployment     = wire.NotFound("Invalid Deployment identifier specified")
	errNoMethods        = wire.BadRequest("The REST API doesn't contain any methods")
	errUndeployable     = wire.BadRequest("No integration defined for method")
	errActiveDeployment = wire.BadRequest("Active stages pointing to this deployment must be moved or deleted") // SD-27
)

// embedSummary is the value of the embed parameter that asks for the API summary.
const embedSummary = "apisummary"

// errDeploymentContent is the error for settings of a stage that do not fit it. Its
// wordings are seen in public reports, without a space after the full stop.
func errDeploymentContent(reason string) error {
	return wire.BadRequest("Invalid deployment content specified." + reason)
}

var deploymentPatches = patchTable[types.Deployment]{
	refuse: refuseShort[types.Deployment],
	rules: []patchRule[types.Deployment]{
		{path: "/description", replace: setText(func(d *types.Deployment) **string { return &d.Description })},
	},
}

func findDeployment(tx store.Tx, scope store.Scope, apiID, id string) (*types.Deployment, error) {
	return store.Find(tx, deployments, scope, errNoDeployment, apiID, id)
}

// CreateDeployment freezes the API. With a stage name it makes that stage, or
// points it to the new deployment (SD-29), or releases a canary to it.
func (s *Service) CreateDeployment(ctx context.Context, in *apigateway.CreateDeploymentInput) (*apigateway.CreateDeploymentOutput, error) {
	deployment := &types.Deployment{
		Id: aws.String(newDeploymentID()), CreatedDate: s.timestamp(),
		Description: nonEmpty(aws.ToString(in.Description)),
	}
	return wire.Respond[apigateway.CreateDeploymentOutput](update(ctx, s, func(tx store.Tx) (*types.Deployment, error) {
		return deployment, s.createDeployment(tx, scopeOf(ctx), deployment, in)
	}))
}

func (s *Service) createDeployment(tx store.Tx, scope store.Scope, deployment *types.Deployment, in *apigateway.CreateDeploymentInput) error {
	if err := checkCanaryStage(tx, scope, in); err != nil {
		return err
	}
	api, err := findAPI(tx, scope, *in.RestApiId)
	if err != nil {
		return err
	}
	snapshot, err := takeSnapshot(tx, scope, api, *deployment.Id)
	if err != nil {
		return err
	}
	if err := snapshots.Put(tx, scope, snapshot, *api.Id, *deployment.Id); err != nil {
		return err
	}
	if err := deployments.Put(tx, scope, deployment, *api.Id, *deployment.Id); err != nil {
		return err
	}
	if aws.ToString(in.StageName) == "" {
		return nil
	}
	return s.deployToStage(tx, scope, deployment, in)
}

// checkCanaryStage holds the rules between canary settings and the stage: canaries
// go to a stage that exists, and a stage with a canary takes nothing but canaries.
func checkCanaryStage(tx store.Tx, scope store.Scope, in *apigateway.CreateDeploymentInput) error {
	name := aws.ToString(in.StageName)
	if name == "" {
		if in.CanarySettings == nil {
			return nil
		}
		if in.StageName == nil {
			name = "null"
		}
		return errDeploymentContent("Non null and non empty stageName must be provided for canary deployment. Provided value is " + name)
	}
	if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
		return err
	}
	there, err := store.Exists(tx, stages, scope, *in.RestApiId, name)
	if err != nil {
		return err
	}
	if !there {
		if in.CanarySettings != nil {
			return errDeploymentContent("Stage " + name + " must already be created before making a canary release deployment")
		}
		return nil
	}
	stage, err := findStage(tx, scope, *in.RestApiId, name)
	if err == nil && stage.CanarySettings != nil && in.CanarySettings == nil {
		err = errDeploymentContent("Non canary deployment not supported on stage " + name +
			" because Canary is enabled. Provide CanarySettings in deploymentInput.")
	}
	return err
}

// deployToStage points the stage that in names to a new deployment.
func (s *Service) deployToStage(tx store.Tx, scope store.Scope, deployment *types.Deployment, in *apigateway.CreateDeploymentInput) error {
	apiID, name := *in.RestApiId, *in.StageName
	there, err := store.Exists(tx, stages, scope, apiID, name)
	if err != nil {
		return err
	}
	if !there {
		stage := &types.Stage{StageName: in.StageName, CreatedDate: deployment.CreatedDate, MethodSettings: map[string]types.MethodSetting{}}
		settleStage(stage, deployment, in)
		return s.createStage(tx, scope, apiID, stage)
	}
	stage, err := findStage(tx, scope, apiID, name)
	if err != nil {
		return err
	}
	if in.CanarySettings != nil {
		stage.CanarySettings = &types.CanarySettings{
			DeploymentId:           deployment.Id,
			PercentTraffic:         in.CanarySettings.PercentTraffic,
			StageVariableOverrides: in.CanarySettings.StageVariableOverrides,
			UseStageCache:          in.CanarySettings.UseStageCache,
		}
		stage.LastUpdatedDate = deployment.CreatedDate
		return putStage(tx, scope, apiID, stage)
	}
	settleStage(stage, deployment, in)
	return putStage(tx, scope, apiID, stage)
}

// settleStage gives a stage a new deployment and the settings that came with it;
// what was not sent stays.
func settleStage(stage *types.Stage, deployment *types.Deployment, in *apigateway.CreateDeploymentInput) {
	stage.DeploymentId = deployment.Id
	stage.LastUpdatedDate = deployment.CreatedDate
	if in.StageDescription != nil {
		stage.Description = nonEmpty(*in.StageDescription)
	}
	if in.Variables != nil {
		stage.Variables = nonEmptyMap(in.Variables)
	}
	if in.TracingEnabled != nil {
		stage.TracingEnabled = *in.TracingEnabled
	}
	if in.CacheClusterSize != "" {
		stage.CacheClusterSize = in.CacheClusterSize
	}
	if in.CacheClusterEnabled != nil {
		stage.CacheClusterEnabled = *in.CacheClusterEnabled
	}
}

// GetDeployment returns a deployment, with the summary of its API when that is to
// be embedded.
func (s *Service) GetDeployment(ctx context.Context, in *apigateway.GetDeploymentInput) (*apigateway.GetDeploymentOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.GetDeploymentOutput](view(ctx, s, func(tx store.Tx) (*types.Deployment, error) {
		deployment, err := findDeployment(tx, scope, *in.RestApiId, *in.DeploymentId)
		if err != nil || !slices.Contains(in.Embed, embedSummary) {
			return deployment, err
		}
		snapshot, err := snapshots.Get(tx, scope, *in.RestApiId, *in.DeploymentId)
		if err != nil {
			return nil, err
		}
		deployment.ApiSummary = summary(snapshot)
		return deployment, nil
	}))
}

// GetDeployments lists the deployments of an API in order of id.
func (s *Service) GetDeployments(ctx context.Context, in *apigateway.GetDeploymentsInput) (*apigateway.GetDeploymentsOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetDeploymentsOutput, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		items, next, err := store.Take(page, deployments.All(tx, scope, page.After, *in.RestApiId))
		if err != nil {
			return nil, err
		}
		return &apigateway.GetDeploymentsOutput{Items: items, Position: next}, nil
	})
}

// UpdateDeployment changes the description of a deployment.
func (s *Service) UpdateDeployment(ctx context.Context, in *apigateway.UpdateDeploymentInput) (*apigateway.UpdateDeploymentOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.UpdateDeploymentOutput](update(ctx, s, func(tx store.Tx) (*types.Deployment, error) {
		deployment, err := findDeployment(tx, scope, *in.RestApiId, *in.DeploymentId)
		if err != nil {
			return nil, err
		}
		if err := deploymentPatches.apply(deployment, in.PatchOperations); err != nil {
			return nil, err
		}
		return deployment, deployments.Put(tx, scope, deployment, *in.RestApiId, *in.DeploymentId)
	}))
}

// DeleteDeployment deletes a deployment that no stage points to (SD-27).
func (s *Service) DeleteDeployment(ctx context.Context, in *apigateway.DeleteDeploymentInput) (*apigateway.DeleteDeploymentOutput, error) {
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteDeploymentOutput, error) {
		return &apigateway.DeleteDeploymentOutput{}, deleteDeployment(tx, scopeOf(ctx), *in.RestApiId, *in.DeploymentId)
	})
}

func deleteDeployment(tx store.Tx, scope store.Scope, apiID, id string) error {
	if _, err := findDeployment(tx, scope, apiID, id); err != nil {
		return err
	}
	for stage, err := range stages.All(tx, scope, "", apiID) {
		if err != nil {
			return err
		}
		if servesDeployment(stage.Value, id) {
			return errActiveDeployment
		}
	}
	if err := snapshots.Delete(tx, scope, apiID, id); err != nil {
		return err
	}
	return deployments.Delete(tx, scope, apiID, id)
}

// servesDeployment reports whether a stage points to a deployment, itself or by
// its canary.
func servesDeployment(stage *types.Stage, id string) bool {
	if aws.ToString(stage.DeploymentId) == id {
		return true
	}
	return stage.CanarySettings != nil && aws.ToString(stage.CanarySettings.DeploymentId) == id
}
