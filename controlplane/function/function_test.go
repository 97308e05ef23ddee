package function

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

func TestCreateFunctionDefaults(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	out := f.create(t, "fn")
	if len(*out.RevisionId) != 36 {
		t.Errorf("RevisionId %q is no UUID", *out.RevisionId)
	}
	out.RevisionId, out.ConfigSha256 = aws.String("revision"), aws.String("digest")
	got, err := wire.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	code := zipOf(t, "fn")
	want := `{"Architectures":["x86_64"],"CodeSha256":"` + shaOf(code) + `","CodeSize":` + fmt.Sprint(len(code)) + `,"ConfigSha256":"digest","Description":"",` +
		`"EphemeralStorage":{"Size":512},"FunctionArn":"arn:aws:lambda:eu-west-1:111111111111:function:fn","FunctionName":"fn",` +
		`"Handler":"app.handler","LastModified":"2026-11-23T04:05:06.007+0000",` +
		`"LoggingConfig":{"LogFormat":"Text","LogGroup":"/aws/lambda/fn"},"MemorySize":128,"PackageType":"Zip","RevisionId":"revision",` +
		`"Role":"arn:aws:iam::111111111111:role/r","Runtime":"python3.13",` +
		`"RuntimeVersionConfig":{"RuntimeVersionArn":"arn:aws:lambda:eu-west-1::runtime:93e0a8b2ecc7d67d8e8aef6c0bb9a7f4bd24d3ce9ae82e76e8be11b1e3ea7a97"},` +
		`"SnapStart":{"ApplyOn":"None","OptimizationStatus":"Off"},"State":"Pending","StateReason":"The function is being created.","StateReasonCode":"Creating","Timeout":3,"TracingConfig":{"Mode":"PassThrough"},"Version":"$LATEST"}`
	if diff := cmp.Diff(cutRuntimeVersion(want), cutRuntimeVersion(string(got))); diff != "" {
		t.Error(diff)
	}
}

// cutRuntimeVersion removes the made-up version, which nobody relies on.
func cutRuntimeVersion(s string) string {
	before, after, _ := strings.Cut(s, "::runtime:")
	_, after, _ = strings.Cut(after, `"`)
	return before + after
}

func TestCreateFunctionRefuses(t *testing.T) {
	t.Parallel()
	const invalid = "InvalidParameterValueException"
	big := map[string]string{"BIG": strings.Repeat("x", 4096)}
	tests := map[string]struct {
		edit    func(*lambda.CreateFunctionInput)
		status  int
		code    string
		message string
	}{
		"unknown runtime": {func(in *lambda.CreateFunctionInput) { in.Runtime = "python9" }, 400, invalid, ""},
		"retired runtime": {
			func(in *lambda.CreateFunctionInput) { in.Runtime = types.RuntimePython36 }, 400, invalid,
			"The runtime parameter of python3.6 is no longer supported for creating or updating AWS Lambda functions. " +
				"We recommend you use the new runtime (python3.13) while creating or updating functions.",
		},
		"no handler":     {func(in *lambda.CreateFunctionInput) { in.Handler = nil }, 400, invalid, "Runtime and Handler are mandatory parameters for functions created with deployment packages."},
		"no runtime":     {func(in *lambda.CreateFunctionInput) { in.Runtime = "" }, 400, invalid, ""},
		"no role":        {func(in *lambda.CreateFunctionInput) { in.Role = nil }, 400, "ValidationException", ""},
		"no code":        {func(in *lambda.CreateFunctionInput) { in.Code = nil }, 400, invalid, "Please provide a source for function code."},
		"empty code":     {func(in *lambda.CreateFunctionInput) { in.Code.ZipFile = []byte{} }, 400, invalid, "Uploaded file must be a non-empty zip"},
		"huge code":      {func(in *lambda.CreateFunctionInput) { in.Code.ZipFile = make([]byte, maxZipBytes+1) }, 413, "RequestEntityTooLargeException", ""},
		"code in S3":     {func(in *lambda.CreateFunctionInput) { in.Code = &types.FunctionCode{S3Bucket: aws.String("b")} }, 400, invalid, ""},
		"image":          {func(in *lambda.CreateFunctionInput) { in.PackageType = types.PackageTypeImage }, 400, invalid, "PackageType Image is not supported by Stagedoor: deploy the function as a zip (PackageType Zip)."},
		"timeout 0":      {func(in *lambda.CreateFunctionInput) { in.Timeout = aws.Int32(0) }, 400, "ValidationException", ""},
		"timeout 901":    {func(in *lambda.CreateFunctionInput) { in.Timeout = aws.Int32(901) }, 400, "ValidationException", "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900"},
		"memory 127":     {func(in *lambda.CreateFunctionInput) { in.MemorySize = aws.Int32(127) }, 400, "ValidationException", ""},
		"memory 10241":   {func(in *lambda.CreateFunctionInput) { in.MemorySize = aws.Int32(10241) }, 400, invalid, ""},
		"long name":      {func(in *lambda.CreateFunctionInput) { in.FunctionName = aws.String(strings.Repeat("a", 65)) }, 400, "ValidationException", ""},
		"dotted name":    {func(in *lambda.CreateFunctionInput) { in.FunctionName = aws.String("a.b") }, 400, "ValidationException", ""},
		"qualified name": {func(in *lambda.CreateFunctionInput) { in.FunctionName = aws.String("a:1") }, 400, invalid, ""},
		"another region": {func(in *lambda.CreateFunctionInput) {
			in.FunctionName = aws.String("arn:aws:lambda:us-east-1:111111111111:function:a")
		}, 404, "ResourceNotFoundException", "Functions from 'us-east-1' are not reachable in this region ('eu-west-1')"},
		"another account": {func(in *lambda.CreateFunctionInput) { in.FunctionName = aws.String("222222222222:function:a") }, 403, "AccessDeniedException", ""},
		"reserved env key": {func(in *lambda.CreateFunctionInput) {
			env(in, map[string]string{"AWS_REGION": "x", "_HANDLER": "y", "OK": "z"})
		}, 400, invalid, "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION, _HANDLER"},
		"bad env key":   {func(in *lambda.CreateFunctionInput) { env(in, map[string]string{"A=B": "x"}) }, 400, "ValidationException", ""},
		"null in env":   {func(in *lambda.CreateFunctionInput) { env(in, map[string]string{"AB": "\x00"}) }, 400, invalid, ""},
		"env over 4 KB": {func(in *lambda.CreateFunctionInput) { env(in, big) }, 400, invalid, `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {"BIG":"` + big["BIG"] + `"}`},
		"layers":        {func(in *lambda.CreateFunctionInput) { in.Layers = []string{"arn:aws:lambda:eu-west-1:1:layer:l:1"} }, 400, invalid, "Layers is not supported by Stagedoor yet, so that it is refused and not ignored."},
		"dead letters": {func(in *lambda.CreateFunctionInput) {
			in.DeadLetterConfig = &types.DeadLetterConfig{TargetArn: aws.String("arn:aws:sqs:eu-west-1:1:q")}
		}, 400, invalid, ""},
		"key":         {func(in *lambda.CreateFunctionInput) { in.KMSKeyArn = aws.String("arn:aws:kms:eu-west-1:1:key/k") }, 400, invalid, ""},
		"file system": {func(in *lambda.CreateFunctionInput) { in.FileSystemConfigs = []types.FileSystemConfig{{}} }, 400, invalid, ""},
		"snap start": {func(in *lambda.CreateFunctionInput) {
			in.SnapStart = &types.SnapStart{ApplyOn: types.SnapStartApplyOnPublishedVersions}
			in.Runtime = types.RuntimeNodejs22x
		}, 400, invalid, "nodejs22.x is not supported for SnapStart enabled functions."},
		"code signing": {func(in *lambda.CreateFunctionInput) { in.CodeSigningConfigArn = aws.String("arn") }, 400, invalid, ""},
		"51 tags": {func(in *lambda.CreateFunctionInput) {
			in.Tags = map[string]string{}
			for i := range 51 {
				in.Tags[fmt.Sprint("k", i)] = ""
			}
		}, 400, invalid, ""},
		"taken name": {func(in *lambda.CreateFunctionInput) { in.FunctionName = aws.String("taken") }, 409, "ResourceConflictException", "Function already exist: taken"},
	}
	f := newFixture(t)
	f.create(t, "taken")
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			in := createInput(t, "fn")
			tt.edit(in)
			_, err := f.CreateFunction(f.ctx, in)
			wantError(t, err, tt.status, tt.code, tt.message)
		})
	}
	if got := must(f.packages.List())(t); len(got) != 1 {
		t.Errorf("refused creates left packages: %v", got)
	}
}

func env(in *lambda.CreateFunctionInput, variables map[string]string) {
	in.Environment = &types.Environment{Variables: variables}
}

func TestCreateFunctionKeepsWhatHasNoLocalMeaning(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	in := createInput(t, "fn")
	in.VpcConfig = &types.VpcConfig{SubnetIds: []string{"subnet-1"}}
	in.TracingConfig = &types.TracingConfig{Mode: types.TracingModeActive}
	in.Architectures = []types.Architecture{types.ArchitectureArm64}
	in.EphemeralStorage = &types.EphemeralStorage{Size: aws.Int32(1024)}
	in.LoggingConfig = &types.LoggingConfig{LogFormat: types.LogFormatJson}
	in.DeadLetterConfig = &types.DeadLetterConfig{}
	in.Layers = []string{}
	in.Tags = map[string]string{"k": "v"}
	must(f.CreateFunction(f.ctx, in))(t)
	out := must(f.GetFunction(f.ctx, &lambda.GetFunctionInput{FunctionName: aws.String("fn")}))(t)
	got := fmt.Sprintln(
		out.Configuration.VpcConfig.SubnetIds, out.Configuration.TracingConfig.Mode, out.Configuration.Architectures,
		*out.Configuration.EphemeralStorage.Size, out.Configuration.LoggingConfig.ApplicationLogLevel, out.Tags, *out.Code.RepositoryType)
	if want := "[subnet-1] Active [arm64] 1024 INFO map[k:v] S3\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestGetFunctionARN(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "fn")
	must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: aws.String("fn")}))(t)
	must(f.CreateAlias(f.ctx, &lambda.CreateAliasInput{FunctionName: aws.String("fn"), Name: aws.String("live"), FunctionVersion: aws.String("1")}))(t)
	for name, want := range map[string]string{
		"fn": "fn $LATEST", "fn:$LATEST": "fn:$LATEST $LATEST", "fn:1": "fn:1 1", arnBase + "fn:live": "fn:live 1", "111111111111:function:fn": "fn $LATEST",
	} {
		out, err := f.GetFunctionConfiguration(f.ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := strings.TrimPrefix(*out.FunctionArn, arnBase) + " " + *out.Version; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	for _, name := range []string{"nope", "fn:2", "fn:nope", "nope:1"} {
		_, err := f.GetFunction(f.ctx, &lambda.GetFunctionInput{FunctionName: &name})
		wantError(t, err, 404, "ResourceNotFoundException", "Function not found: "+arnBase+name)
	}
}

func TestCodeURL(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.CodeURL = func(sha string) string { return "http://x/" + sha } })
	f.create(t, "fn")
	out := must(f.GetFunction(f.ctx, &lambda.GetFunctionInput{FunctionName: aws.String("fn")}))(t)
	if got, want := aws.ToString(out.Code.Location), "http://x/"+shaOf(zipOf(t, "fn")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestUpdateFunctionCode(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.create(t, "fn")
	name, next := aws.String("fn"), zipOf(t, "next")

	_, err := f.UpdateFunctionCode(f.ctx, &lambda.UpdateFunctionCodeInput{FunctionName: name, ZipFile: next, RevisionId: aws.String("stale")})
	wantError(t, err, 412, "PreconditionFailedException",
		"The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id")
	_, err = f.UpdateFunctionCode(f.ctx, &lambda.UpdateFunctionCodeInput{FunctionName: aws.String("nope"), ZipFile: next})
	wantError(t, err, 404, "ResourceNotFoundException", "Function not found: "+arnBase+"nope")
	_, err = f.UpdateFunctionCode(f.ctx, &lambda.UpdateFunctionCodeInput{FunctionName: name, ZipFile: []byte("no zip"), DryRun: true})
	wantError(t, err, 400, "InvalidParameterValueException", "Could not unzip uploaded file. Please check your file, then try to upload again.")
	if got := must(f.packages.List())(t); len(got) != 1 {
		t.Errorf("refused updates left packages: %v", got)
	}

	dry := must(f.UpdateFunctionCode(f.ctx, &lambda.UpdateFunctionCodeInput{FunctionName: name, ZipFile: next, DryRun: true}))(t)
	now := must(f.GetFunction(f.ctx, &lambda.GetFunctionInput{FunctionName: name}))(t).Configuration
	if *dry.CodeSha256 != shaOf(next) || *now.CodeSha256 != *first.CodeSha256 || *now.RevisionId != *first.RevisionId {
		t.Error("a dry run changed the function, or did not tell the new code")
	}

	updated := must(f.UpdateFunctionCode(f.ctx, &lambda.UpdateFunctionCodeInput{FunctionName: name, ZipFile: next, RevisionId: first.RevisionId, Publish: true}))(t)
	if *updated.CodeSha256 != shaOf(next) || *updated.Version != "1" || *updated.FunctionArn != arnBase+"fn:1" {
		t.Errorf("published update answers %s %s %s", *updated.CodeSha256, *updated.Version, *updated.FunctionArn)
	}
}

func TestUpdateFunctionConfiguration(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	in := createInput(t, "fn")
	env(in, map[string]string{"AB": "1"})
	must(f.CreateFunction(f.ctx, in))(t)
	name := aws.String("fn")
	out := must(f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: name, Timeout: aws.Int32(9), Description: aws.String("d")}))(t)
	if *out.Timeout != 9 || *out.Description != "d" || *out.MemorySize != 128 || out.Environment.Variables["AB"] != "1" {
		t.Errorf("got %+v", out)
	}
	out = must(f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: name, Environment: &types.Environment{}}))(t)
	if out.Environment != nil {
		t.Error("an empty environment does not remove the variables")
	}
	_, err := f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: name, MemorySize: aws.Int32(1 << 20)})
	wantError(t, err, 400, "InvalidParameterValueException", "")
	_, err = f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: aws.String("fn:1")})
	wantError(t, err, 400, "InvalidParameterValueException", "")
}

func TestDeleteFunction(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withURLs)
	f.create(t, "fn")
	name := aws.String("fn")
	must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)
	must(f.CreateAlias(f.ctx, &lambda.CreateAliasInput{FunctionName: name, Name: aws.String("live"), FunctionVersion: aws.String("1")}))(t)
	must(f.PutFunctionEventInvokeConfig(f.ctx, &eventConfig{FunctionName: name, MaximumRetryAttempts: aws.Int32(1)}))(t)
	must(f.PutFunctionRecursionConfig(f.ctx, &lambda.PutFunctionRecursionConfigInput{FunctionName: name, RecursiveLoop: types.RecursiveLoopAllow}))(t)
	must(f.PutRuntimeManagementConfig(f.ctx, &lambda.PutRuntimeManagementConfigInput{FunctionName: name, UpdateRuntimeOn: types.UpdateRuntimeOnFunctionUpdate}))(t)
	must(f.CreateFunctionUrlConfig(f.ctx, &lambda.CreateFunctionUrlConfigInput{FunctionName: name, AuthType: types.FunctionUrlAuthTypeNone}))(t)
	must(f.PutProvisionedConcurrencyConfig(f.ctx, &lambda.PutProvisionedConcurrencyConfigInput{
		FunctionName: name, Qualifier: aws.String("live"), ProvisionedConcurrentExecutions: aws.Int32(1),
	}))(t)
	must(f.TagResource(f.ctx, &lambda.TagResourceInput{Resource: aws.String(arnBase + "fn"), Tags: map[string]string{"k": "v"}}))(t)
	must(f.PutFunctionConcurrency(f.ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: name, ReservedConcurrentExecutions: aws.Int32(1)}))(t)
	must(f.AddPermission(f.ctx, permission("fn", "live", "s")))(t)

	for qualifier, message := range map[string]string{
		"live": "Deletion of aliases is not currently supported.", latest: "$LATEST version cannot be deleted without deleting the function.",
	} {
		_, err := f.DeleteFunction(f.ctx, &lambda.DeleteFunctionInput{FunctionName: name, Qualifier: &qualifier})
		wantError(t, err, 400, "InvalidParameterValueException", message)
	}
	_, err := f.DeleteFunction(f.ctx, &lambda.DeleteFunctionInput{FunctionName: name, Qualifier: aws.String("1")})
	wantError(t, err, 409, "ResourceConflictException", "Unable to delete version because the following aliases reference it: [live]")

	if out := must(f.DeleteFunction(f.ctx, &lambda.DeleteFunctionInput{FunctionName: name}))(t); out.StatusCode != 204 {
		t.Errorf("StatusCode %d", out.StatusCode)
	}
	_, err = f.DeleteFunction(f.ctx, &lambda.DeleteFunctionInput{FunctionName: name})
	wantError(t, err, 404, "ResourceNotFoundException", "Function not found: "+arnBase+"fn")

	var left []string
	if err := f.store.View(f.ctx, func(tx store.Tx) error {
		for entry, err := range tx.Scan("", "") {
			left = append(left, entry.Key)
			if err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"v1/111111111111/eu-west-1/functioncounter/fn"}, left); diff != "" {
		t.Errorf("records left behind: %s", diff)
	}
	f.settle()
	if got := must(f.packages.List())(t); len(got) != 0 {
		t.Errorf("packages left behind: %v", got)
	}
	// Version numbers are not reused.
	f.create(t, "fn")
	if out := must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name}))(t); *out.Version != "2" {
		t.Errorf("version %s after create anew", *out.Version)
	}
}

func TestListFunctions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i := range 12 {
		f.create(t, fmt.Sprintf("fn-%02d", i))
	}
	for range 11 {
		must(f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: aws.String("fn-03")}))(t)
		must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: aws.String("fn-03")}))(t)
	}
	other := callerContext(account, "us-east-1")
	if out := must(f.ListFunctions(other, &lambda.ListFunctionsInput{}))(t); len(out.Functions) != 0 {
		t.Error("functions of another region are listed")
	}
	for _, all := range []types.FunctionVersion{"", types.FunctionVersionAll} {
		for _, size := range []int32{1, 5, 50} {
			var got []string
			in := &lambda.ListFunctionsInput{FunctionVersion: all, MaxItems: &size}
			for {
				out := must(f.ListFunctions(f.ctx, in))(t)
				for _, c := range out.Functions {
					got = append(got, strings.TrimPrefix(*c.FunctionArn, arnBase))
					if c.State != "" || c.LastUpdateStatus != "" {
						t.Fatal("a list shows the state")
					}
				}
				if in.Marker = out.NextMarker; in.Marker == nil {
					break
				}
			}
			if diff := cmp.Diff(wantList(all != ""), got); diff != "" {
				t.Errorf("%q by %d: %s", all, size, diff)
			}
		}
	}
	out := must(f.ListVersionsByFunction(f.ctx, &lambda.ListVersionsByFunctionInput{FunctionName: aws.String("fn-03"), MaxItems: aws.Int32(11)}))(t)
	rest := must(f.ListVersionsByFunction(f.ctx, &lambda.ListVersionsByFunctionInput{FunctionName: aws.String("fn-03"), Marker: out.NextMarker}))(t)
	if len(out.Versions) != 11 || len(rest.Versions) != 1 || *rest.Versions[0].Version != "11" || rest.NextMarker != nil {
		t.Errorf("got %d and %d versions", len(out.Versions), len(rest.Versions))
	}
	_, err := f.ListFunctions(f.ctx, &lambda.ListFunctionsInput{Marker: aws.String("!")})
	wantError(t, err, 400, "InvalidParameterValueException", "")
}

func wantList(all bool) []string {
	var want []string
	for i := range 12 {
		name := fmt.Sprintf("fn-%02d", i)
		if !all {
			want = append(want, name)
			continue
		}
		want = append(want, name+":$LATEST")
		for v := 1; i == 3 && v <= 11; v++ {
			want = append(want, fmt.Sprintf("%s:%d", name, v))
		}
	}
	return want
}

func TestPackagesThatCannotBeSaved(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.packages.save = errors.New("disk full")
	if _, err := f.CreateFunction(f.ctx, createInput(t, "fn")); !errors.Is(err, f.packages.save) {
		t.Errorf("got %v", err)
	}
}
