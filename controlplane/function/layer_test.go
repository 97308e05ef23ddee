package function

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

const layerBase = "arn:aws:lambda:" + region + ":" + account + ":layer:"

// publishLayer publishes a version whose zip holds body.
func (f *fixture) publishLayer(tb testing.TB, name, body string) *lambda.PublishLayerVersionOutput {
	tb.Helper()
	return must(f.PublishLayerVersion(f.ctx, &lambda.PublishLayerVersionInput{
		LayerName: &name, Content: &types.LayerVersionContentInput{ZipFile: zipOf(tb, body)},
		CompatibleRuntimes: []types.Runtime{types.RuntimePython313},
	}))(tb)
}

func (f *fixture) deleteLayer(tb testing.TB, name string, version int64) {
	tb.Helper()
	must(f.DeleteLayerVersion(f.ctx, &lambda.DeleteLayerVersionInput{LayerName: &name, VersionNumber: &version}))(tb)
}

func TestLayerVersions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.CodeURL = func(sha string) string { return "http://x/" + sha } })
	got := f.publishLayer(t, "lib", "1")
	code := zipOf(t, "1")
	want := &lambda.PublishLayerVersionOutput{
		LayerArn: aws.String(layerBase + "lib"), LayerVersionArn: aws.String(layerBase + "lib:1"), Version: 1,
		Description: aws.String(""), CreatedDate: aws.String("2026-11-23T04:05:06.007+0000"),
		CompatibleRuntimes: []types.Runtime{types.RuntimePython313},
		Content: &types.LayerVersionContentOutput{
			CodeSha256: aws.String(shaOf(code)), CodeSize: int64(len(code)), Location: aws.String("http://x/" + shaOf(code)),
		},
	}
	if diff := cmp.Diff(want, got, ignoreUnexported()); diff != "" {
		t.Error(diff)
	}
	if out := f.publishLayer(t, layerBase+"lib", "2"); out.Version != 2 {
		t.Errorf("version %d, named by ARN", out.Version)
	}
	name := aws.String("lib")
	read := must(f.GetLayerVersion(f.ctx, &lambda.GetLayerVersionInput{LayerName: name, VersionNumber: aws.Int64(1)}))(t)
	byARN := must(f.GetLayerVersionByArn(f.ctx, &lambda.GetLayerVersionByArnInput{Arn: aws.String(layerBase + "lib:2")}))(t)
	if *read.LayerVersionArn != layerBase+"lib:1" || byARN.Version != 2 {
		t.Errorf("got %s and %d", *read.LayerVersionArn, byARN.Version)
	}

	f.deleteLayer(t, "lib", 2)
	f.deleteLayer(t, "lib", 2)
	f.deleteLayer(t, "never", 7)
	_, err := f.GetLayerVersion(f.ctx, &lambda.GetLayerVersionInput{LayerName: name, VersionNumber: aws.Int64(2)})
	wantError(t, err, 404, "ResourceNotFoundException", "The resource you requested does not exist.")
	f.settle()
	if diff := cmp.Diff([]string{shaOf(code)}, must(f.packages.List())(t)); diff != "" {
		t.Errorf("packages after a delete: %s", diff)
	}
	if out := f.publishLayer(t, "lib", "3"); out.Version != 3 {
		t.Errorf("version %d: numbers are reused", out.Version)
	}
}

func TestLayerLists(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i := range 12 {
		f.publishLayer(t, "many", fmt.Sprint(i))
	}
	f.publishLayer(t, "gone", "x")
	f.deleteLayer(t, "gone", 1)
	f.publishLayer(t, "other", "y")
	var versions []int64
	in := &lambda.ListLayerVersionsInput{LayerName: aws.String("many"), MaxItems: aws.Int32(5)}
	for {
		out := must(f.ListLayerVersions(f.ctx, in))(t)
		for _, v := range out.LayerVersions {
			versions = append(versions, v.Version)
		}
		if in.Marker = out.NextMarker; in.Marker == nil {
			break
		}
	}
	if diff := cmp.Diff([]int64{12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, versions); diff != "" {
		t.Error(diff)
	}
	var names []string
	all := &lambda.ListLayersInput{MaxItems: aws.Int32(1)}
	for {
		out := must(f.ListLayers(f.ctx, all))(t)
		for _, l := range out.Layers {
			names = append(names, *l.LayerName+" "+strings.TrimPrefix(*l.LatestMatchingVersion.LayerVersionArn, layerBase))
		}
		if all.Marker = out.NextMarker; all.Marker == nil {
			break
		}
	}
	if diff := cmp.Diff([]string{"many many:12", "other other:1"}, names); diff != "" {
		t.Error(diff)
	}
	if out := must(f.ListLayers(f.ctx, &lambda.ListLayersInput{CompatibleRuntime: types.RuntimeNodejs22x}))(t); len(out.Layers) != 0 {
		t.Errorf("%d layers for another runtime", len(out.Layers))
	}
	if out := must(f.ListLayerVersions(f.ctx, &lambda.ListLayerVersionsInput{LayerName: aws.String("nope")}))(t); len(out.LayerVersions) != 0 {
		t.Error("an unknown layer has versions")
	}
}

func TestFunctionWithLayers(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withLayers)
	one, two := f.publishLayer(t, "one", "1"), f.publishLayer(t, "two", "2")
	var got []deployed.Layer
	f.runner.invoke = func(_ context.Context, fn *deployed.Function, _ deployed.Invocation) (deployed.Outcome, error) {
		got = fn.Layers
		return deployed.Outcome{}, nil
	}
	in := createInput(t, "fn")
	in.Layers = []string{*two.LayerVersionArn, *one.LayerVersionArn}
	created := must(f.CreateFunction(f.ctx, in))(t)
	if len(created.Layers) != 2 || *created.Layers[0].Arn != layerBase+"two:1" || created.Layers[0].CodeSize != two.Content.CodeSize {
		t.Errorf("got %+v", created.Layers)
	}
	// Versions that are deleted stay with the functions that have them.
	f.deleteLayer(t, "one", 1)
	f.deleteLayer(t, "two", 1)
	name := aws.String("fn")
	updated := must(f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: name, Timeout: aws.Int32(4)}))(t)
	if len(updated.Layers) != 2 {
		t.Error("an update that says nothing of layers changed them")
	}
	must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)
	f.settle()
	want := []deployed.Layer{{ARN: layerBase + "two:1", SHA256: shaOf(zipOf(t, "2"))}, {ARN: layerBase + "one:1", SHA256: shaOf(zipOf(t, "1"))}}
	for _, qualified := range []string{"fn", "fn:1"} {
		got = nil
		must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: &qualified}))(t)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", qualified, diff)
		}
	}
	if kept := must(f.packages.List())(t); len(kept) != 3 {
		t.Errorf("packages %v", kept)
	}
	updated = must(f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: name, Layers: []string{}}))(t)
	if len(updated.Layers) != 0 {
		t.Error("no layers do not remove the layers")
	}
	must(f.DeleteFunction(f.ctx, &lambda.DeleteFunctionInput{FunctionName: name}))(t)
	f.settle()
	if kept := must(f.packages.List())(t); len(kept) != 0 {
		t.Errorf("packages left behind: %v", kept)
	}
}

// TestLayersOutliveTheService: packages that only layers have are not swept away.
func TestLayersOutliveTheService(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withLayers)
	layer := f.publishLayer(t, "lib", "1")
	f.publishLayer(t, "spare", "2")
	in := createInput(t, "fn")
	in.Layers = []string{*layer.LayerVersionArn}
	must(f.CreateFunction(f.ctx, in))(t)
	f.deleteLayer(t, "lib", 1)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f.Service = f.open(t)
	if kept := must(f.packages.List())(t); len(kept) != 3 {
		t.Errorf("packages %v", kept)
	}
	f.deleteLayer(t, "spare", 1)
	f.settle()
	if kept := must(f.packages.List())(t); len(kept) != 2 {
		t.Errorf("packages %v", kept)
	}
}

func TestFunctionLayersRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withLayers)
	var six []string
	for i := range 6 {
		six = append(six, *f.publishLayer(t, fmt.Sprint("l", i), "x").LayerVersionArn)
	}
	f.publishLayer(t, "l0", "y")
	const invalid = "InvalidParameterValueException"
	tests := map[string]struct {
		layers  []string
		status  int
		code    string
		message string
	}{
		"six":            {six, 400, invalid, "Cannot reference more than 5 layers."},
		"unknown":        {[]string{layerBase + "nope:1"}, 400, invalid, "Layer version " + layerBase + "nope:1 does not exist."},
		"no version":     {[]string{layerBase + "l0"}, 400, "ValidationException", ""},
		"no ARN":         {[]string{"l0"}, 400, "ValidationException", ""},
		"twice":          {[]string{six[0], layerBase + "l0:2"}, 400, invalid, ""},
		"another region": {[]string{"arn:aws:lambda:us-east-1:111111111111:layer:l0:1"}, 400, invalid, ""},
		"another account": {
			[]string{"arn:aws:lambda:eu-west-1:222222222222:layer:l0:1"},
			403, "AccessDeniedException",
			"User: arn:aws:iam::111111111111:root is not authorized to perform: lambda:GetLayerVersion on resource: " +
				"arn:aws:lambda:eu-west-1:222222222222:layer:l0:1 because no resource-based policy allows the lambda:GetLayerVersion action",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			in := createInput(t, "fn")
			in.Layers = tt.layers
			_, err := f.CreateFunction(f.ctx, in)
			wantError(t, err, tt.status, tt.code, tt.message)
		})
	}
}

func TestLayersAreTooLarge(t *testing.T) {
	t.Parallel()
	record := &functionRecord{UnzippedSize: 100 << 20, Layers: []layerUse{{UnzippedSize: 100 << 20}, {UnzippedSize: 50<<20 + 1}}}
	wantError(t, checkSize(record), 400, "InvalidParameterValueException",
		"Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is 262144001 bytes.")
	record.Layers[1].UnzippedSize--
	if err := checkSize(record); err != nil {
		t.Error(err)
	}
}

func TestLayerPermissions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withLayers)
	f.publishLayer(t, "lib", "1")
	name, version := aws.String("lib"), aws.Int64(1)
	grant := func(sid, principal string, organization *string) (*lambda.AddLayerVersionPermissionOutput, error) {
		return f.AddLayerVersionPermission(f.ctx, &lambda.AddLayerVersionPermissionInput{
			LayerName: name, VersionNumber: version, StatementId: &sid, Action: aws.String(getLayerAction), Principal: &principal, OrganizationId: organization,
		})
	}
	_, err := f.GetLayerVersionPolicy(f.ctx, &lambda.GetLayerVersionPolicyInput{LayerName: name, VersionNumber: version})
	wantError(t, err, 404, "ResourceNotFoundException", "The resource you requested does not exist.")

	stranger := callerContext("222222222222", region)
	use := func() error {
		_, err := f.GetLayerVersionByArn(stranger, &lambda.GetLayerVersionByArnInput{Arn: aws.String(layerBase + "lib:1")})
		return err
	}
	wantError(t, use(), 403, "AccessDeniedException", "")
	must(grant("org", "*", aws.String("o-1234567890")))(t)
	wantError(t, use(), 403, "AccessDeniedException", "")
	added := must(grant("account", "222222222222", nil))(t)
	if want := `{"Sid":"account","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"lambda:GetLayerVersion","Resource":"` +
		layerBase + `lib:1"}`; *added.Statement != want {
		t.Errorf("got  %s\nwant %s", *added.Statement, want)
	}
	if err := use(); err != nil {
		t.Error(err)
	}
	in := createInput(t, "theirs")
	in.Layers = []string{layerBase + "lib:1"}
	must(f.CreateFunction(stranger, in))(t)

	_, err = grant("account", "*", nil)
	wantError(t, err, 409, "ResourceConflictException", "The statement id (account) provided already exists. Please provide a new statement id, or remove the existing statement.")
	_, err = grant("bad", "lambda.amazonaws.com", nil)
	wantError(t, err, 400, "ValidationException", "")
	policy := must(f.GetLayerVersionPolicy(f.ctx, &lambda.GetLayerVersionPolicyInput{LayerName: name, VersionNumber: version}))(t)
	if *policy.RevisionId != *added.RevisionId || !strings.Contains(*policy.Policy, `"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1234567890"}}`) {
		t.Errorf("got %s %s", *policy.Policy, *policy.RevisionId)
	}
	remove := &lambda.RemoveLayerVersionPermissionInput{LayerName: name, VersionNumber: version, StatementId: aws.String("account"), RevisionId: aws.String("stale")}
	_, err = f.RemoveLayerVersionPermission(f.ctx, remove)
	wantError(t, err, 412, "PreconditionFailedException", "")
	remove.RevisionId = nil
	must(f.RemoveLayerVersionPermission(f.ctx, remove))(t)
	_, err = f.RemoveLayerVersionPermission(f.ctx, remove)
	wantError(t, err, 404, "ResourceNotFoundException", "Statement account is not found in resource policy.")
	wantError(t, use(), 403, "AccessDeniedException", "")
	_, err = f.DeleteLayerVersion(stranger, &lambda.DeleteLayerVersionInput{LayerName: aws.String(layerBase + "lib"), VersionNumber: version})
	wantError(t, err, 403, "AccessDeniedException", "")
}

func FuzzParseLayerARN(f *testing.F) {
	f.Add(layerBase + "lib:1")
	f.Add("arn:aws:lambda:eu-west-1:1:layer::")
	f.Fuzz(func(t *testing.T, arn string) {
		r, ok := parseLayerARN(arn)
		if !ok {
			return
		}
		printed := r.arn()
		if r.version != 0 {
			printed = r.versionARN()
		}
		if again, ok := parseLayerARN(printed); !ok || again != r {
			t.Errorf("%q reads as %+v, which reads as %+v", arn, r, again)
		}
	})
}
