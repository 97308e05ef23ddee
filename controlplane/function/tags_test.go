package function

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"
)

func TestTags(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "fn")
	arn := aws.String(arnBase + "fn")
	list := func() map[string]string {
		t.Helper()
		return must(f.ListTags(f.ctx, &lambda.ListTagsInput{Resource: arn}))(t).Tags
	}
	if diff := cmp.Diff(map[string]string{}, list()); diff != "" {
		t.Error(diff)
	}
	must(f.TagResource(f.ctx, &lambda.TagResourceInput{Resource: arn, Tags: map[string]string{"a": "1", "b": "2"}}))(t)
	must(f.TagResource(f.ctx, &lambda.TagResourceInput{Resource: arn, Tags: map[string]string{"a": "3"}}))(t)
	must(f.UntagResource(f.ctx, &lambda.UntagResourceInput{Resource: arn, TagKeys: []string{"b", "x"}}))(t)
	if diff := cmp.Diff(map[string]string{"a": "3"}, list()); diff != "" {
		t.Error(diff)
	}
	_, err := f.ListTags(f.ctx, &lambda.ListTagsInput{Resource: aws.String(arnBase + "nope")})
	wantError(t, err, 404, "ResourceNotFoundException", "Function not found: "+arnBase+"nope")
	_, err = f.TagResource(f.ctx, &lambda.TagResourceInput{Resource: aws.String(arnBase + "fn:1"), Tags: map[string]string{"a": "1"}})
	wantError(t, err, 400, "InvalidParameterValueException", "Tags on function aliases and versions are not supported. Please specify a function ARN.")
	_, err = f.TagResource(f.ctx, &lambda.TagResourceInput{Resource: arn, Tags: map[string]string{"aws:x": "1"}})
	wantError(t, err, 400, "InvalidParameterValueException", "")
	_, err = f.ListTags(f.ctx, &lambda.ListTagsInput{Resource: aws.String("arn:aws:lambda:eu-west-1:111111111111:event-source-mapping:x")})
	wantError(t, err, 404, "ResourceNotFoundException", "")
}

func TestGetFunctionCodeSigningConfig(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "fn")
	out := must(f.GetFunctionCodeSigningConfig(f.ctx, &lambda.GetFunctionCodeSigningConfigInput{FunctionName: aws.String("fn")}))(t)
	if *out.FunctionName != "fn" || out.CodeSigningConfigArn != nil {
		t.Errorf("got %+v", out)
	}
	_, err := f.GetFunctionCodeSigningConfig(f.ctx, &lambda.GetFunctionCodeSigningConfigInput{FunctionName: aws.String("nope")})
	wantError(t, err, 404, "ResourceNotFoundException", "Function not found: "+arnBase+"nope")
}
