package function

import (
	"fmt"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

func TestProvisionedConcurrency(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var mu sync.Mutex
	var told []string
	f.runner.provision = func(fn *deployed.Function, environments int) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, fmt.Sprintf("%s:%s %d", fn.Name, fn.Version, environments))
	}
	f.create(t, "fn")
	name := aws.String("fn")
	publish := func() {
		t.Helper()
		must(f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: name}))(t)
		must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)
	}
	publish()
	publish()
	must(f.CreateAlias(f.ctx, &lambda.CreateAliasInput{FunctionName: name, Name: aws.String("live"), FunctionVersion: aws.String("1")}))(t)
	put := func(qualifier string, n int32) (*lambda.PutProvisionedConcurrencyConfigOutput, error) {
		return f.PutProvisionedConcurrencyConfig(f.ctx, &lambda.PutProvisionedConcurrencyConfigInput{
			FunctionName: name, Qualifier: &qualifier, ProvisionedConcurrentExecutions: &n,
		})
	}
	get := func(qualifier string) (*lambda.GetProvisionedConcurrencyConfigOutput, error) {
		return f.GetProvisionedConcurrencyConfig(f.ctx, &lambda.GetProvisionedConcurrencyConfigInput{FunctionName: name, Qualifier: &qualifier})
	}
	_, err := get("live")
	wantError(t, err, 404, "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function")
	_, err = put(latest, 1)
	wantError(t, err, 400, "InvalidParameterValueException", "Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
	_, err = put("9", 1)
	wantError(t, err, 404, "ResourceNotFoundException", "Function not found: "+arnBase+"fn:9")
	_, err = put("live", 901)
	wantError(t, err, 400, "InvalidParameterValueException",
		"Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].")
	_, err = put("live", 0)
	wantError(t, err, 400, "ValidationException", "")

	out := must(put("live", 2))(t)
	if out.Status != types.ProvisionedConcurrencyStatusEnumReady || *out.RequestedProvisionedConcurrentExecutions != 2 ||
		*out.AllocatedProvisionedConcurrentExecutions != 2 || *out.LastModified != "2026-11-23T04:05:06+0000" {
		t.Errorf("got %+v", out)
	}
	must(put("1", 3))(t)
	must(f.PutFunctionConcurrency(f.ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: name, ReservedConcurrentExecutions: aws.Int32(5)}))(t)
	_, err = put("live", 3)
	wantError(t, err, 400, "InvalidParameterValueException", "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
	list := must(f.ListProvisionedConcurrencyConfigs(f.ctx, &lambda.ListProvisionedConcurrencyConfigsInput{FunctionName: name}))(t)
	var listed []string
	for _, item := range list.ProvisionedConcurrencyConfigs {
		listed = append(listed, fmt.Sprint(*item.FunctionArn, " ", *item.AllocatedProvisionedConcurrentExecutions))
	}
	if diff := cmp.Diff([]string{arnBase + "fn:1 3", arnBase + "fn:live 2"}, listed); diff != "" {
		t.Error(diff)
	}
	must(f.UpdateAlias(f.ctx, &lambda.UpdateAliasInput{FunctionName: name, Name: aws.String("live"), FunctionVersion: aws.String("2")}))(t)
	for range 2 {
		must(f.DeleteProvisionedConcurrencyConfig(f.ctx, &lambda.DeleteProvisionedConcurrencyConfigInput{FunctionName: name, Qualifier: aws.String("1")}))(t)
	}
	if got := must(get("live"))(t); *got.RequestedProvisionedConcurrentExecutions != 2 {
		t.Errorf("got %+v", got)
	}
	want := []string{"fn:1 2", "fn:1 5", "fn:1 3", "fn:2 2", "fn:1 0"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("the runner was told: %s", diff)
	}
	told = nil
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f.Service = f.open(t)
	if diff := cmp.Diff([]string{"fn:2 2"}, told); diff != "" {
		t.Errorf("the runner was told at the start: %s", diff)
	}
}
