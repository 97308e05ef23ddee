package restapi

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/openapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	errExportType = wire.BadRequest("Invalid export type specified. Valid options are oas30,swagger")                                            // Unverified: the wording.
	errExportForm = wire.BadRequest("Invalid accepts specified. Valid options are application/json,application/yaml")                            // Unverified: the wording.
	errExtensions = wire.BadRequest("Invalid extensions specified. Valid options are integrations,authorizers,documentation,postman,apigateway") // Unverified: the wording.
)

// GetExport returns the OpenAPI document of the deployment that a stage points to.
// NotFoundException for an unknown API or stage.
func (s *Service) GetExport(ctx context.Context, in *apigateway.GetExportInput) (*apigateway.GetExportOutput, error) {
	var options openapi.ExportOptions
	switch aws.ToString(in.ExportType) {
	case "oas30":
		options.IsV3 = true
	case "swagger":
	default:
		return nil, errExportType
	}
	if err := exportExtensions(&options, in.Parameters["extensions"]); err != nil {
		return nil, err
	}
	isYAML := false
	switch accepts := aws.ToString(in.Accepts); accepts {
	case "application/yaml", "application/x-yaml":
		isYAML = true
	case "", "application/json", "*/*":
	default:
		return nil, errExportForm
	}
	scope := scopeOf(ctx)
	stage, err := view(ctx, s, func(tx store.Tx) (*deployed.RestStage, error) {
		return exportedStage(tx, scope, *in.RestApiId, *in.StageName, &options)
	})
	if err != nil {
		return nil, err
	}
	document, err := openapi.Export(stage, options)
	if err != nil {
		return nil, wire.BadRequest(err.Error())
	}
	body, mediaType, extension := document.JSON(), "application/json", "json"
	if isYAML {
		if body, err = document.YAML(); err != nil {
			return nil, fmt.Errorf("export %s/%s: %w", *in.RestApiId, *in.StageName, err)
		}
		mediaType, extension = "application/yaml", "yaml"
	}
	// Unverified: the file's name after the version that the document has.
	version := cmp.Or(aws.ToString(stage.Api.Api.Version), options.Version.UTC().Format("2006-01-02T15:04:05Z"))
	version = strings.NewReplacer(`"`, "", `\`, "", "\r", "", "\n", "").Replace(version)
	file := *in.ExportType + "_" + version + "." + extension
	return &apigateway.GetExportOutput{
		Body: body, ContentType: &mediaType, ContentDisposition: aws.String(`attachment; filename="` + file + `"`),
	}, nil
}

// exportExtensions reads the parameter extensions. Those of Postman change nothing.
func exportExtensions(options *openapi.ExportOptions, list string) error {
	for name := range strings.SplitSeq(list, ",") {
		switch strings.TrimSpace(name) {
		case "integrations", "apigateway":
			options.Integrations = true
		case "authorizers":
			options.Authorizers = true
		case "documentation":
			options.Documentation = true
		case "", "postman":
		default:
			return errExtensions
		}
	}
	return nil
}

// exportedStage reads a stage with its deployment and the documentation that it shows.
func exportedStage(tx store.Tx, scope store.Scope, apiID, stageName string, options *openapi.ExportOptions) (*deployed.RestStage, error) {
	if _, err := findAPI(tx, scope, apiID); err != nil {
		return nil, err
	}
	stage, err := findStage(tx, scope, apiID, stageName)
	if err != nil {
		return nil, err
	}
	snapshot, err := snapshots.Get(tx, scope, apiID, aws.ToString(stage.DeploymentId))
	if err != nil {
		return nil, err
	}
	deployment, err := deployments.Get(tx, scope, apiID, aws.ToString(stage.DeploymentId))
	if err != nil {
		return nil, err
	}
	options.Version = aws.ToTime(deployment.CreatedDate)
	if version := aws.ToString(stage.DocumentationVersion); version != "" {
		if err := exportedParts(tx, scope, apiID, version, options); err != nil {
			return nil, err
		}
	}
	return &deployed.RestStage{Account: scope.Account, Region: scope.Region, ApiID: apiID, Stage: *stage, Api: snapshot}, nil
}

// exportedParts reads the parts of a documentation version; one that is gone has none.
func exportedParts(tx store.Tx, scope store.Scope, apiID, version string, options *openapi.ExportOptions) error {
	there, err := store.Exists(tx, frozenParts, scope, apiID, version)
	if err != nil || !there {
		return err
	}
	frozen, err := frozenParts.Get(tx, scope, apiID, version)
	if err != nil {
		return err
	}
	record, err := documentationVersions.Get(tx, scope, apiID, version)
	if err != nil {
		return err
	}
	options.DocumentationVersion, options.DocumentationDate = version, aws.ToTime(record.CreatedDate)
	options.Parts, err = unmarshalParts[types.DocumentationPart]("documentation part", frozen.Parts)
	return err
}
