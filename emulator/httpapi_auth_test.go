package emulator_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

const (
	httpUnauthorized = `{"message":"Unauthorized"}`
	httpForbidden    = `{"message":"Forbidden"}`
	httpInternal     = `{"message":"Internal Server Error"}`
)

// guard makes an authorizer.
func (a *httpAPI) guard(t *testing.T, in apigatewayv2.CreateAuthorizerInput) (authorizerID string) {
	t.Helper()
	in.ApiId = &a.id
	return *must(a.v2.CreateAuthorizer(t.Context(), &in))(t).AuthorizerId
}

// guarded makes a route to an integration that an authorizer guards.
func (a *httpAPI) guarded(t *testing.T, routeKey, integrationID string, kind types.AuthorizationType, authorizerID string, scopes ...string) {
	t.Helper()
	in := &apigatewayv2.CreateRouteInput{ApiId: &a.id, RouteKey: &routeKey, Target: aws.String("integrations/" + integrationID), AuthorizationType: kind, AuthorizationScopes: scopes}
	if authorizerID != "" {
		in.AuthorizerId = &authorizerID
	}
	must(a.v2.CreateRoute(t.Context(), in))(t)
}

const simpleGuard = `import uuid

def handler(event, context):
    token = event["identitySource"][0]
    if token == "boom":
        raise Exception("Unauthorized")
    if token == "odd":
        return {"allowed": True}
    return {"isAuthorized": token == "let me in", "context": {"nonce": str(uuid.uuid4()), "arn": event["routeArn"], "kind": event["type"] + event["version"]}}
`

const policyGuard = `import uuid

def handler(event, context):
    token = event["authorizationToken"]
    if token == "nobody":
        raise Exception("Unauthorized")
    if token == "boom":
        raise Exception("boom")
    return {"principalId": "ann", "context": {"nonce": str(uuid.uuid4()), "kind": event["type"] + event["version"]}, "policyDocument": {"Version": "2012-10-17", "Statement": [
        {"Action": "execute-api:Invoke", "Effect": "Allow" if token.startswith("let me in") else "Deny", "Resource": event["methodArn"]}]}}
`

// TestHTTPAPILambdaAuthorizers: real functions of both formats, their answers, failures,
// identity sources and caches.
func TestHTTPAPILambdaAuthorizers(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	a := createHTTPAPI(t, start(t, emulator.Config{}), nil)
	simple := a.pythonCode(t, "simple", &lambdatypes.FunctionCode{ZipFile: zipOf(t, "app.py", simpleGuard)})
	policy := a.pythonCode(t, "policy", &lambdatypes.FunctionCode{ZipFile: zipOf(t, "app.py", policyGuard)})
	backend := proxyTo(text(t, "").URL)
	backend.ResponseParameters = map[string]map[string]string{"200": {
		"overwrite:header.x-nonce": "$context.authorizer.nonce", "overwrite:header.x-kind": "$context.authorizer.kind",
		"overwrite:header.x-principal": "$context.authorizer.principalId", "overwrite:header.x-arn": "$context.authorizer.arn",
	}}
	integration := a.integrate(t.Context(), t, backend)
	define := func(name, function, format string, isSimple bool, ttl int32, sources ...string) string {
		return a.guard(t, apigatewayv2.CreateAuthorizerInput{
			Name: &name, AuthorizerType: types.AuthorizerTypeRequest, AuthorizerUri: aws.String(invocationURI(function)), AuthorizerPayloadFormatVersion: &format,
			EnableSimpleResponses: &isSimple, AuthorizerResultTtlInSeconds: &ttl, IdentitySource: sources,
		})
	}
	const header = "$request.header.Authorization"
	for _, route := range []struct{ key, authorizer string }{
		{"GET /simple", define("simple", simple, "2.0", true, 300, header)},
		{"GET /uncached", define("uncached", simple, "2.0", true, 0, header)},
		{"GET /two", define("two", simple, "2.0", true, 0, header, "$request.querystring.q")},
		{"GET /not-simple", define("not-simple", simple, "2.0", false, 0, header)},
		{"GET /policy", define("policy", policy, "1.0", false, 300, header)},
		{"GET /missing", define("missing", simple+"-gone", "2.0", true, 0, header)},
	} {
		a.guarded(t, route.key, integration, types.AuthorizationTypeCustom, route.authorizer)
	}
	shared := define("shared", policy, "1.0", false, 300, header)
	byRoute := define("by-route", policy, "1.0", false, 300, header, "$context.routeKey")
	for key, authorizer := range map[string]string{"GET /s/1": shared, "GET /s/2": shared, "GET /r/1": byRoute, "GET /r/2": byRoute} {
		a.guarded(t, key, integration, types.AuthorizationTypeCustom, authorizer)
	}
	for _, test := range []struct {
		path, token string
		status      int
		body        string
		kind        string
	}{
		{"/simple", "let me in", 200, "GET /", "REQUEST2.0"},
		{"/simple", "please", 403, httpForbidden, ""},
		{"/simple", "", 401, httpUnauthorized, ""},
		{"/simple", "boom", 500, httpInternal, ""},
		{"/simple", "odd", 500, httpInternal, ""},
		{"/two?q=1", "let me in", 200, "GET /?q=1", "REQUEST2.0"},
		{"/two?q=", "let me in", 401, httpUnauthorized, ""},
		{"/two", "let me in", 401, httpUnauthorized, ""},
		{"/not-simple", "let me in", 500, httpInternal, ""},
		{"/policy", "let me in", 200, "GET /", "REQUEST1.0"},
		{"/policy", "please", 403, httpForbidden, ""},
		{"/policy", "nobody", 401, httpUnauthorized, ""},
		{"/policy", "boom", 500, httpInternal, ""},
		{"/missing", "let me in", 500, httpInternal, ""},
		// A policy for one route is kept for the other, which it does not name.
		{"/s/1", "let me in", 200, "GET /", "REQUEST1.0"},
		{"/s/2", "let me in", 403, httpForbidden, ""},
	} {
		sent := http.Header{}
		if test.token != "" {
			sent.Set("Authorization", test.token)
		}
		response := a.want(t, "GET", test.path, sent, test.status, test.body)
		if got := response.Header.Get("X-Kind"); got != test.kind {
			t.Errorf("%s %q: the function got %q", test.path, test.token, got)
		}
	}
	letIn := http.Header{"Authorization": {"let me in"}}
	nonce := func(path string) string {
		t.Helper()
		return a.want(t, "GET", path, letIn, 200, "GET /").Header.Get("X-Nonce")
	}
	if first, second := nonce("/simple"), nonce("/simple"); first == "" || first != second {
		t.Errorf("the answer is not kept: %q, %q", first, second)
	}
	if first, second := nonce("/uncached"), nonce("/uncached"); first == "" || first == second {
		t.Errorf("the answer is kept: %q, %q", first, second)
	}
	if first, second := nonce("/r/1"), nonce("/r/2"); first == "" || first == second {
		t.Errorf("routes share an answer: %q, %q", first, second)
	}
	before := nonce("/simple")
	must(a.v2.ResetAuthorizersCache(t.Context(), &apigatewayv2.ResetAuthorizersCacheInput{ApiId: &a.id, StageName: aws.String("$default")}))(t)
	if after := nonce("/simple"); after == before {
		t.Error("the answer is kept after ResetAuthorizersCache")
	}
	response := a.want(t, "GET", "/policy", letIn, 200, "GET /")
	if response.Header.Get("X-Principal") != "ann" {
		t.Errorf("principal %q", response.Header.Get("X-Principal"))
	}
	if arn := a.want(t, "GET", "/simple", letIn, 200, "GET /").Header.Get("X-Arn"); arn != "arn:aws:execute-api:us-east-1:000000000000:"+a.id+"/$default/GET/simple" {
		t.Errorf("ARN of the route %q", arn)
	}
}

// signature is what a request is signed with.
type signature struct {
	key, secret, service, region string
	at                           time.Time
	inQuery                      bool
}

// signed sends a request that the signer of the SDK has signed.
func (a *httpAPI) signed(t *testing.T, path, body, sentBody string, s signature) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.e.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Host = a.id + ".execute-api.us-east-1.amazonaws.com"
	sum := sha256.Sum256([]byte(body))
	credentials := aws.Credentials{AccessKeyID: s.key, SecretAccessKey: s.secret}
	signer, hash := v4.NewSigner(), hex.EncodeToString(sum[:])
	header := request.Header
	if s.inQuery {
		signed, _, err := signer.PresignHTTP(t.Context(), credentials, request, hash, s.service, s.region, s.at)
		if err != nil {
			t.Fatal(err)
		}
		path = must(url.Parse(signed))(t).RequestURI()
	} else if err := signer.SignHTTP(t.Context(), credentials, request, hash, s.service, s.region, s.at); err != nil {
		t.Fatal(err)
	}
	response, content := a.send(t.Context(), t, http.MethodPost, path, sentBody, header)
	return response.StatusCode, content
}

// TestHTTPAPIIAM: signatures of the SDK for routes with AWS_IAM.
func TestHTTPAPIIAM(t *testing.T) {
	t.Parallel()
	a := createHTTPAPI(t, start(t, emulator.Config{Credentials: []string{
		"AKIAANN=s3cr3t,arn:aws:iam::000000000000:user/ann", "AKIABOB=s3cr3t,arn:aws:iam::111111111111:user/bob",
	}}), nil)
	backend := proxyTo(text(t, "").URL)
	backend.RequestParameters = map[string]string{"overwrite:path": "/${context.identity.userArn}"}
	a.guarded(t, "POST /a/{id}", a.integrate(t.Context(), t, backend), types.AuthorizationTypeAwsIam, "")
	now := time.Now()
	good := signature{key: "AKIAANN", secret: "s3cr3t", service: "execute-api", region: "us-east-1", at: now}
	with := func(change func(*signature)) signature {
		changed := good
		change(&changed)
		return changed
	}
	for name, test := range map[string]struct {
		s          signature
		path, body string
		status     int
		answer     string
	}{
		"configured key":   {good, "/a/1?x=1&b=%20", "body", 200, "POST /arn:aws:iam::000000000000:user/ann?x=1&b=%20"},
		"default key":      {with(func(s *signature) { s.key, s.secret = "test", "test" }), "/a/1", "body", 200, "POST /arn:aws:iam::000000000000:root"},
		"encoded path":     {good, "/a/x%20y%2B", "body", 200, "POST /arn:aws:iam::000000000000:user/ann"},
		"another account":  {with(func(s *signature) { s.key = "AKIABOB" }), "/a/1", "body", 403, httpForbidden},
		"wrong secret":     {with(func(s *signature) { s.secret = "x" }), "/a/1", "body", 403, httpForbidden},
		"unknown key":      {with(func(s *signature) { s.key = "AKIAEVE" }), "/a/1", "body", 403, httpForbidden},
		"another region":   {with(func(s *signature) { s.region = "eu-west-1" }), "/a/1", "body", 403, httpForbidden},
		"another service":  {with(func(s *signature) { s.service = "lambda" }), "/a/1", "body", 403, httpForbidden},
		"too old":          {with(func(s *signature) { s.at = now.Add(-10 * time.Minute) }), "/a/1", "body", 403, httpForbidden},
		"from the future":  {with(func(s *signature) { s.at = now.Add(10 * time.Minute) }), "/a/1", "body", 403, httpForbidden},
		"body was changed": {good, "/a/1", "other", 403, httpForbidden},
	} {
		status, answer := a.signed(t, test.path, "body", test.body, test.s)
		if status != test.status || answer != test.answer {
			t.Errorf("%s: got %d %s, want %d %s", name, status, answer, test.status, test.answer)
		}
	}
	// Presigned: X-Amz-Expires is a part of what is signed.
	presigned := with(func(s *signature) { s.inQuery = true })
	if status, answer := a.signed(t, "/a/1?X-Amz-Expires=60", "body", "body", presigned); status != 200 || !strings.HasPrefix(answer, "POST /arn:aws:iam::000000000000:user/ann") {
		t.Errorf("presigned: got %d %s", status, answer)
	}
	if response, answer := a.send(t.Context(), t, "POST", "/a/1", "body", nil); response.StatusCode != 403 || answer != httpForbidden {
		t.Errorf("unsigned: got %d %s", response.StatusCode, answer)
	}
}

// TestHTTPAPICallerCredentials: a function whose policy does not allow API Gateway, called
// as who signed the request.
func TestHTTPAPICallerCredentials(t *testing.T) {
	t.Parallel()
	a := createHTTPAPI(t, start(t, emulator.Config{Credentials: []string{"AKIAANN=s3cr3t,arn:aws:iam::000000000000:user/ann"}}), nil)
	arn := aws.ToString(must(a.lambda.CreateFunction(t.Context(), echoFunction(t)))(t).FunctionArn)
	define := func(credentials *string) string {
		return a.integrate(t.Context(), t, apigatewayv2.CreateIntegrationInput{
			IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: &arn, PayloadFormatVersion: aws.String("2.0"), CredentialsArn: credentials,
		})
	}
	caller := define(aws.String("arn:aws:iam::*:user/*"))
	a.guarded(t, "POST /caller", caller, types.AuthorizationTypeAwsIam, "")
	a.guarded(t, "POST /gateway", define(nil), types.AuthorizationTypeAwsIam, "")
	a.guarded(t, "POST /open", caller, types.AuthorizationTypeNone, "")
	for path, want := range map[string]int{"/caller": 200, "/gateway": 500, "/open": 500} {
		s := signature{key: "AKIAANN", secret: "s3cr3t", service: "execute-api", region: "us-east-1", at: time.Now()}
		if status, body := a.signed(t, path, "", "", s); status != want {
			t.Errorf("%s: got %d %s, want %d", path, status, body, want)
		}
	}
	if response, body := a.send(t.Context(), t, "POST", "/caller", "", nil); response.StatusCode != 403 {
		t.Errorf("unsigned: %d %s", response.StatusCode, body)
	}
}
