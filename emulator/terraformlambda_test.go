package emulator_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

func errorCode(err error) string {
	if failure, ok := errors.AsType[smithy.APIError](err); ok {
		return failure.ErrorCode()
	}
	return ""
}

// The calls that Terraform's provider makes for aws_lambda_function: create, read back,
// update, destroy. What is read back has to be what was configured, or a plan is not
// clean.
func TestTerraformFunction(t *testing.T) {
	t.Parallel()
	c := newClients(t, start(t, emulator.Config{}).AWSConfig()).lambda
	ctx, name := t.Context(), aws.String("tf")
	in := echoFunction(t)
	in.FunctionName, in.Description, in.Publish = name, aws.String("made by terraform"), true
	in.Environment = &types.Environment{Variables: map[string]string{"AB": "1"}}
	in.MemorySize, in.Timeout, in.Tags = aws.Int32(256), aws.Int32(7), map[string]string{"team": "a"}
	in.EphemeralStorage, in.Architectures = &types.EphemeralStorage{Size: aws.Int32(1024)}, []types.Architecture{types.ArchitectureArm64}
	in.TracingConfig = &types.TracingConfig{Mode: types.TracingModeActive}
	in.LoggingConfig = &types.LoggingConfig{LogFormat: types.LogFormatText, LogGroup: aws.String("/custom/group")}
	created := must(c.CreateFunction(ctx, in))(t)
	if err := lambda.NewFunctionActiveV2Waiter(c).Wait(ctx, &lambda.GetFunctionInput{FunctionName: name}, 30e9); err != nil {
		t.Fatal(err)
	}
	read := func() *lambda.GetFunctionOutput {
		t.Helper()
		out := must(c.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: name}))(t)
		// All of these are asked for when the resource is refreshed.
		versions := must(c.ListVersionsByFunction(ctx, &lambda.ListVersionsByFunctionInput{FunctionName: name}))(t)
		if last := versions.Versions[len(versions.Versions)-1]; aws.ToString(last.Version) == "$LATEST" {
			t.Error("no published version")
		}
		signing := must(c.GetFunctionCodeSigningConfig(ctx, &lambda.GetFunctionCodeSigningConfigInput{FunctionName: name}))(t)
		if aws.ToString(signing.CodeSigningConfigArn) != "" {
			t.Errorf("code signing %s", *signing.CodeSigningConfigArn)
		}
		must(c.GetRuntimeManagementConfig(ctx, &lambda.GetRuntimeManagementConfigInput{FunctionName: name}))(t)
		return out
	}
	got := read()
	type attributes struct {
		Description, Handler, Hash, LogGroup, Role, Runtime string
		Memory, Timeout, Storage, Concurrency               int32
		Architecture                                        types.Architecture
		Tracing                                             types.TracingMode
		Environment, Tags                                   map[string]string
	}
	attributesOf := func(out *lambda.GetFunctionOutput) attributes {
		f := out.Configuration
		a := attributes{
			*f.Description, *f.Handler, *f.CodeSha256, *f.LoggingConfig.LogGroup, *f.Role, string(f.Runtime),
			*f.MemorySize, *f.Timeout, *f.EphemeralStorage.Size, -1, f.Architectures[0], f.TracingConfig.Mode, f.Environment.Variables, out.Tags,
		}
		if out.Concurrency != nil {
			a.Concurrency = *out.Concurrency.ReservedConcurrentExecutions
		}
		return a
	}
	want := attributes{
		"made by terraform", "bootstrap", *created.CodeSha256, "/custom/group", *in.Role, "provided.al2023", 256, 7, 1024, -1,
		types.ArchitectureArm64, types.TracingModeActive,
		map[string]string{"AB": "1"},
		map[string]string{"team": "a"},
	}
	if diff := cmp.Diff(want, attributesOf(got)); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	if vpc := got.Configuration.VpcConfig; vpc != nil && (len(vpc.SubnetIds) > 0 || len(vpc.SecurityGroupIds) > 0) {
		t.Errorf("VPC %+v", vpc)
	}

	// An update of configuration, concurrency, tags and code.
	must(c.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
		FunctionName: name, Description: aws.String(""), MemorySize: aws.Int32(512), Environment: &types.Environment{Variables: map[string]string{}},
	}))(t)
	if err := lambda.NewFunctionUpdatedV2Waiter(c).Wait(ctx, &lambda.GetFunctionInput{FunctionName: name}, 30e9); err != nil {
		t.Fatal(err)
	}
	must(c.PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: name, ReservedConcurrentExecutions: aws.Int32(3)}))(t)
	must(c.TagResource(ctx, &lambda.TagResourceInput{Resource: got.Configuration.FunctionArn, Tags: map[string]string{"team": "b"}}))(t)
	code := must(c.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{
		FunctionName: name, Publish: true, ZipFile: zipOf(t, "bootstrap", "#!/bin/sh\n"), Architectures: []types.Architecture{types.ArchitectureX8664},
	}))(t)
	if *code.Version != "2" {
		t.Errorf("version %s", *code.Version)
	}
	if err := lambda.NewFunctionUpdatedV2Waiter(c).Wait(ctx, &lambda.GetFunctionInput{FunctionName: name}, 30e9); err != nil {
		t.Fatal(err)
	}
	want.Description, want.Memory, want.Hash, want.Concurrency, want.Architecture, want.Tags = "", 512, *code.CodeSha256, 3, types.ArchitectureX8664, map[string]string{"team": "b"}
	want.Environment = nil
	got = read()
	if got.Configuration.Environment == nil {
		got.Configuration.Environment = &types.EnvironmentResponse{}
	}
	if diff := cmp.Diff(want, attributesOf(got), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("after the update (-want +got):\n%s", diff)
	}

	must(c.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: name}))(t)
	if _, err := c.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: name}); errorCode(err) != "ResourceNotFoundException" {
		t.Errorf("deleted function: %v", err)
	}
}

// The same for aws_lambda_alias, _permission, _layer_version, _function_url,
// _function_event_invoke_config and _provisioned_concurrency_config.
func TestTerraformFunctionParts(t *testing.T) {
	t.Parallel()
	c := newClients(t, start(t, emulator.Config{}).AWSConfig()).lambda
	ctx := t.Context()
	in := echoFunction(t)
	in.Publish = true
	name := in.FunctionName
	must(c.CreateFunction(ctx, in))(t)

	must(c.CreateAlias(ctx, &lambda.CreateAliasInput{FunctionName: name, Name: aws.String("live"), FunctionVersion: aws.String("1"), Description: aws.String("d")}))(t)
	alias := must(c.GetAlias(ctx, &lambda.GetAliasInput{FunctionName: name, Name: aws.String("live")}))(t)
	if *alias.Description != "d" || *alias.FunctionVersion != "1" || alias.RoutingConfig != nil {
		t.Errorf("alias %+v", alias)
	}
	must(c.UpdateAlias(ctx, &lambda.UpdateAliasInput{FunctionName: name, Name: aws.String("live"), FunctionVersion: aws.String("1"), RoutingConfig: &types.AliasRoutingConfiguration{}}))(t)

	must(c.AddPermission(ctx, &lambda.AddPermissionInput{
		FunctionName: name, Qualifier: aws.String("live"), StatementId: aws.String("AllowAPI"), Action: aws.String("lambda:InvokeFunction"),
		Principal: aws.String("apigateway.amazonaws.com"), SourceArn: aws.String("arn:aws:execute-api:us-east-1:000000000000:abc/*/*"),
	}))(t)
	policy := must(c.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: name, Qualifier: aws.String("live")}))(t)
	const want = `{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"AllowAPI","Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"lambda:InvokeFunction",` +
		`"Resource":"arn:aws:lambda:us-east-1:000000000000:function:echo:live","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:us-east-1:000000000000:abc/*/*"}}}]}`
	if *policy.Policy != want {
		t.Errorf("policy %s", *policy.Policy)
	}
	must(c.RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: name, Qualifier: aws.String("live"), StatementId: aws.String("AllowAPI")}))(t)
	if _, err := c.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: name, Qualifier: aws.String("live")}); errorCode(err) != "ResourceNotFoundException" {
		t.Errorf("policy without statements: %v", err)
	}

	layer := must(c.PublishLayerVersion(ctx, &lambda.PublishLayerVersionInput{
		LayerName: aws.String("shared"), Content: &types.LayerVersionContentInput{ZipFile: zipOf(t, "python/shared.py", "x = 1\n")},
		CompatibleRuntimes: []types.Runtime{types.RuntimePython313}, LicenseInfo: aws.String("MIT"),
	}))(t)
	got := must(c.GetLayerVersion(ctx, &lambda.GetLayerVersionInput{LayerName: aws.String("shared"), VersionNumber: aws.Int64(layer.Version)}))(t)
	if *got.LicenseInfo != "MIT" || got.CompatibleRuntimes[0] != types.RuntimePython313 || *got.Content.CodeSha256 != *layer.Content.CodeSha256 {
		t.Errorf("layer %+v", got)
	}
	must(c.DeleteLayerVersion(ctx, &lambda.DeleteLayerVersionInput{LayerName: aws.String("shared"), VersionNumber: aws.Int64(layer.Version)}))(t)
	if _, err := c.GetLayerVersion(ctx, &lambda.GetLayerVersionInput{LayerName: aws.String("shared"), VersionNumber: aws.Int64(layer.Version)}); errorCode(err) != "ResourceNotFoundException" {
		t.Errorf("deleted layer: %v", err)
	}

	url := must(c.CreateFunctionUrlConfig(ctx, &lambda.CreateFunctionUrlConfigInput{
		FunctionName: name, AuthType: types.FunctionUrlAuthTypeNone, InvokeMode: types.InvokeModeBuffered,
		Cors: &types.Cors{AllowOrigins: []string{"*"}, MaxAge: aws.Int32(60)},
	}))(t)
	back := must(c.GetFunctionUrlConfig(ctx, &lambda.GetFunctionUrlConfigInput{FunctionName: name}))(t)
	if *back.FunctionUrl != *url.FunctionUrl || back.InvokeMode != types.InvokeModeBuffered || *back.Cors.MaxAge != 60 {
		t.Errorf("function URL %+v", back)
	}
	must(c.DeleteFunctionUrlConfig(ctx, &lambda.DeleteFunctionUrlConfigInput{FunctionName: name}))(t)

	must(c.PutFunctionEventInvokeConfig(ctx, &lambda.PutFunctionEventInvokeConfigInput{FunctionName: name, Qualifier: aws.String("$LATEST"), MaximumRetryAttempts: aws.Int32(0)}))(t)
	invoke := must(c.GetFunctionEventInvokeConfig(ctx, &lambda.GetFunctionEventInvokeConfigInput{FunctionName: name, Qualifier: aws.String("$LATEST")}))(t)
	if *invoke.MaximumRetryAttempts != 0 {
		t.Errorf("event invoke config %+v", invoke)
	}
	must(c.DeleteFunctionEventInvokeConfig(ctx, &lambda.DeleteFunctionEventInvokeConfigInput{FunctionName: name, Qualifier: aws.String("$LATEST")}))(t)

	must(c.PutProvisionedConcurrencyConfig(ctx, &lambda.PutProvisionedConcurrencyConfigInput{FunctionName: name, Qualifier: aws.String("live"), ProvisionedConcurrentExecutions: aws.Int32(1)}))(t)
	warm := must(c.GetProvisionedConcurrencyConfig(ctx, &lambda.GetProvisionedConcurrencyConfigInput{FunctionName: name, Qualifier: aws.String("live")}))(t)
	if *warm.RequestedProvisionedConcurrentExecutions != 1 {
		t.Errorf("provisioned concurrency %+v", warm)
	}
	must(c.DeleteProvisionedConcurrencyConfig(ctx, &lambda.DeleteProvisionedConcurrencyConfigInput{FunctionName: name, Qualifier: aws.String("live")}))(t)
	must(c.DeleteAlias(ctx, &lambda.DeleteAliasInput{FunctionName: name, Name: aws.String("live")}))(t)
}
