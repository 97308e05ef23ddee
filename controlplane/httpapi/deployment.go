package httpapi

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	errNoRoutes     = wire.BadRequest(noRoutes)
	errNoDeployment = wire.NotFound("Invalid Deployment identifier specified")                              // Unverified: the wording.
	errAutoDeployed = wire.BadRequest("Deployment ID cannot be set on a stage that has autoDeploy enabled") // Unverified: the wording.
	errDeployedIn   = func(stages string) error {                                                           // Unverified: the status and the wording.
		return wire.Conflict("Active stages pointing to this deployment must be moved or deleted: " + stages)
	}
)

// CreateDeployment freezes the API as it is now, and moves a stage to it when the
// input names one: BadRequestException when the API has no route or the stage
// deploys by itself.
func (s *Service) CreateDeployment(ctx context.Context, in *apigatewayv2.CreateDeploymentInput) (*apigatewayv2.CreateDeploymentOutput, error) {
	now := s.timestamp()
	made := &types.Deployment{AutoDeployed: aws.Bool(false), CreatedDate: now, DeploymentId: aws.String(newDeploymentID())}
	wire.Merge(made, in)
	return wire.Respond[apigatewayv2.CreateDeploymentOutput](editSettled(ctx, s, *in.ApiId, func(a apiTx) (*types.Deployment, error) {
		name := aws.ToString(in.StageName)
		if name == "" {
			return made, deploy(a, made)
		}
		stage, err := find(a, stages, errNoStage, name)
		if err != nil {
			return nil, err
		}
		if aws.ToBool(stage.AutoDeploy) {
			return nil, errAutoDeployed
		}
		if err := deploy(a, made); err != nil {
			return nil, err
		}
		stage.DeploymentId, stage.LastUpdatedDate = made.DeploymentId, now
		return made, put(a, stages, stage, name)
	}))
}

// GetDeployment returns a deployment.
func (s *Service) GetDeployment(ctx context.Context, in *apigatewayv2.GetDeploymentInput) (*apigatewayv2.GetDeploymentOutput, error) {
	return wire.Respond[apigatewayv2.GetDeploymentOutput](readSettled(ctx, s, *in.ApiId, func(a apiTx) (*types.Deployment, error) {
		return find(a, deployments, errNoDeployment, *in.DeploymentId)
	}))
}

// GetDeployments lists the deployments of an API in order of id.
func (s *Service) GetDeployments(ctx context.Context, in *apigatewayv2.GetDeploymentsInput) (*apigatewayv2.GetDeploymentsOutput, error) {
	if err := s.settled(ctx, *in.ApiId); err != nil {
		return nil, err
	}
	items, next, err := list(ctx, s, *in.ApiId, in.MaxResults, in.NextToken, deployments, nil)
	if err != nil {
		return nil, err
	}
	return &apigatewayv2.GetDeploymentsOutput{Items: items, NextToken: next}, nil
}

// settled stores the pending deployment of an API, if it has one.
func (s *Service) settled(ctx context.Context, apiID string) error {
	_, err := readSettled(ctx, s, apiID, func(apiTx) (struct{}, error) { return struct{}{}, nil })
	return err
}

// UpdateDeployment changes the description of a deployment.
func (s *Service) UpdateDeployment(ctx context.Context, in *apigatewayv2.UpdateDeploymentInput) (*apigatewayv2.UpdateDeploymentOutput, error) {
	return wire.Respond[apigatewayv2.UpdateDeploymentOutput](editSettled(ctx, s, *in.ApiId, func(a apiTx) (*types.Deployment, error) {
		deployment, err := find(a, deployments, errNoDeployment, *in.DeploymentId)
		if err != nil {
			return nil, err
		}
		wire.Merge(deployment, in)
		return deployment, put(a, deployments, deployment, *in.DeploymentId)
	}))
}

// DeleteDeployment deletes a deployment that no stage has.
func (s *Service) DeleteDeployment(ctx context.Context, in *apigatewayv2.DeleteDeploymentInput) (*apigatewayv2.DeleteDeploymentOutput, error) {
	return editSettled(ctx, s, *in.ApiId, func(a apiTx) (*apigatewayv2.DeleteDeploymentOutput, error) {
		id := *in.DeploymentId
		if _, err := find(a, deployments, errNoDeployment, id); err != nil {
			return nil, err
		}
		existing, err := all(a, stages)
		if err != nil {
			return nil, err
		}
		var users []string
		for i := range existing {
			if aws.ToString(existing[i].DeploymentId) == id {
				users = append(users, *existing[i].StageName)
			}
		}
		if len(users) > 0 {
			return nil, errDeployedIn(strings.Join(users, ", "))
		}
		if err := remove(a, snapshots, id); err != nil {
			return nil, err
		}
		return &apigatewayv2.DeleteDeploymentOutput{}, remove(a, deployments, id)
	})
}
