package function

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// TestCodeStorage: what all versions of functions and layers have in zips stays within the quota
// of the account and region, and what is deleted makes room again.
func TestCodeStorage(t *testing.T) {
	t.Parallel()
	size := int64(len(zipOf(t, "0"))) // all zips of this test have it
	f := newFixture(t, func(c *Config) { c.CodeStorageBytes = 3*size + 1 })
	const exceeded, text = "CodeStorageExceededException", "Code storage limit exceeded."
	name := aws.String("a")
	wantUsed := func(zips int64) {
		t.Helper()
		f.settle()
		out := must(f.GetAccountSettings(f.ctx, &lambda.GetAccountSettingsInput{}))(t)
		if out.AccountUsage.TotalCodeSize != zips*size || out.AccountLimit.TotalCodeSize != 3*size+1 {
			t.Errorf("usage %d of %d, want %d", out.AccountUsage.TotalCodeSize, out.AccountLimit.TotalCodeSize, zips*size)
		}
	}
	f.create(t, "a")
	f.publishLayer(t, "l", "1")
	wantUsed(2)

	in := createInput(t, "b")
	in.Publish = true
	_, err := f.CreateFunction(f.ctx, in)
	wantError(t, err, 400, exceeded, text)
	if kept := must(f.packages.List())(t); len(kept) != 2 {
		t.Errorf("packages %v", kept)
	}
	in.Publish = false
	must(f.CreateFunction(f.ctx, in))(t)
	wantUsed(3)

	// Code in the place of other code needs no more room.
	update := &lambda.UpdateFunctionCodeInput{FunctionName: name, ZipFile: zipOf(t, "2")}
	must(f.UpdateFunctionCode(f.ctx, update))(t)
	wantUsed(3)
	for _, dry := range []bool{true, false} {
		_, err = f.UpdateFunctionCode(f.ctx, &lambda.UpdateFunctionCodeInput{FunctionName: name, ZipFile: zipOf(t, "3"), Publish: true, DryRun: dry})
		wantError(t, err, 400, exceeded, text)
	}
	_, err = f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name})
	wantError(t, err, 400, exceeded, text)
	_, err = f.PublishLayerVersion(f.ctx, &lambda.PublishLayerVersionInput{
		LayerName: aws.String("l"), Content: &types.LayerVersionContentInput{ZipFile: zipOf(t, "4")},
	})
	wantError(t, err, 400, exceeded, text)
	_, err = f.CreateFunction(f.ctx, createInput(t, "c"))
	wantError(t, err, 400, exceeded, text)
	wantUsed(3)

	// Another region has its own.
	other := callerContext(account, "us-east-1")
	must(f.CreateFunction(other, createInput(t, "c")))(t)

	f.deleteLayer(t, "l", 1)
	wantUsed(2)
	first := must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)
	wantUsed(3)
	again := must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)
	if *first.Version != "1" || *again.Version != "1" {
		t.Errorf("versions %s and %s", *first.Version, *again.Version)
	}
	must(f.DeleteFunction(f.ctx, &lambda.DeleteFunctionInput{FunctionName: name}))(t)
	wantUsed(1)

	// A service that starts anew counts what is stored.
	again2 := f.open(t, func(c *Config) { c.CodeStorageBytes = size })
	defer func() {
		if err := again2.Close(); err != nil {
			t.Error(err)
		}
	}()
	_, err = again2.CreateFunction(f.ctx, createInput(t, "d"))
	wantError(t, err, 400, exceeded, text)
}
