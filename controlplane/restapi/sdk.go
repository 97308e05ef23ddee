package restapi

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/clientsdk"
	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/openapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Unverified: the wordings.
var (
	errSdkType   = wire.BadRequest("Invalid SDK type identifier specified")
	errSdkUnmade = wire.BadRequest("Only SDKs of type javascript are generated here")
)

// GetSdk returns a zip with a client for the deployment that a stage points to. The
// client is JavaScript: BadRequestException for AWS's other types of SDK, which are not
// generated, and for those that do not exist.
func (s *Service) GetSdk(ctx context.Context, in *apigateway.GetSdkInput) (*apigateway.GetSdkOutput, error) {
	kind := aws.ToString(in.SdkType)
	if err := checkSdk(kind, in.Parameters); err != nil {
		return nil, err
	}
	scope := scopeOf(ctx)
	stage, err := view(ctx, s, func(tx store.Tx) (*deployed.RestStage, error) {
		return exportedStage(tx, scope, *in.RestApiId, *in.StageName, &openapi.ExportOptions{})
	})
	if err != nil {
		return nil, err
	}
	now := s.now()
	body, err := clientsdk.JavaScript(stage, s.invokeURL(scope, *in.RestApiId, *in.StageName), now)
	if err != nil {
		return nil, fmt.Errorf("SDK of %s/%s: %w", *in.RestApiId, *in.StageName, err)
	}
	file := kind + "_" + now.UTC().Format("2006-01-02_15-04") + "Z.zip"
	return &apigateway.GetSdkOutput{
		Body: body, ContentType: aws.String("application/octet-stream"), ContentDisposition: aws.String(`attachment; filename="` + file + `"`),
	}, nil
}

// checkSdk returns BadRequestException for a type that is not generated, and for one that
// lacks a parameter it needs.
func checkSdk(kind string, parameters map[string]string) error {
	for i := range sdkTypes {
		if aws.ToString(sdkTypes[i].Id) != kind {
			continue
		}
		if missing := missingProperties(&sdkTypes[i], parameters); len(missing) > 0 {
			return wire.BadRequest("Missing required SDK configuration properties: " + strings.Join(missing, ", ")) // Unverified: the wording.
		}
		if kind != "javascript" {
			return errSdkUnmade
		}
		return nil
	}
	return errSdkType
}

func missingProperties(kind *types.SdkType, parameters map[string]string) []string {
	var missing []string
	for _, p := range kind.ConfigurationProperties {
		// GetSdk takes Java's with names of its own.
		alias := map[string]string{"service.name": "serviceName", "java.package-name": "javaPackageName"}[aws.ToString(p.Name)]
		if p.Required && parameters[aws.ToString(p.Name)] == "" && parameters[alias] == "" {
			missing = append(missing, aws.ToString(p.Name))
		}
	}
	return missing
}

// invokeURL is where a stage is served.
func (s *Service) invokeURL(scope store.Scope, apiID, stageName string) string {
	if s.stageURL != nil {
		return s.stageURL(apiID, stageName)
	}
	return "https://" + apiID + ".execute-api." + scope.Region + ".amazonaws.com/" + stageName
}
