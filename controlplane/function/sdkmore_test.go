package function

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// TestSDKLayersAndConfigs goes through the operations beside functions, versions
// and aliases as the SDK calls them.
func TestSDKLayersAndConfigs(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withLayers, withURLs)
	_, client := f.overHTTP(t)
	ctx, name, live := t.Context(), aws.String("fn"), aws.String("live")

	layer := must(client.PublishLayerVersion(ctx, &lambda.PublishLayerVersionInput{LayerName: aws.String("lib"), Content: &types.LayerVersionContentInput{ZipFile: zipOf(t, "1")}}))(t)
	must(client.GetLayerVersion(ctx, &lambda.GetLayerVersionInput{LayerName: aws.String("lib"), VersionNumber: aws.Int64(1)}))(t)
	byARN := must(client.GetLayerVersionByArn(ctx, &lambda.GetLayerVersionByArnInput{Arn: layer.LayerVersionArn}))(t)
	if *byARN.LayerArn != layerBase+"lib" {
		t.Errorf("got %s", *byARN.LayerArn)
	}
	if out := must(client.ListLayers(ctx, &lambda.ListLayersInput{}))(t); len(out.Layers) != 1 {
		t.Errorf("%d layers", len(out.Layers))
	}
	if out := must(client.ListLayerVersions(ctx, &lambda.ListLayerVersionsInput{LayerName: aws.String("lib")}))(t); len(out.LayerVersions) != 1 {
		t.Errorf("%d layer versions", len(out.LayerVersions))
	}
	must(client.AddLayerVersionPermission(ctx, &lambda.AddLayerVersionPermissionInput{
		LayerName: aws.String("lib"), VersionNumber: aws.Int64(1), StatementId: aws.String("s"), Action: aws.String(getLayerAction), Principal: aws.String("*"),
	}))(t)
	must(client.GetLayerVersionPolicy(ctx, &lambda.GetLayerVersionPolicyInput{LayerName: aws.String("lib"), VersionNumber: aws.Int64(1)}))(t)
	must(client.RemoveLayerVersionPermission(ctx, &lambda.RemoveLayerVersionPermissionInput{LayerName: aws.String("lib"), VersionNumber: aws.Int64(1), StatementId: aws.String("s")}))(t)

	in := createInput(t, "fn")
	in.Layers, in.Publish = []string{*layer.LayerVersionArn}, true
	must(client.CreateFunction(ctx, in))(t)
	must(client.DeleteLayerVersion(ctx, &lambda.DeleteLayerVersionInput{LayerName: aws.String("lib"), VersionNumber: aws.Int64(1)}))(t)
	must(client.CreateAlias(ctx, &lambda.CreateAliasInput{FunctionName: name, Name: live, FunctionVersion: aws.String("1")}))(t)

	put := must(client.PutFunctionEventInvokeConfig(ctx, &lambda.PutFunctionEventInvokeConfigInput{FunctionName: name, Qualifier: live, MaximumRetryAttempts: aws.Int32(0)}))(t)
	updated := must(client.UpdateFunctionEventInvokeConfig(ctx, &lambda.UpdateFunctionEventInvokeConfigInput{FunctionName: name, Qualifier: live, MaximumEventAgeInSeconds: aws.Int32(60)}))(t)
	got := must(client.GetFunctionEventInvokeConfig(ctx, &lambda.GetFunctionEventInvokeConfigInput{FunctionName: name, Qualifier: live}))(t)
	if *got.MaximumRetryAttempts != 0 || *updated.MaximumEventAgeInSeconds != 60 || !put.LastModified.Equal(f.now()) {
		t.Errorf("got %+v", got)
	}
	must(client.ListFunctionEventInvokeConfigs(ctx, &lambda.ListFunctionEventInvokeConfigsInput{FunctionName: name}))(t)
	must(client.DeleteFunctionEventInvokeConfig(ctx, &lambda.DeleteFunctionEventInvokeConfigInput{FunctionName: name, Qualifier: live}))(t)

	_, err := client.GetProvisionedConcurrencyConfig(ctx, &lambda.GetProvisionedConcurrencyConfigInput{FunctionName: name, Qualifier: live})
	if _, ok := errors.AsType[*types.ProvisionedConcurrencyConfigNotFoundException](err); !ok {
		t.Errorf("got %v", err)
	}
	must(client.PutProvisionedConcurrencyConfig(ctx, &lambda.PutProvisionedConcurrencyConfigInput{FunctionName: name, Qualifier: live, ProvisionedConcurrentExecutions: aws.Int32(1)}))(t)
	if out := must(client.ListProvisionedConcurrencyConfigs(ctx, &lambda.ListProvisionedConcurrencyConfigsInput{FunctionName: name}))(t); len(out.ProvisionedConcurrencyConfigs) != 1 {
		t.Errorf("got %+v", out)
	}
	must(client.DeleteProvisionedConcurrencyConfig(ctx, &lambda.DeleteProvisionedConcurrencyConfigInput{FunctionName: name, Qualifier: live}))(t)

	must(client.PutFunctionRecursionConfig(ctx, &lambda.PutFunctionRecursionConfigInput{FunctionName: name, RecursiveLoop: types.RecursiveLoopAllow}))(t)
	must(client.GetFunctionRecursionConfig(ctx, &lambda.GetFunctionRecursionConfigInput{FunctionName: name}))(t)
	must(client.PutRuntimeManagementConfig(ctx, &lambda.PutRuntimeManagementConfigInput{FunctionName: name, UpdateRuntimeOn: types.UpdateRuntimeOnAuto}))(t)
	must(client.GetRuntimeManagementConfig(ctx, &lambda.GetRuntimeManagementConfigInput{FunctionName: name, Qualifier: aws.String("1")}))(t)
	must(client.GetFunctionCodeSigningConfig(ctx, &lambda.GetFunctionCodeSigningConfigInput{FunctionName: name}))(t)

	must(client.CreateFunctionUrlConfig(ctx, &lambda.CreateFunctionUrlConfigInput{FunctionName: name, Qualifier: live, AuthType: types.FunctionUrlAuthTypeNone}))(t)
	must(client.UpdateFunctionUrlConfig(ctx, &lambda.UpdateFunctionUrlConfigInput{FunctionName: name, Qualifier: live, InvokeMode: types.InvokeModeResponseStream}))(t)
	shown := must(client.GetFunctionUrlConfig(ctx, &lambda.GetFunctionUrlConfigInput{FunctionName: name, Qualifier: live}))(t)
	if shown.InvokeMode != types.InvokeModeResponseStream {
		t.Errorf("got %+v", shown)
	}
	must(client.ListFunctionUrlConfigs(ctx, &lambda.ListFunctionUrlConfigsInput{FunctionName: name}))(t)
	must(client.DeleteFunctionUrlConfig(ctx, &lambda.DeleteFunctionUrlConfigInput{FunctionName: name, Qualifier: live}))(t)
}
