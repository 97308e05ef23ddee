package function

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"
)

// permission lets API Gateway invoke; qualifier "" = the function itself.
func permission(name, qualifier, sid string) *lambda.AddPermissionInput {
	in := &lambda.AddPermissionInput{
		FunctionName: aws.String(name), StatementId: aws.String(sid), Action: aws.String(invokeAction), Principal: aws.String(apiGateway),
	}
	if qualifier != "" {
		in.Qualifier = aws.String(qualifier)
	}
	return in
}

func TestAddPermissionStatement(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		edit func(*lambda.AddPermissionInput)
		want string
	}{
		"API Gateway for an API": {
			func(in *lambda.AddPermissionInput) {
				in.SourceArn = aws.String("arn:aws:execute-api:eu-west-1:111111111111:abc/*/*")
			},
			`{"Sid":"s","Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"` + arnBase + `fn","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:eu-west-1:111111111111:abc/*/*"}}}`,
		},
		"no condition": {
			func(*lambda.AddPermissionInput) {},
			`{"Sid":"s","Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"` + arnBase + `fn"}`,
		},
		"account": {
			func(in *lambda.AddPermissionInput) { in.Principal = aws.String("222222222222") },
			`{"Sid":"s","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"lambda:InvokeFunction","Resource":"` + arnBase + `fn"}`,
		},
		"every one, two conditions": {
			func(in *lambda.AddPermissionInput) {
				in.Principal, in.SourceAccount = aws.String("*"), aws.String("222222222222")
				in.SourceArn = aws.String("arn:aws:s3:::b")
			},
			`{"Sid":"s","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"` + arnBase + `fn","Condition":{"StringEquals":{"AWS:SourceAccount":"222222222222"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::b"}}}`,
		},
		"function URL": {
			func(in *lambda.AddPermissionInput) {
				in.FunctionUrlAuthType, in.InvokedViaFunctionUrl = "NONE", aws.Bool(true)
			},
			`{"Sid":"s","Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"` + arnBase + `fn","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"},"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.create(t, "fn")
			in := permission("fn", "", "s")
			tt.edit(in)
			out := must(f.AddPermission(f.ctx, in))(t)
			if diff := cmp.Diff(tt.want, *out.Statement); diff != "" {
				t.Error(diff)
			}
			got := must(f.GetPolicy(f.ctx, &lambda.GetPolicyInput{FunctionName: aws.String("fn")}))(t)
			if diff := cmp.Diff(`{"Version":"2012-10-17","Id":"default","Statement":[`+tt.want+`]}`, *got.Policy); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.create(t, "fn")
	name := aws.String("fn")
	_, err := f.GetPolicy(f.ctx, &lambda.GetPolicyInput{FunctionName: name})
	wantError(t, err, 404, "ResourceNotFoundException", "The resource you requested does not exist.")
	_, err = f.RemovePermission(f.ctx, &lambda.RemovePermissionInput{FunctionName: name, StatementId: aws.String("s")})
	wantError(t, err, 404, "ResourceNotFoundException", "")

	must(f.AddPermission(f.ctx, permission("fn", "", "s")))(t)
	policy := must(f.GetPolicy(f.ctx, &lambda.GetPolicyInput{FunctionName: name}))(t)
	config := must(f.GetFunctionConfiguration(f.ctx, &lambda.GetFunctionConfigurationInput{FunctionName: name}))(t)
	if *policy.RevisionId == *first.RevisionId || *policy.RevisionId != *config.RevisionId {
		t.Error("the policy's revision is not the function's new one")
	}
	_, err = f.AddPermission(f.ctx, permission("fn", "", "s"))
	wantError(t, err, 409, "ResourceConflictException", "The statement id (s) provided already exists. Please provide a new statement id, or remove the existing statement.")

	refused := map[string]struct {
		edit    func(*lambda.AddPermissionInput)
		status  int
		code    string
		message string
	}{
		"$LATEST":          {func(in *lambda.AddPermissionInput) { in.Qualifier = aws.String(latest) }, 400, "InvalidParameterValueException", "We currently do not support adding policies for $LATEST."},
		"missing version":  {func(in *lambda.AddPermissionInput) { in.Qualifier = aws.String("7") }, 404, "ResourceNotFoundException", "Function not found: " + arnBase + "fn:7"},
		"missing alias":    {func(in *lambda.AddPermissionInput) { in.Qualifier = aws.String("live") }, 404, "ResourceNotFoundException", "Cannot find alias arn: " + arnBase + "fn:live"},
		"missing function": {func(in *lambda.AddPermissionInput) { in.FunctionName = aws.String("nope") }, 404, "ResourceNotFoundException", "Function not found: " + arnBase + "nope"},
		"principal":        {func(in *lambda.AddPermissionInput) { in.Principal = aws.String("nobody") }, 400, "InvalidParameterValueException", "The provided principal was invalid. Please check the principal and try again."},
		"action":           {func(in *lambda.AddPermissionInput) { in.Action = aws.String("s3:GetObject") }, 400, "ValidationException", ""},
		"source":           {func(in *lambda.AddPermissionInput) { in.SourceArn = aws.String("*") }, 400, "ValidationException", ""},
		"source account":   {func(in *lambda.AddPermissionInput) { in.SourceAccount = aws.String("") }, 400, "ValidationException", ""},
		"stale revision":   {func(in *lambda.AddPermissionInput) { in.RevisionId = first.RevisionId }, 412, "PreconditionFailedException", "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id"},
		"more than 20 KB": {func(in *lambda.AddPermissionInput) {
			in.SourceArn = aws.String("arn:aws:s3:::" + strings.Repeat("x", 20480))
		}, 400, "PolicyLengthExceededException", ""},
		"statement id":      {func(in *lambda.AddPermissionInput) { in.StatementId = aws.String("a b") }, 400, "ValidationException", ""},
		"another account's": {func(in *lambda.AddPermissionInput) { in.FunctionName = aws.String("222222222222:function:fn") }, 403, "AccessDeniedException", ""},
	}
	for name, tt := range refused {
		t.Run(name, func(t *testing.T) {
			in := permission("fn", "", "t")
			tt.edit(in)
			_, err := f.AddPermission(f.ctx, in)
			wantError(t, err, tt.status, tt.code, tt.message)
		})
	}

	_, err = f.RemovePermission(f.ctx, &lambda.RemovePermissionInput{FunctionName: name, StatementId: aws.String("x")})
	wantError(t, err, 404, "ResourceNotFoundException", "Statement x is not found in resource policy.")
	must(f.RemovePermission(f.ctx, &lambda.RemovePermissionInput{FunctionName: name, StatementId: aws.String("s"), RevisionId: policy.RevisionId}))(t)
	_, err = f.GetPolicy(f.ctx, &lambda.GetPolicyInput{FunctionName: name})
	wantError(t, err, 404, "ResourceNotFoundException", "The resource you requested does not exist.")
}
