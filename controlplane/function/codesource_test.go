package function

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

func hotReloadInput(tb testing.TB, dir string) *lambda.CreateFunctionInput {
	tb.Helper()
	in := createInput(tb, "fn")
	in.Code = &types.FunctionCode{S3Bucket: aws.String("hot-reload"), S3Key: &dir}
	return in
}

func TestCodeFromLocalDirectory(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withLocalDirs)
	dir, other := t.TempDir(), t.TempDir()
	var ran deployed.Function
	f.runner.invoke = func(_ context.Context, fn *deployed.Function, _ deployed.Invocation) (deployed.Outcome, error) {
		ran = *fn
		return deployed.Outcome{}, nil
	}
	created := must(f.CreateFunction(f.ctx, hotReloadInput(t, dir+"/./")))(t)
	name := aws.String("fn")
	must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: name}))(t)
	if ran.LocalDir != dir || created.CodeSize != 0 || len(*created.CodeSha256) != 44 {
		t.Errorf("runs from %q, size %d, digest %s", ran.LocalDir, created.CodeSize, *created.CodeSha256)
	}
	if out := must(f.GetFunction(f.ctx, &lambda.GetFunctionInput{FunctionName: name}))(t); *out.Code.Location != "file://"+dir {
		t.Errorf("location %s", *out.Code.Location)
	}
	if err := os.WriteFile(filepath.Join(dir, "app.py"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	update := &lambda.UpdateFunctionCodeInput{FunctionName: name, S3Bucket: aws.String("hot-reload"), S3Key: &dir}
	if out := must(f.UpdateFunctionCode(f.ctx, update))(t); *out.CodeSha256 != *created.CodeSha256 {
		t.Error("the digest depends on the files")
	}
	update.S3Key = &other
	if out := must(f.UpdateFunctionCode(f.ctx, update))(t); *out.CodeSha256 == *created.CodeSha256 {
		t.Error("the digest does not depend on the directory")
	}
	must(f.UpdateFunctionCode(f.ctx, &lambda.UpdateFunctionCodeInput{FunctionName: name, ZipFile: zipOf(t, "x")}))(t)
	must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: name}))(t)
	if ran.LocalDir != "" || ran.CodeSHA256 != shaOf(zipOf(t, "x")) {
		t.Errorf("runs from %q after an upload", ran.LocalDir)
	}
}

func TestCodeFromLocalDirectoryRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	able, unable := newFixture(t, withLocalDirs), newFixture(t)
	tests := map[string]struct {
		f       *fixture
		dir     string
		message string
	}{
		"runner cannot": {unable, t.TempDir(), "Code from a local directory (S3Bucket hot-reload) is not supported by Stagedoor yet, so that it is refused and not ignored."},
		"relative":      {able, "src", "With S3Bucket hot-reload the S3Key is the absolute path of a directory on this machine, not: src"},
		"missing":       {able, file + "s", "The directory " + file + "s (S3Bucket hot-reload) cannot be read."},
		"file":          {able, file, "The path " + file + " (S3Bucket hot-reload) is no directory."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := tt.f.CreateFunction(tt.f.ctx, hotReloadInput(t, tt.dir))
			wantError(t, err, 400, "InvalidParameterValueException", tt.message)
		})
	}
	in := hotReloadInput(t, t.TempDir())
	in.Code.ZipFile = zipOf(t, "x")
	_, err := able.CreateFunction(able.ctx, in)
	wantError(t, err, 400, "InvalidParameterValueException", "Please do not provide other FunctionCode parameters when providing a ZipFile.")
	in.Code.ZipFile, in.Code.S3ObjectVersion = nil, aws.String("1")
	_, err = able.CreateFunction(able.ctx, in)
	wantError(t, err, 400, "InvalidParameterValueException", "")
	_, err = able.PublishLayerVersion(able.ctx, &lambda.PublishLayerVersionInput{
		LayerName: aws.String("l"), Content: &types.LayerVersionContentInput{S3Bucket: aws.String("hot-reload"), S3Key: aws.String("/")},
	})
	wantError(t, err, 400, "InvalidParameterValueException", "")
}

// fakeObjects is an Objects of one function.
type fakeObjects func(region, bucket, key, version string) ([]byte, error)

func (o fakeObjects) Object(_ context.Context, region, bucket, key, version string, _ int64) ([]byte, error) {
	return o(region, bucket, key, version)
}

func TestCodeFromS3(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection refused")
	f := newFixture(t, withLayers, func(c *Config) {
		c.Objects = fakeObjects(func(region, bucket, key, version string) ([]byte, error) {
			switch region + "/" + bucket + "/" + key + "@" + version {
			case "eu-west-1/b/fn.zip@3":
				return zipOf(t, "from S3"), nil
			case "eu-west-1/b/empty@":
				return nil, nil
			case "eu-west-1/b/broken@":
				return nil, broken
			}
			return nil, &smithy.GenericAPIError{Code: "NoSuchKey", Message: "The specified key does not exist."}
		})
	})
	object := func(key string, version *string) *lambda.CreateFunctionInput {
		in := createInput(t, "fn")
		in.Code = &types.FunctionCode{S3Bucket: aws.String("b"), S3Key: &key, S3ObjectVersion: version}
		return in
	}
	out := must(f.CreateFunction(f.ctx, object("fn.zip", aws.String("3"))))(t)
	if *out.CodeSha256 != shaOf(zipOf(t, "from S3")) {
		t.Errorf("got %s", *out.CodeSha256)
	}
	layer := must(f.PublishLayerVersion(f.ctx, &lambda.PublishLayerVersionInput{
		LayerName: aws.String("l"),
		Content:   &types.LayerVersionContentInput{S3Bucket: aws.String("b"), S3Key: aws.String("fn.zip"), S3ObjectVersion: aws.String("3")},
	}))(t)
	if *layer.Content.CodeSha256 != *out.CodeSha256 {
		t.Errorf("got %s", *layer.Content.CodeSha256)
	}
	_, err := f.CreateFunction(f.ctx, object("nope", nil))
	wantError(t, err, 400, "InvalidParameterValueException",
		"Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.")
	_, err = f.CreateFunction(f.ctx, object("empty", nil))
	wantError(t, err, 400, "InvalidParameterValueException", "Uploaded file must be a non-empty zip")
	if _, err = f.CreateFunction(f.ctx, object("broken", nil)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	without := newFixture(t)
	_, err = without.CreateFunction(without.ctx, object("fn.zip", nil))
	wantError(t, err, 400, "InvalidParameterValueException",
		"Code from Amazon S3 (S3Bucket, S3Key) needs an endpoint to read it from: set AWS_ENDPOINT_URL_S3 for Stagedoor.")
}

func TestConfigDigest(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.create(t, "fn")
	name := aws.String("fn")
	code := must(f.UpdateFunctionCode(f.ctx, &lambda.UpdateFunctionCodeInput{FunctionName: name, ZipFile: zipOf(t, "2")}))(t)
	changed := must(f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: name, Timeout: aws.Int32(8)}))(t)
	back := must(f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: name, Timeout: aws.Int32(3)}))(t)
	if *code.ConfigSha256 != *first.ConfigSha256 || *changed.ConfigSha256 == *first.ConfigSha256 || *back.ConfigSha256 != *first.ConfigSha256 {
		t.Errorf("got %s %s %s %s", *first.ConfigSha256, *code.ConfigSha256, *changed.ConfigSha256, *back.ConfigSha256)
	}
}

// TestObjectTooLarge: an object that is larger than code may be is refused as such.
func TestObjectTooLarge(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) {
		c.Objects = fakeObjects(func(string, string, string, string) ([]byte, error) {
			return nil, fmt.Errorf("read: %w", ErrObjectTooLarge)
		})
	})
	in := createInput(t, "fn")
	in.Code = &types.FunctionCode{S3Bucket: aws.String("b"), S3Key: aws.String("k")}
	_, err := f.CreateFunction(f.ctx, in)
	wantError(t, err, 400, "InvalidParameterValueException", "Unzipped size must be smaller than 262144000 bytes")
}
