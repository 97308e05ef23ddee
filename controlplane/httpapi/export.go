package httpapi

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"

	"github.com/stagedoor-dev/stagedoor/controlplane/apiid"
	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/openapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Unverified: the wordings.
var (
	errExportVersion = wire.BadRequest("Invalid exportVersion specified. Valid options are 1.0")
	errNotDeployed   = wire.BadRequest("The stage has no deployment to export")
)

// ExportApi returns the OpenAPI 3.0 document of an HTTP API: of the deployment that a
// stage has, or without a stage of the API as it is now.
func (s *Service) ExportApi(ctx context.Context, in *apigatewayv2.ExportApiInput) (*apigatewayv2.ExportApiOutput, error) {
	if in.ExportVersion != nil && *in.ExportVersion != "1.0" {
		return nil, errExportVersion
	}
	stage := aws.ToString(in.StageName)
	api, err := readSettled(ctx, s, *in.ApiId, func(a apiTx) (*deployed.Api, error) {
		if !a.isHTTP() {
			return nil, errImportWebSocket
		}
		return exported(a, stage)
	})
	if err != nil {
		return nil, err
	}
	if stage == defaultStage {
		stage = ""
	}
	document := openapi.ExportHTTP(api, openapi.HttpExportOptions{
		Region: scopeOf(ctx).Region, StageName: stage, HiddenTag: apiid.CustomIDTag,
		Extensions: in.IncludeExtensions == nil || *in.IncludeExtensions,
	})
	body := document.JSON()
	if aws.ToString(in.OutputType) == "YAML" {
		if body, err = document.YAML(); err != nil {
			return nil, fmt.Errorf("export %s: %w", *in.ApiId, err)
		}
	}
	return &apigatewayv2.ExportApiOutput{Body: body}, nil
}

// exported is what of an API is exported.
func exported(a apiTx, stageName string) (*deployed.Api, error) {
	if stageName == "" {
		return newSnapshot(a)
	}
	stage, err := find(a, stages, errNoStage, stageName)
	if err != nil {
		return nil, err
	}
	if aws.ToString(stage.DeploymentId) == "" {
		return nil, errNotDeployed
	}
	return find(a, snapshots, errNotDeployed, *stage.DeploymentId)
}
