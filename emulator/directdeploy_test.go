package emulator_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// answering is a zip with a function that returns text and its version.
func answering(t *testing.T, text string) []byte {
	t.Helper()
	return zipOf(t, "app.py", fmt.Sprintf("import os\ndef handler(event, context):\n    return %q + ' ' + os.environ.get('STAGE', '-') + ' ' + context.function_version\n", text))
}

// TestDirectDeploy replays what "sam sync", "serverless deploy function" and CDK's hotswap call:
// GetFunction, UpdateFunctionCode, UpdateFunctionConfiguration, PublishVersion and UpdateAlias, with
// the SDK's waiters between them, each of which has to see its state without a wait of its own.
func TestDirectDeploy(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	ctx, name, live := t.Context(), aws.String("direct"), aws.String("live")
	c := newClients(t, start(t, emulator.Config{}).AWSConfig()).lambda
	const most = 20 * time.Second
	active := func() error {
		return lambda.NewFunctionActiveV2Waiter(c).Wait(ctx, &lambda.GetFunctionInput{FunctionName: name}, most)
	}
	updated := func() error {
		return lambda.NewFunctionUpdatedV2Waiter(c).Wait(ctx, &lambda.GetFunctionInput{FunctionName: name}, most)
	}
	published := func(version *string) error {
		return lambda.NewPublishedVersionActiveWaiter(c).Wait(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: name, Qualifier: version}, most)
	}
	check := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	says := func(qualifier *string, want string) {
		t.Helper()
		out := must(c.Invoke(ctx, &lambda.InvokeInput{FunctionName: name, Qualifier: qualifier}))(t)
		if string(out.Payload) != `"`+want+`"` {
			t.Errorf("%s says %s, want %s", aws.ToString(qualifier), out.Payload, want)
		}
	}

	check("exists", func() error {
		_, err := c.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: name})
		if _, missing := errors.AsType[*types.ResourceNotFoundException](err); !missing {
			return fmt.Errorf("before it is created: %w", err)
		}
		return nil
	}())
	created := must(c.CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: name, Runtime: types.RuntimePython313, Handler: aws.String("app.handler"), Timeout: aws.Int32(30), Publish: true,
		Role: aws.String("arn:aws:iam::000000000000:role/test"), Code: &types.FunctionCode{ZipFile: answering(t, "one")},
	}))(t)
	check("active", active())
	check("version active", published(created.Version))
	must(c.CreateAlias(ctx, &lambda.CreateAliasInput{FunctionName: name, Name: live, FunctionVersion: created.Version}))(t)
	says(nil, "one - $LATEST")
	says(live, "one - 1")

	// The same code again is what tools compare before they upload.
	before := must(c.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: name}))(t).Configuration
	dry := must(c.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: name, ZipFile: answering(t, "two"), DryRun: true}))(t)
	if *dry.CodeSha256 == *before.CodeSha256 {
		t.Error("a dry run tells the digest of the old code")
	}
	says(nil, "one - $LATEST")
	code := must(c.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: name, ZipFile: answering(t, "two"), RevisionId: before.RevisionId}))(t)
	if code.LastUpdateStatus != types.LastUpdateStatusInProgress && code.LastUpdateStatus != types.LastUpdateStatusSuccessful || *code.CodeSha256 != *dry.CodeSha256 || *code.RevisionId == *before.RevisionId {
		t.Errorf("update of the code %+v", code)
	}
	check("code updated", updated())
	config := must(c.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
		FunctionName: name, Environment: &types.Environment{Variables: map[string]string{"STAGE": "dev"}},
	}))(t)
	if *config.RevisionId == *code.RevisionId || config.Environment.Variables["STAGE"] != "dev" {
		t.Errorf("update of the configuration %+v", config)
	}
	check("configuration updated", updated())
	says(nil, "two dev $LATEST")
	says(live, "one - 1")

	version := must(c.PublishVersion(ctx, &lambda.PublishVersionInput{FunctionName: name, CodeSha256: code.CodeSha256}))(t)
	if *version.Version != "2" || *version.FunctionArn != (*created.FunctionArn)[:len(*created.FunctionArn)-2]+":2" {
		t.Errorf("version %s %s", *version.Version, *version.FunctionArn)
	}
	check("version active", published(version.Version))
	same := must(c.PublishVersion(ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)
	if *same.Version != "2" {
		t.Errorf("a second publication without a change made version %s", *same.Version)
	}
	alias := must(c.GetAlias(ctx, &lambda.GetAliasInput{FunctionName: name, Name: live}))(t)
	moved := must(c.UpdateAlias(ctx, &lambda.UpdateAliasInput{FunctionName: name, Name: live, FunctionVersion: version.Version, RevisionId: alias.RevisionId}))(t)
	if *moved.FunctionVersion != "2" || *moved.RevisionId == *alias.RevisionId {
		t.Errorf("alias %+v", moved)
	}
	says(live, "two dev 2")
	_, err := c.UpdateAlias(ctx, &lambda.UpdateAliasInput{FunctionName: name, Name: live, FunctionVersion: aws.String("1"), RevisionId: alias.RevisionId})
	if _, ok := errors.AsType[*types.PreconditionFailedException](err); !ok {
		t.Errorf("an alias of an old revision: %v", err)
	}
	// All calls go to the other version while the alias shifts.
	must(c.UpdateAlias(ctx, &lambda.UpdateAliasInput{FunctionName: name, Name: live, RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"1": 1}}}))(t)
	says(live, "one - 1")
}

// TestDirectDeployWithoutWaits: the same calls one straight after the other, as scripts make them.
func TestDirectDeployWithoutWaits(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := newClients(t, start(t, emulator.Config{}).AWSConfig()).lambda
	in := echoFunction(t)
	must(c.CreateFunction(ctx, in))(t)
	for i := range 20 {
		must(c.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: in.FunctionName, ZipFile: zipOf(t, "bootstrap", fmt.Sprintf("#!/bin/sh\n# %d\n", i))}))(t)
		must(c.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: in.FunctionName, Description: aws.String(fmt.Sprint(i))}))(t)
		version := must(c.PublishVersion(ctx, &lambda.PublishVersionInput{FunctionName: in.FunctionName}))(t)
		if *version.Version != fmt.Sprint(i+1) || *version.Description != fmt.Sprint(i) {
			t.Errorf("version %s %q", *version.Version, *version.Description)
		}
	}
}
