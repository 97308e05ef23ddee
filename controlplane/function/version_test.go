package function

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"
)

func TestPublishVersion(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "fn")
	name := aws.String("fn")
	publish := func(description string) *lambda.PublishVersionOutput {
		t.Helper()
		return must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name, Description: &description}))(t)
	}
	if out := publish("one"); *out.Version != "1" || *out.FunctionArn != arnBase+"fn:1" || *out.Description != "one" {
		t.Errorf("got %s %s %s", *out.Version, *out.FunctionArn, *out.Description)
	}
	must(f.AddPermission(f.ctx, permission("fn", "", "s")))(t)
	if out := publish("two"); *out.Version != "1" {
		t.Errorf("publishing what has not changed made version %s", *out.Version)
	}
	must(f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: name, Timeout: aws.Int32(5)}))(t)
	if out := publish(""); *out.Version != "2" || *out.Timeout != 5 {
		t.Errorf("got %s %d", *out.Version, *out.Timeout)
	}
	first := must(f.GetFunction(f.ctx, &lambda.GetFunctionInput{FunctionName: aws.String("fn:1")}))(t)
	if *first.Configuration.Timeout != 3 {
		t.Error("a published version changed")
	}
	_, err := f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name, CodeSha256: aws.String("x")})
	wantError(t, err, 400, "InvalidParameterValueException", "CodeSHA256 (x) is different from current CodeSHA256 in $LATEST ("+
		*first.Configuration.CodeSha256+"). Please try again with the CodeSHA256 in $LATEST.")
	_, err = f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name, RevisionId: aws.String("x")})
	wantError(t, err, 412, "PreconditionFailedException", "")
	_, err = f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: aws.String("nope")})
	wantError(t, err, 404, "ResourceNotFoundException", "Function not found: "+arnBase+"nope")

	must(f.DeleteFunction(f.ctx, &lambda.DeleteFunctionInput{FunctionName: name, Qualifier: aws.String("2")}))(t)
	if out := publish(""); *out.Version != "3" {
		t.Errorf("version %s after the last one was deleted", *out.Version)
	}
}

func TestAlias(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "fn")
	name, live := aws.String("fn"), aws.String("live")
	must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)
	must(f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: name}))(t)
	must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)

	created := must(f.CreateAlias(f.ctx, &lambda.CreateAliasInput{FunctionName: name, Name: live, FunctionVersion: aws.String("1")}))(t)
	if *created.AliasArn != arnBase+"fn:live" || *created.Description != "" || created.RoutingConfig != nil {
		t.Errorf("got %+v", created)
	}
	_, err := f.CreateAlias(f.ctx, &lambda.CreateAliasInput{FunctionName: name, Name: live, FunctionVersion: aws.String("1")})
	wantError(t, err, 409, "ResourceConflictException", "Alias already exists: "+arnBase+"fn:live")

	weights := func(w map[string]float64) *types.AliasRoutingConfiguration {
		return &types.AliasRoutingConfiguration{AdditionalVersionWeights: w}
	}
	refused := map[string]struct {
		in      lambda.CreateAliasInput
		status  int
		code    string
		message string
	}{
		"all digits":         {lambda.CreateAliasInput{Name: aws.String("12"), FunctionVersion: aws.String("1")}, 400, "ValidationException", ""},
		"no version":         {lambda.CreateAliasInput{Name: aws.String("a")}, 400, "ValidationException", ""},
		"missing version":    {lambda.CreateAliasInput{Name: aws.String("a"), FunctionVersion: aws.String("9")}, 404, "ResourceNotFoundException", "Function not found: " + arnBase + "fn:9"},
		"an alias of one":    {lambda.CreateAliasInput{Name: aws.String("a"), FunctionVersion: live}, 400, "ValidationException", ""},
		"two weights":        {lambda.CreateAliasInput{Name: aws.String("a"), FunctionVersion: aws.String("1"), RoutingConfig: weights(map[string]float64{"2": .1, "3": .1})}, 400, "InvalidParameterValueException", "Number of items in AdditionalVersionWeights cannot be greater than 1"},
		"weights on $LATEST": {lambda.CreateAliasInput{Name: aws.String("a"), FunctionVersion: aws.String(latest), RoutingConfig: weights(map[string]float64{"2": .1})}, 400, "InvalidParameterValueException", "$LATEST is not supported for an alias pointing to more than 1 version"},
		"the same twice":     {lambda.CreateAliasInput{Name: aws.String("a"), FunctionVersion: aws.String("1"), RoutingConfig: weights(map[string]float64{"1": .1})}, 400, "InvalidParameterValueException", "Invalid function version 1. Function version 1 is already included in routing configuration."},
		"weight 2":           {lambda.CreateAliasInput{Name: aws.String("a"), FunctionVersion: aws.String("1"), RoutingConfig: weights(map[string]float64{"2": 2})}, 400, "ValidationException", ""},
		"missing additional": {lambda.CreateAliasInput{Name: aws.String("a"), FunctionVersion: aws.String("1"), RoutingConfig: weights(map[string]float64{"9": .1})}, 404, "ResourceNotFoundException", ""},
	}
	for name, tt := range refused {
		t.Run(name, func(t *testing.T) {
			tt.in.FunctionName = aws.String("fn")
			_, err := f.CreateAlias(f.ctx, &tt.in)
			wantError(t, err, tt.status, tt.code, tt.message)
		})
	}

	_, err = f.UpdateAlias(f.ctx, &lambda.UpdateAliasInput{FunctionName: name, Name: live, RevisionId: aws.String("x")})
	wantError(t, err, 412, "PreconditionFailedException", "")
	_, err = f.UpdateAlias(f.ctx, &lambda.UpdateAliasInput{FunctionName: name, Name: aws.String("nope")})
	wantError(t, err, 404, "ResourceNotFoundException", "Cannot find alias arn: "+arnBase+"fn:nope")
	updated := must(f.UpdateAlias(f.ctx, &lambda.UpdateAliasInput{
		FunctionName: name, Name: live, RevisionId: created.RevisionId, Description: aws.String("d"), RoutingConfig: weights(map[string]float64{"2": .25}),
	}))(t)
	if *updated.FunctionVersion != "1" || *updated.Description != "d" || *updated.RevisionId == *created.RevisionId {
		t.Errorf("got %+v", updated)
	}
	got := map[string]int{}
	for i := range 4 {
		f.draw = func() float64 { return float64(i) / 4 }
		out := must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: name, Qualifier: live}))(t)
		got[*out.ExecutedVersion]++
	}
	if diff := cmp.Diff(map[string]int{"1": 3, "2": 1}, got); diff != "" {
		t.Errorf("weighted routing: %s", diff)
	}
	must(f.CreateAlias(f.ctx, &lambda.CreateAliasInput{FunctionName: name, Name: aws.String("other"), FunctionVersion: aws.String("1")}))(t)
	all := must(f.ListAliases(f.ctx, &lambda.ListAliasesInput{FunctionName: name, MaxItems: aws.Int32(1)}))(t)
	rest := must(f.ListAliases(f.ctx, &lambda.ListAliasesInput{FunctionName: name, Marker: all.NextMarker}))(t)
	if len(all.Aliases) != 1 || len(rest.Aliases) != 1 || *rest.Aliases[0].Name != "other" {
		t.Errorf("got %v and %v", all.Aliases, rest.Aliases)
	}
	two := must(f.ListAliases(f.ctx, &lambda.ListAliasesInput{FunctionName: name, FunctionVersion: aws.String("2")}))(t)
	if len(two.Aliases) != 1 || *two.Aliases[0].Name != "live" {
		t.Errorf("aliases of version 2: %v", two.Aliases)
	}
	must(f.DeleteAlias(f.ctx, &lambda.DeleteAliasInput{FunctionName: name, Name: live}))(t)
	_, err = f.GetAlias(f.ctx, &lambda.GetAliasInput{FunctionName: name, Name: live})
	wantError(t, err, 404, "ResourceNotFoundException", "Cannot find alias arn: "+arnBase+"fn:live")
	_, err = f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: name, Qualifier: live})
	wantError(t, err, 404, "ResourceNotFoundException", "Function not found: "+arnBase+"fn:live")
}
