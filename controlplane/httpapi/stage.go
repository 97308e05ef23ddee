package httpapi

import (
	"context"
	"maps"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/domainname"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/tagging"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Unverified: the wordings, which are those of REST APIs.
var (
	errNoStage         = wire.NotFound("Invalid stage identifier specified")
	errStageExists     = wire.Conflict("Stage already exists")
	errStageName       = wire.BadRequest("Stage name must be $default or consist of 1 to 128 characters a-zA-Z0-9_-")
	errStageDeployment = wire.BadRequest("Deployment id does not exist")
	errNoAccessLog     = wire.NotFound("The stage has no access log settings")
	errNoRouteSettings = wire.NotFound("Unable to find route settings by this route key")

	stageNamePattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,128}$`)
)

// shownStage is a stage as responses have it: with maps, if empty.
func shownStage(stage *types.Stage, err error) (*types.Stage, error) {
	if err != nil {
		return nil, err
	}
	for _, texts := range []*map[string]string{&stage.StageVariables, &stage.Tags} {
		if *texts == nil {
			*texts = map[string]string{}
		}
	}
	if stage.RouteSettings == nil {
		stage.RouteSettings = map[string]types.RouteSettings{}
	}
	return stage, nil
}

// setDeployed notes an automatic deployment on a stage.
func setDeployed(stage *types.Stage, deploymentID string) {
	stage.DeploymentId = &deploymentID
	stage.LastDeploymentStatusMessage = aws.String(deployedBy(deploymentID))
}

// CreateStage creates a stage. One that deploys by itself is deployed at once, when
// the API has a route.
func (s *Service) CreateStage(ctx context.Context, in *apigatewayv2.CreateStageInput) (*apigatewayv2.CreateStageOutput, error) {
	if err := tagging.Check(in.Tags); err != nil {
		return nil, err
	}
	now, first := s.timestamp(), s.nextDeployment()
	made := types.Stage{AutoDeploy: aws.Bool(false), CreatedDate: now, LastUpdatedDate: now}
	wire.Merge(&made, in)
	made.Tags = maps.Clone(in.Tags)
	made.StageVariables = mergedTexts(nil, in.StageVariables)
	return wire.Respond[apigatewayv2.CreateStageOutput](shownStage(editSettled(ctx, s, *in.ApiId, func(a apiTx) (*types.Stage, error) {
		stage := made
		return s.createStage(a, &stage, first)
	})))
}

func (s *Service) createStage(a apiTx, stage *types.Stage, first pendingRecord) (*types.Stage, error) {
	name := *stage.StageName
	if !stageNamePattern.MatchString(name) && (name != defaultStage || !a.isHTTP()) {
		return nil, errStageName
	}
	existing, err := find(a, stages, nil, name)
	if err != nil {
		return nil, err
	}
	if existing != nil {
		return nil, errStageExists
	}
	if err := store.CheckRoom(a.tx, stages, a.scope, s.limits.StagesPerAPI, tooMany("Stages"), a.id()); err != nil {
		return nil, err
	}
	if aws.ToBool(stage.AutoDeploy) && stage.DeploymentId != nil {
		return nil, errAutoDeployed
	}
	setDefaultSettings(a, stage)
	if err := checkStage(a, stage); err != nil {
		return nil, err
	}
	if err := checkRouteSettingKeys(a, stage.RouteSettings); err != nil {
		return nil, err
	}
	if err := put(a, stages, stage, name); err != nil {
		return nil, err
	}
	return deployStage(a, stage, first)
}

// deployStage deploys a stage that deploys by itself, as it is created or begins to.
func deployStage(a apiTx, stage *types.Stage, first pendingRecord) (*types.Stage, error) {
	if !aws.ToBool(stage.AutoDeploy) {
		return stage, nil
	}
	if err := put(a, pendings, &first); err != nil {
		return nil, err
	}
	if err := settle(a); err != nil {
		return nil, err
	}
	return find(a, stages, errNoStage, *stage.StageName)
}

// GetStage returns a stage.
func (s *Service) GetStage(ctx context.Context, in *apigatewayv2.GetStageInput) (*apigatewayv2.GetStageOutput, error) {
	return wire.Respond[apigatewayv2.GetStageOutput](shownStage(readSettled(ctx, s, *in.ApiId, func(a apiTx) (*types.Stage, error) {
		return find(a, stages, errNoStage, *in.StageName)
	})))
}

// GetStages lists the stages of an API in order of name.
func (s *Service) GetStages(ctx context.Context, in *apigatewayv2.GetStagesInput) (*apigatewayv2.GetStagesOutput, error) {
	if err := s.settled(ctx, *in.ApiId); err != nil {
		return nil, err
	}
	items, next, err := list(ctx, s, *in.ApiId, in.MaxResults, in.NextToken, stages, nil)
	if err != nil {
		return nil, err
	}
	for i := range items {
		_, _ = shownStage(&items[i], nil)
	}
	return &apigatewayv2.GetStagesOutput{Items: items, NextToken: next}, nil
}

// UpdateStage changes a stage. Variables and route settings are added to those it
// has; an empty value removes a variable.
func (s *Service) UpdateStage(ctx context.Context, in *apigatewayv2.UpdateStageInput) (*apigatewayv2.UpdateStageOutput, error) {
	now, first := s.timestamp(), s.nextDeployment()
	return wire.Respond[apigatewayv2.UpdateStageOutput](shownStage(editSettled(ctx, s, *in.ApiId, func(a apiTx) (*types.Stage, error) {
		stage, err := find(a, stages, errNoStage, *in.StageName)
		if err != nil {
			return nil, err
		}
		before := *stage
		wire.Merge(stage, in)
		stage.LastUpdatedDate = now
		stage.StageVariables = mergedTexts(before.StageVariables, in.StageVariables)
		stage.DefaultRouteSettings = mergedSettings(before.DefaultRouteSettings, in.DefaultRouteSettings)
		stage.RouteSettings = mergedRouteSettings(before.RouteSettings, in.RouteSettings)
		if err := checkStageUpdate(&before, stage, in); err != nil {
			return nil, err
		}
		if err := checkStage(a, stage); err != nil {
			return nil, err
		}
		if err := checkRouteSettingKeys(a, in.RouteSettings); err != nil {
			return nil, err
		}
		if err := put(a, stages, stage, *in.StageName); err != nil || aws.ToBool(before.AutoDeploy) {
			return stage, err
		}
		return deployStage(a, stage, first)
	})))
}

// checkStageUpdate holds the rules for what of a stage may change, and how.
func checkStageUpdate(before, stage *types.Stage, in *apigatewayv2.UpdateStageInput) error {
	if aws.ToBool(before.ApiGatewayManaged) && (in.DeploymentId != nil || !aws.ToBool(stage.AutoDeploy)) {
		return errManagedIs
	}
	same := aws.ToString(in.DeploymentId) == aws.ToString(before.DeploymentId)
	if aws.ToBool(stage.AutoDeploy) && in.DeploymentId != nil && !same {
		return errAutoDeployed
	}
	if stage.DeploymentId == nil {
		stage.DeploymentId = before.DeploymentId // an empty one takes none away
	}
	if !aws.ToBool(stage.AutoDeploy) {
		stage.LastDeploymentStatusMessage = nil // there only with auto-deploy
	}
	return nil
}

// DeleteStage deletes a stage.
func (s *Service) DeleteStage(ctx context.Context, in *apigatewayv2.DeleteStageInput) (*apigatewayv2.DeleteStageOutput, error) {
	return editSettled(ctx, s, *in.ApiId, func(a apiTx) (*apigatewayv2.DeleteStageOutput, error) {
		stage, err := find(a, stages, errNoStage, *in.StageName)
		if err != nil {
			return nil, err
		}
		if aws.ToBool(stage.ApiGatewayManaged) {
			return nil, errManaged
		}
		if err := domainname.CheckUnmapped(a.tx, a.scope, a.id(), *in.StageName); err != nil {
			return nil, err
		}
		return &apigatewayv2.DeleteStageOutput{}, remove(a, stages, *in.StageName)
	})
}

// editStage changes a stage and stores it.
func (s *Service) editStage(ctx context.Context, apiID, name string, change func(*types.Stage) error) error {
	now := s.timestamp()
	_, err := editSettled(ctx, s, apiID, func(a apiTx) (*types.Stage, error) {
		stage, err := find(a, stages, errNoStage, name)
		if err != nil {
			return nil, err
		}
		if err := change(stage); err != nil {
			return nil, err
		}
		stage.LastUpdatedDate = now
		return stage, put(a, stages, stage, name)
	})
	return err
}

// DeleteAccessLogSettings ends the access log of a stage.
func (s *Service) DeleteAccessLogSettings(
	ctx context.Context, in *apigatewayv2.DeleteAccessLogSettingsInput,
) (*apigatewayv2.DeleteAccessLogSettingsOutput, error) {
	return &apigatewayv2.DeleteAccessLogSettingsOutput{}, s.editStage(ctx, *in.ApiId, *in.StageName, func(stage *types.Stage) error {
		if stage.AccessLogSettings == nil {
			return errNoAccessLog
		}
		stage.AccessLogSettings = nil
		return nil
	})
}

// DeleteRouteSettings removes the settings that a stage has for a route.
func (s *Service) DeleteRouteSettings(
	ctx context.Context, in *apigatewayv2.DeleteRouteSettingsInput,
) (*apigatewayv2.DeleteRouteSettingsOutput, error) {
	return &apigatewayv2.DeleteRouteSettingsOutput{}, s.editStage(ctx, *in.ApiId, *in.StageName, func(stage *types.Stage) error {
		if _, ok := stage.RouteSettings[*in.RouteKey]; !ok {
			return errNoRouteSettings
		}
		delete(stage.RouteSettings, *in.RouteKey)
		return nil
	})
}
