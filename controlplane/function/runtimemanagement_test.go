package function

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func TestRuntimeManagement(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	created := f.create(t, "fn")
	name := aws.String("fn")
	get := func() *lambda.GetRuntimeManagementConfigOutput {
		t.Helper()
		return must(f.GetRuntimeManagementConfig(f.ctx, &lambda.GetRuntimeManagementConfigInput{FunctionName: name}))(t)
	}
	if got := get(); got.UpdateRuntimeOn != types.UpdateRuntimeOnAuto || *got.FunctionArn != arnBase+"fn:$LATEST" || got.RuntimeVersionArn != nil {
		t.Errorf("got %+v", got)
	}
	own, another := created.RuntimeVersionConfig.RuntimeVersionArn, aws.String("arn:aws:lambda:eu-west-1::runtime:0")
	tests := map[string]struct {
		on     types.UpdateRuntimeOn
		arn    *string
		status int
		code   string
	}{
		"no ARN":          {types.UpdateRuntimeOnManual, nil, 400, "InvalidParameterValueException"},
		"ARN and auto":    {types.UpdateRuntimeOnAuto, own, 400, "InvalidParameterValueException"},
		"another version": {types.UpdateRuntimeOnManual, another, 400, "InvalidParameterValueException"},
		"unknown":         {"Never", nil, 400, "ValidationException"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := f.PutRuntimeManagementConfig(f.ctx, &lambda.PutRuntimeManagementConfigInput{
				FunctionName: aws.String("fn"), UpdateRuntimeOn: tt.on, RuntimeVersionArn: tt.arn,
			})
			wantError(t, err, tt.status, tt.code, "")
		})
	}
	must(f.PutRuntimeManagementConfig(f.ctx, &lambda.PutRuntimeManagementConfigInput{FunctionName: name, UpdateRuntimeOn: types.UpdateRuntimeOnManual, RuntimeVersionArn: own}))(t)
	if got := get(); got.UpdateRuntimeOn != types.UpdateRuntimeOnManual || *got.RuntimeVersionArn != *own {
		t.Errorf("got %+v", got)
	}
	_, err := f.GetRuntimeManagementConfig(f.ctx, &lambda.GetRuntimeManagementConfigInput{FunctionName: name, Qualifier: aws.String("live")})
	wantError(t, err, 400, "InvalidParameterValueException", "")
}

func TestCodeSigningReads(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "fn")
	if out := must(f.ListCodeSigningConfigs(f.ctx, &lambda.ListCodeSigningConfigsInput{}))(t); len(out.CodeSigningConfigs) != 0 {
		t.Errorf("got %+v", out)
	}
	arn := aws.String("arn:aws:lambda:eu-west-1:111111111111:code-signing-config:csc-0d4518bd353a0a7c6")
	_, err := f.GetCodeSigningConfig(f.ctx, &lambda.GetCodeSigningConfigInput{CodeSigningConfigArn: arn})
	wantError(t, err, 404, "ResourceNotFoundException", "")
	_, err = f.ListFunctionsByCodeSigningConfig(f.ctx, &lambda.ListFunctionsByCodeSigningConfigInput{CodeSigningConfigArn: arn})
	wantError(t, err, 404, "ResourceNotFoundException", "")
	must(f.DeleteFunctionCodeSigningConfig(f.ctx, &lambda.DeleteFunctionCodeSigningConfigInput{FunctionName: aws.String("fn")}))(t)
	_, err = f.DeleteFunctionCodeSigningConfig(f.ctx, &lambda.DeleteFunctionCodeSigningConfigInput{FunctionName: aws.String("nope")})
	wantError(t, err, 404, "ResourceNotFoundException", "Function not found: "+arnBase+"nope")
}
