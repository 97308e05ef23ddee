package function

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

const apiSource = "arn:aws:execute-api:" + region + ":" + account + ":abc123/dev/GET/pets"

func TestInvokeFunction(t *testing.T) {
	t.Parallel()
	const denied = "User: apigateway.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: " + arnBase
	f := newFixture(t)
	f.create(t, "fn")
	name := aws.String("fn")
	must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)
	must(f.CreateAlias(f.ctx, &lambda.CreateAliasInput{FunctionName: name, Name: aws.String("live"), FunctionVersion: aws.String("1")}))(t)
	invoke := func(target, role string) error {
		_, err := f.InvokeFunction(t.Context(), &lambda.InvokeInput{FunctionName: aws.String(target), Payload: []byte(`{}`)}, apiSource, role)
		return err
	}
	wantDenied := func(target string) {
		t.Helper()
		wantError(t, invoke(arnBase+target, ""), 403, "AccessDeniedException",
			denied+target+" because no resource-based policy allows the lambda:InvokeFunction action")
	}
	wantAllowed := func(target, role string) {
		t.Helper()
		if err := invoke(target, role); err != nil {
			t.Errorf("%s: %v", target, err)
		}
	}
	wantDenied("fn")
	wantAllowed(arnBase+"fn", "arn:aws:iam::111111111111:role/caller")

	grant := permission("fn", "live", "s")
	grant.SourceArn = aws.String("arn:aws:execute-api:" + region + ":" + account + ":abc123/*/GET/*")
	must(f.AddPermission(f.ctx, grant))(t)
	wantAllowed(arnBase+"fn:live", "")
	wantDenied("fn")
	wantDenied("fn:1")

	must(f.AddPermission(f.ctx, permission("fn", "", "s")))(t)
	wantAllowed(arnBase+"fn", "")
	wantAllowed(arnBase+"fn:$LATEST", "")
	wantAllowed("fn", "")
	must(f.RemovePermission(f.ctx, &lambda.RemovePermissionInput{FunctionName: name, StatementId: aws.String("s")}))(t)
	wantDenied("fn")

	wantError(t, invoke(arnBase+"nope", ""), 404, "ResourceNotFoundException", "Function not found: "+arnBase+"nope")
	wantError(t, invoke(arnBase+"nope", "arn:aws:iam::111111111111:role/caller"), 404, "ResourceNotFoundException", "")
	wantError(t, invoke("arn:aws:lambda:us-east-1:222222222222:function:fn", ""), 404, "ResourceNotFoundException",
		"Function not found: arn:aws:lambda:us-east-1:222222222222:function:fn")
}

func TestInvokeFunctionOfAnotherAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other := callerContext("222222222222", "us-east-1")
	must(f.CreateFunction(other, createInput(t, "fn")))(t)
	in := &lambda.InvokeInput{FunctionName: aws.String("arn:aws:lambda:us-east-1:222222222222:function:fn")}
	_, err := f.InvokeFunction(t.Context(), in, apiSource, "")
	wantError(t, err, 403, "AccessDeniedException", "")
	must(f.AddPermission(other, permission("fn", "", "s")))(t)
	must(f.InvokeFunction(t.Context(), in, apiSource, ""))(t)
}

func TestInvokeFunctionWithoutPermissions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.Permissions = false })
	f.create(t, "fn")
	must(f.InvokeFunction(t.Context(), &lambda.InvokeInput{FunctionName: aws.String(arnBase + "fn")}, apiSource, ""))(t)
}

func BenchmarkInvokeFunction(b *testing.B) {
	f := newFixture(b)
	f.create(b, "fn")
	grant := permission("fn", "", "s")
	grant.SourceArn = aws.String("arn:aws:execute-api:" + region + ":" + account + ":abc123/*/GET/*")
	must(f.AddPermission(f.ctx, grant))(b)
	in := &lambda.InvokeInput{FunctionName: aws.String(arnBase + "fn"), Payload: []byte(`{"resource":"/pets","path":"/pets","httpMethod":"GET","headers":{"accept":"*/*"}}`)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.InvokeFunction(f.ctx, in, apiSource, ""); err != nil {
			b.Fatal(err)
		}
	}
}
