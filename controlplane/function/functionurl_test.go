package function

import (
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func TestFunctionURL(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withURLs)
	f.create(t, "fn")
	name := aws.String("fn")
	must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)
	must(f.CreateAlias(f.ctx, &lambda.CreateAliasInput{FunctionName: name, Name: aws.String("live"), FunctionVersion: aws.String("1")}))(t)
	_, err := f.GetFunctionUrlConfig(f.ctx, &lambda.GetFunctionUrlConfigInput{FunctionName: name})
	wantError(t, err, 404, "ResourceNotFoundException", "The resource you requested does not exist.")

	in := &lambda.CreateFunctionUrlConfigInput{
		FunctionName: name, AuthType: types.FunctionUrlAuthTypeNone, Cors: &types.Cors{AllowOrigins: []string{"https://example.com", "*"}, AllowMethods: []string{"GET", "*"}},
	}
	created := must(f.CreateFunctionUrlConfig(f.ctx, in))(t)
	if !regexp.MustCompile(`^http://[a-z0-9]{32}\.lambda-url\.eu-west-1\.localhost:4566/$`).MatchString(*created.FunctionUrl) ||
		*created.FunctionArn != arnBase+"fn" || created.InvokeMode != types.InvokeModeBuffered || *created.CreationTime != "2026-11-23T04:05:06.007000000Z" {
		t.Errorf("got %s %s %s %s", *created.FunctionUrl, *created.FunctionArn, created.InvokeMode, *created.CreationTime)
	}
	_, err = f.CreateFunctionUrlConfig(f.ctx, in)
	wantError(t, err, 409, "ResourceConflictException", "")
	onAlias := must(f.CreateFunctionUrlConfig(f.ctx, &lambda.CreateFunctionUrlConfigInput{
		FunctionName: name, Qualifier: aws.String("live"), AuthType: types.FunctionUrlAuthTypeAwsIam, InvokeMode: types.InvokeModeResponseStream,
	}))(t)
	if *onAlias.FunctionArn != arnBase+"fn:live" || *onAlias.FunctionUrl == *created.FunctionUrl {
		t.Errorf("got %s %s", *onAlias.FunctionArn, *onAlias.FunctionUrl)
	}
	updated := must(f.UpdateFunctionUrlConfig(f.ctx, &lambda.UpdateFunctionUrlConfigInput{FunctionName: name, AuthType: types.FunctionUrlAuthTypeAwsIam}))(t)
	if *updated.FunctionUrl != *created.FunctionUrl || updated.AuthType != types.FunctionUrlAuthTypeAwsIam || len(updated.Cors.AllowOrigins) != 2 {
		t.Errorf("got %+v", updated)
	}
	if plain := must(f.UpdateFunctionUrlConfig(f.ctx, &lambda.UpdateFunctionUrlConfigInput{FunctionName: name, Cors: &types.Cors{}}))(t); plain.Cors != nil {
		t.Errorf("an empty Cors is %+v", plain.Cors)
	}
	if list := must(f.ListFunctionUrlConfigs(f.ctx, &lambda.ListFunctionUrlConfigsInput{FunctionName: name}))(t); len(list.FunctionUrlConfigs) != 2 ||
		*list.FunctionUrlConfigs[1].FunctionUrl != *onAlias.FunctionUrl {
		t.Errorf("got %+v", list.FunctionUrlConfigs)
	}
	must(f.DeleteFunctionUrlConfig(f.ctx, &lambda.DeleteFunctionUrlConfigInput{FunctionName: name}))(t)
	_, err = f.DeleteFunctionUrlConfig(f.ctx, &lambda.DeleteFunctionUrlConfigInput{FunctionName: name})
	wantError(t, err, 404, "ResourceNotFoundException", "The resource you requested does not exist.")
}

func TestFunctionURLRefused(t *testing.T) {
	t.Parallel()
	const invalid, validation = "InvalidParameterValueException", "ValidationException"
	tests := map[string]struct {
		edit    func(*lambda.CreateFunctionUrlConfigInput)
		status  int
		code    string
		message string
	}{
		"auth type":   {func(in *lambda.CreateFunctionUrlConfigInput) { in.AuthType = "JWT" }, 400, validation, "1 validation error detected: Value 'JWT' at 'authType' failed to satisfy constraint: Member must satisfy enum value set: [NONE, AWS_IAM]"},
		"invoke mode": {func(in *lambda.CreateFunctionUrlConfigInput) { in.InvokeMode = "X" }, 400, validation, ""},
		"version":     {func(in *lambda.CreateFunctionUrlConfigInput) { in.Qualifier = aws.String("1") }, 400, validation, ""},
		"no alias":    {func(in *lambda.CreateFunctionUrlConfigInput) { in.Qualifier = aws.String("nope") }, 404, "ResourceNotFoundException", ""},
		"no function": {func(in *lambda.CreateFunctionUrlConfigInput) { in.FunctionName = aws.String("nope") }, 404, "ResourceNotFoundException", ""},
		"max age":     {func(in *lambda.CreateFunctionUrlConfigInput) { in.Cors = &types.Cors{MaxAge: aws.Int32(86401)} }, 400, validation, ""},
		"method":      {func(in *lambda.CreateFunctionUrlConfigInput) { in.Cors = &types.Cors{AllowMethods: []string{"GIT"}} }, 400, invalid, ""},
		"7 methods": {func(in *lambda.CreateFunctionUrlConfigInput) {
			in.Cors = &types.Cors{AllowMethods: strings.Fields("GET GET GET GET GET GET GET")}
		}, 400, validation, ""},
		"origin": {func(in *lambda.CreateFunctionUrlConfigInput) {
			in.Cors = &types.Cors{AllowOrigins: []string{"example.com"}}
		}, 400, invalid, ""},
	}
	f := newFixture(t, withURLs)
	f.create(t, "fn")
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			in := &lambda.CreateFunctionUrlConfigInput{FunctionName: aws.String("fn"), AuthType: types.FunctionUrlAuthTypeNone}
			tt.edit(in)
			_, err := f.CreateFunctionUrlConfig(f.ctx, in)
			wantError(t, err, tt.status, tt.code, tt.message)
		})
	}
	unserved := newFixture(t)
	_, err := unserved.CreateFunctionUrlConfig(unserved.ctx, &lambda.CreateFunctionUrlConfigInput{FunctionName: aws.String("fn"), AuthType: types.FunctionUrlAuthTypeNone})
	wantError(t, err, 400, invalid, "A function URL (FunctionUrlConfig) is not supported by Stagedoor yet, so that it is refused and not ignored.")
}
