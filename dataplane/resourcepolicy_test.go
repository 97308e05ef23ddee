package dataplane_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// policyOf is a resource policy of statements.
func policyOf(statements string) string {
	return `{"Version":"2012-10-17","Statement":[` + statements + `]}`
}

const (
	allowEvery = `{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:us-east-1:111111111111:api1/*"}`
	denyAll    = `{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"execute-api:*","Resource":"*"}`
	allowLocal = `{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":["203.0.113.0/24"]}}}`
	allowAway  = `{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}}`
	allowRole  = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"execute-api:Invoke","Resource":"*"}`
	denyPost   = `{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:us-east-1:111111111111:api1/stage/POST/a"}`
	allowGet   = `{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:us-east-1:111111111111:api1/*/GET/*"}`

	anonymousDenied = `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********1111:api1/stage/POST/a"}`
	anonymousBarred = `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********1111:api1/stage/POST/a with an explicit deny"}`
	strangerDenied  = `{"Message":"User: arn:aws:iam::222222222222:root is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********1111:api1/stage/POST/a"}`
	ownerBarred     = `{"Message":"User: arn:aws:iam::111111111111:root is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********1111:api1/stage/POST/a with an explicit deny"}`
)

// TestResourcePolicy has policies decide with and without other authorization, by the
// tables of AWS's developer guide.
func TestResourcePolicy(t *testing.T) {
	t.Parallel()
	authorizerSays := func(effect string) string {
		return `{"principalId":"p","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"` + effect + `","Resource":"*"}]}}`
	}
	silent := `{"principalId":"p","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"arn:aws:execute-api:us-east-1:111111111111:api1/*/GET/*"}]}}`
	const stranger = "222222222222"
	for name, test := range map[string]struct {
		policy, authorization string
		// says is the answer of the authorizer, key the one that signs.
		says, key string
		status    int
		want      string
	}{
		"open, allowed":             {allowEvery, "NONE", "", "", 200, "in"},
		"open, address allowed":     {allowLocal, "NONE", "", "", 200, "in"},
		"open, address not allowed": {allowAway, "NONE", "", "", 403, anonymousDenied},
		"open, another method":      {allowGet, "NONE", "", "", 403, anonymousDenied},
		"open, another principal":   {allowRole, "NONE", "", "", 403, anonymousDenied},
		"open, denied":              {allowEvery + "," + denyPost, "NONE", "", "", 403, anonymousBarred},

		"authorizer allows, policy silent":  {allowGet, "CUSTOM", authorizerSays("Allow"), "", 200, "in"},
		"authorizer allows, policy denies":  {denyAll, "CUSTOM", authorizerSays("Allow"), "", 403, anonymousBarred},
		"authorizer silent, policy allows":  {allowEvery, "CUSTOM", silent, "", 200, "in"},
		"authorizer silent, policy silent":  {allowGet, "CUSTOM", silent, "", 403, `{"Message":"User is not authorized to access this resource"}`},
		"authorizer denies, policy allows":  {allowEvery, "CUSTOM", authorizerSays("Deny"), "", 403, `{"Message":"User is not authorized to access this resource with an explicit deny"}`},
		"own account, policy silent":        {allowGet, "AWS_IAM", "", ownKey, 200, "in"},
		"own account, policy denies":        {denyPost, "AWS_IAM", "", ownKey, 403, ownerBarred},
		"another account, no policy":        {"", "AWS_IAM", "", stranger, 403, strangerDenied},
		"another account, policy silent":    {allowGet, "AWS_IAM", "", stranger, 403, strangerDenied},
		"another account, policy allows it": {allowRole, "AWS_IAM", "", stranger, 200, "in"},
		"another account, all allowed":      {allowEvery, "AWS_IAM", "", stranger, 200, "in"},
	} {
		f := newFixture(t, returning(test.says))
		method := mockMethod("in")
		method.AuthorizationType, method.AuthorizerId = aws.String(test.authorization), aws.String("au1")
		stage := stageOf(resourceOf("/a", map[string]types.Method{"POST": method}))
		stage.Api.Authorizers = []types.Authorizer{{
			Id: aws.String("au1"), Type: types.AuthorizerTypeToken, IdentitySource: aws.String("method.request.header.Authorization"),
			AuthorizerUri: aws.String(functionURI), AuthorizerResultTtlInSeconds: aws.Int32(0),
		}}
		if test.policy != "" {
			stage.Api.Api.Policy = aws.String(policyOf(test.policy))
		}
		f.PublishRestStage(stage)
		var response *http.Response
		if test.key != "" {
			response = f.callSigned(t, test.key, "test", "/stage/a", "{}", false, nothing)
		} else {
			response = f.call("POST", "/stage/a", "{}", http.Header{"Authorization": {"token"}})
		}
		if body := bodyOf(t, response); response.StatusCode != test.status || body != test.want {
			t.Errorf("%s: got %d %s, want %d %s", name, response.StatusCode, body, test.status, test.want)
		}
	}
}
