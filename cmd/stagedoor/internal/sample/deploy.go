package sample

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apitypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// The sample's names.
const (
	APIID        = "sample"
	Stage        = "dev"
	functionName = "stagedoor-sample"
)

// activeTimeout limits the wait for a new function.
const activeTimeout = 30 * time.Second

const mockBody = `{"message": "Hello from a mock integration"}`

// Deploy makes the sample in the emulator that config points to, as far as it is not
// there yet. command is what runs the function: a program and its arguments that call
// [Run].
func Deploy(ctx context.Context, config aws.Config, command []string) error {
	d := deployer{gateway: apigateway.NewFromConfig(config), lambda: lambda.NewFromConfig(config), region: config.Region}
	functionARN, err := d.deployFunction(ctx, command)
	if err != nil {
		return fmt.Errorf("function %s: %w", functionName, err)
	}
	if err := d.deployAPI(ctx, functionARN); err != nil {
		return fmt.Errorf("API %s: %w", APIID, err)
	}
	return nil
}

type deployer struct {
	gateway *apigateway.Client
	lambda  *lambda.Client
	region  string
}

func (d *deployer) deployFunction(ctx context.Context, command []string) (functionARN string, err error) {
	code, err := codePackage(command)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256(code)

	current, err := d.lambda.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: aws.String(functionName)})
	var missing *types.ResourceNotFoundException
	switch {
	case errors.As(err, &missing):
		created, err := d.lambda.CreateFunction(ctx, &lambda.CreateFunctionInput{
			FunctionName: aws.String(functionName), Description: aws.String("The function of the sample API"),
			Runtime: types.RuntimeProvidedal2023, Handler: aws.String("bootstrap"), Code: &types.FunctionCode{ZipFile: code},
			Role: aws.String("arn:aws:iam::000000000000:role/stagedoor-sample"),
		})
		if err != nil {
			return "", err
		}
		functionARN = aws.ToString(created.FunctionArn)
	case err != nil:
		return "", err
	case aws.ToString(current.CodeSha256) != base64.StdEncoding.EncodeToString(digest[:]):
		// The binary was moved.
		if _, err := d.lambda.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: aws.String(functionName), ZipFile: code}); err != nil {
			return "", err
		}
		functionARN = aws.ToString(current.FunctionArn)
	default:
		functionARN = aws.ToString(current.FunctionArn)
	}
	waiter := lambda.NewFunctionActiveV2Waiter(d.lambda)
	if err := waiter.Wait(ctx, &lambda.GetFunctionInput{FunctionName: aws.String(functionName)}, activeTimeout); err != nil {
		return "", err
	}
	return functionARN, d.permit(ctx, functionARN)
}

// permit lets API Gateway invoke the function for the sample API, and no other.
func (d *deployer) permit(ctx context.Context, functionARN string) error {
	function, err := arn.Parse(functionARN)
	if err != nil {
		return err
	}
	source := arn.ARN{Partition: function.Partition, Service: "execute-api", Region: function.Region, AccountID: function.AccountID, Resource: APIID + "/*"}
	_, err = d.lambda.AddPermission(ctx, &lambda.AddPermissionInput{
		FunctionName: aws.String(functionName), StatementId: aws.String("sample-api"), Action: aws.String("lambda:InvokeFunction"),
		Principal: aws.String("apigateway.amazonaws.com"), SourceArn: aws.String(source.String()),
	})
	if _, exists := errors.AsType[*types.ResourceConflictException](err); exists {
		return nil
	}
	return err
}

func (d *deployer) deployAPI(ctx context.Context, functionARN string) error {
	id := aws.String(APIID)
	var missing *apitypes.NotFoundException
	_, err := d.gateway.GetStage(ctx, &apigateway.GetStageInput{RestApiId: id, StageName: aws.String(Stage)})
	if err == nil || !errors.As(err, &missing) {
		return err
	}
	// What an interrupted deployment may have left has no stage.
	if _, err := d.gateway.DeleteRestApi(ctx, &apigateway.DeleteRestApiInput{RestApiId: id}); err != nil && !errors.As(err, &missing) {
		return err
	}
	api, err := d.gateway.CreateRestApi(ctx, &apigateway.CreateRestApiInput{
		Name: aws.String("sample"), Description: aws.String("The sample API of Stagedoor"), Tags: map[string]string{"_custom_id_": APIID},
	})
	if err != nil {
		return err
	}
	function := &apigateway.PutIntegrationInput{
		Type: apitypes.IntegrationTypeAwsProxy, IntegrationHttpMethod: aws.String("POST"),
		Uri: aws.String("arn:aws:apigateway:" + d.region + ":lambda:path/2015-03-31/functions/" + functionARN + "/invocations"),
	}
	mock := &apigateway.PutIntegrationInput{
		Type: apitypes.IntegrationTypeMock, RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`},
	}
	for _, route := range []struct {
		path, method string
		integration  *apigateway.PutIntegrationInput
	}{
		{"hello", "GET", function},
		{"mock", "GET", mock},
		{"{proxy+}", "ANY", function},
	} {
		if err := d.addMethod(ctx, api, route.path, route.method, *route.integration); err != nil {
			return fmt.Errorf("%s /%s: %w", route.method, route.path, err)
		}
	}
	_, err = d.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: id, StageName: aws.String(Stage)})
	return err
}

func (d *deployer) addMethod(ctx context.Context, api *apigateway.CreateRestApiOutput, path, method string, integration apigateway.PutIntegrationInput) error {
	resource, err := d.gateway.CreateResource(ctx, &apigateway.CreateResourceInput{RestApiId: api.Id, ParentId: api.RootResourceId, PathPart: aws.String(path)})
	if err != nil {
		return err
	}
	_, err = d.gateway.PutMethod(ctx, &apigateway.PutMethodInput{
		RestApiId: api.Id, ResourceId: resource.Id, HttpMethod: aws.String(method), AuthorizationType: aws.String("NONE"),
	})
	if err != nil {
		return err
	}
	integration.RestApiId, integration.ResourceId, integration.HttpMethod = api.Id, resource.Id, aws.String(method)
	if _, err := d.gateway.PutIntegration(ctx, &integration); err != nil || integration.Type != apitypes.IntegrationTypeMock {
		return err
	}
	_, err = d.gateway.PutMethodResponse(ctx, &apigateway.PutMethodResponseInput{
		RestApiId: api.Id, ResourceId: resource.Id, HttpMethod: aws.String(method), StatusCode: aws.String("200"),
	})
	if err != nil {
		return err
	}
	_, err = d.gateway.PutIntegrationResponse(ctx, &apigateway.PutIntegrationResponseInput{
		RestApiId: api.Id, ResourceId: resource.Id, HttpMethod: aws.String(method), StatusCode: aws.String("200"),
		ResponseTemplates: map[string]string{"application/json": mockBody},
	})
	return err
}
