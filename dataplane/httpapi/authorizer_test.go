package httpapi_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/golang-jwt/jwt/v5"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
)

// issuer is a local OIDC issuer.
type issuer struct {
	*httptest.Server

	key *rsa.PrivateKey
}

func newIssuer(tb testing.TB) *issuer {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		tb.Fatal(err)
	}
	i := &issuer{key: key}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var document any = map[string]string{"issuer": i.URL, "jwks_uri": i.URL + "/keys"}
		if r.URL.Path == "/keys" {
			encode := base64.RawURLEncoding.EncodeToString
			document = map[string]any{"keys": []any{map[string]string{
				"kty": "RSA", "kid": "k1", "alg": "RS256", "use": "sig", "n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes()),
			}}}
		}
		_ = json.NewEncoder(w).Encode(document)
	}))
	tb.Cleanup(i.Close)
	return i
}

// token returns a token with claims over those that are always there.
func (i *issuer) token(tb testing.TB, more map[string]any) string {
	tb.Helper()
	claims := jwt.MapClaims{"iss": i.URL, "aud": "app", "sub": "ann", "exp": fixedTime.Add(time.Hour).Unix(), "iat": fixedTime.Unix()}
	maps.Copy(claims, more)
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = "k1"
	text, err := token.SignedString(i.key)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// guardedBy returns a change that puts an authorizer in front of all routes.
func guardedBy(kind types.AuthorizationType, definition types.Authorizer) func(*deployed.ApiStage) {
	return func(s *deployed.ApiStage) {
		definition.AuthorizerId = aws.String("auth1")
		s.Api.Authorizers = []types.Authorizer{definition}
		for i := range s.Api.Routes {
			s.Api.Routes[i].AuthorizationType, s.Api.Routes[i].AuthorizerId = kind, definition.AuthorizerId
		}
	}
}

func (i *issuer) guard(scopes ...string) func(*deployed.ApiStage) {
	return func(s *deployed.ApiStage) {
		guardedBy(types.AuthorizationTypeJwt, types.Authorizer{
			AuthorizerType: types.AuthorizerTypeJwt, IdentitySource: []string{"$request.header.Authorization"},
			JwtConfiguration: &types.JWTConfiguration{Issuer: aws.String(i.URL), Audience: []string{"app"}},
		})(s)
		s.Api.Routes[0].AuthorizationScopes = scopes
	}
}

// want2 calls with headers and compares status, body and challenge.
func (f *fixture) want2(t *testing.T, what string, header http.Header, status int, body, challenge string) {
	t.Helper()
	response := f.call("GET", "/a", "", header)
	if got := bodyOf(t, response); response.StatusCode != status || got != body || response.Header.Get("Www-Authenticate") != challenge {
		t.Errorf("%s: got %d %s %q; %s", what, response.StatusCode, got, response.Header.Get("Www-Authenticate"), f.log)
	}
}

const (
	unauthorizedBody = `{"message":"Unauthorized"}`
	forbiddenBody    = `{"message":"Forbidden"}`
)

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

func TestJWTAuthorizer(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	f := newFixture(t, nil)
	stage := stageOf("$default", say(t, "x"), "GET /a")
	i.guard("read", "write")(stage)
	f.PublishApiStage(stage)
	f.want2(t, "good", bearer(i.token(t, map[string]any{"scope": "other read"})), 200, "x", "")
	f.want2(t, "no token", nil, 401, unauthorizedBody, "Bearer")
	f.want2(t, "expired", bearer(i.token(t, map[string]any{"exp": fixedTime.Unix() - 60})), 401, unauthorizedBody,
		`Bearer scope="read write" error="invalid_token" error_description="the token has expired"`)
	f.want2(t, "audience", bearer(i.token(t, map[string]any{"aud": "b"})), 401, unauthorizedBody,
		`Bearer scope="read write" error="invalid_token" error_description="the token does not have a valid audience"`)
	f.want2(t, "scope", bearer(i.token(t, map[string]any{"scope": "other"})), 403, forbiddenBody, `Bearer scope="read write" error="insufficient_scope"`)
	if response := f.call("GET", "/a", "", bearer("nonsense")); response.StatusCode != 401 {
		t.Errorf("nonsense: got %d", response.StatusCode)
	}
	f.FlushApiStageAuthorizers("api1", "$default")
	f.want2(t, "after a flush", bearer(i.token(t, map[string]any{"scp": []string{"write"}})), 200, "x", "")
}

func TestJWTVariables(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	f := newFixture(t, nil)
	b := newBackend(t, nil)
	integration := httpIntegration(b.URL)
	integration.RequestParameters = map[string]string{"overwrite:header.x-sub": "$context.authorizer.claims.sub", "overwrite:header.x-all": "$context.authorizer.claims"}
	stage := stageOf("$default", integration, "GET /a")
	i.guard()(stage)
	f.PublishApiStage(stage)
	if response := f.call("GET", "/a", "", bearer(i.token(t, nil))); response.StatusCode != 200 {
		t.Fatal(response.StatusCode)
	}
	if b.request.Header.Get("X-Sub") != "ann" || b.request.Header.Get("X-All") != "" {
		t.Errorf("got %v", b.request.Header)
	}
}

// functionGuard is an authorizer's function: what it answers is the value of the header
// x-who, "boom" and "Unauthorized" are its failures.
func functionGuard(calls *int) *invoker {
	return &invoker{answer: func(payload []byte) (*lambda.InvokeOutput, error) {
		var event struct {
			RouteArn, MethodArn string
			Headers             map[string]string
		}
		if err := json.Unmarshal(payload, &event); err != nil || event.RouteArn+event.MethodArn == "" {
			return &lambda.InvokeOutput{StatusCode: 200, Payload: []byte(`{"statusCode":200,"body":"ok"}`)}, err
		}
		*calls++
		answer := map[string]string{
			"yes":    `{"isAuthorized":true,"context":{"n":1.5,"list":["a"],"text":"t"}}`,
			"no":     `{"isAuthorized":false}`,
			"shape":  `{"allowed":true}`,
			"policy": `{"principalId":"ann","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"` + event.RouteArn + event.MethodArn + `"}]},"context":{"role":"admin"}}`,
			"deny":   `{"principalId":"ann","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Deny","Resource":"*"}]}}`,
		}[event.Headers["x-who"]]
		if answer == "" {
			return &lambda.InvokeOutput{StatusCode: 200, FunctionError: aws.String("Unhandled"), Payload: []byte(`{"errorMessage":"` + event.Headers["x-who"] + `"}`)}, nil
		}
		return &lambda.InvokeOutput{StatusCode: 200, Payload: []byte(answer)}, nil
	}}
}

func lambdaGuard(format string, isSimple bool, ttl int32) func(*deployed.ApiStage) {
	definition := types.Authorizer{
		AuthorizerType: types.AuthorizerTypeRequest, IdentitySource: []string{"$request.header.x-who"}, AuthorizerPayloadFormatVersion: aws.String(format),
		AuthorizerUri:                aws.String("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + functionName + "/invocations"),
		AuthorizerResultTtlInSeconds: aws.Int32(ttl),
	}
	if isSimple {
		definition.EnableSimpleResponses = aws.Bool(true)
	}
	return guardedBy(types.AuthorizationTypeCustom, definition)
}

func TestLambdaAuthorizer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		format   string
		isSimple bool
		who      string
		status   int
		body     string
		calls    int
	}{
		"simple":              {"2.0", true, "yes", 200, "x", 1},
		"simple refusal":      {"2.0", true, "no", 403, forbiddenBody, 1},
		"simple, wrong shape": {"2.0", true, "shape", 500, internalBody, 1},
		"simple is not set":   {"2.0", false, "yes", 500, internalBody, 1},
		"policy":              {"2.0", false, "policy", 200, "x", 1},
		"policy denies":       {"2.0", false, "deny", 403, forbiddenBody, 1},
		"1.0 policy":          {"1.0", false, "policy", 200, "x", 1},
		"1.0 Unauthorized":    {"1.0", false, "Unauthorized", 401, unauthorizedBody, 1},
		"2.0 Unauthorized":    {"2.0", false, "Unauthorized", 500, internalBody, 1},
		"failure":             {"1.0", false, "boom", 500, internalBody, 1},
		"no identity":         {"2.0", true, "", 401, unauthorizedBody, 0},
		"1.0 knows no simple": {"1.0", true, "yes", 500, internalBody, 0},
		"format that is none": {"3.0", true, "yes", 500, internalBody, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			f := newFixture(t, func(c *dataplane.Config) { c.Invoker = functionGuard(&calls) })
			stage := stageOf("$default", say(t, "x"), "GET /a")
			lambdaGuard(test.format, test.isSimple, 0)(stage)
			f.PublishApiStage(stage)
			f.want2(t, name, http.Header{"X-Who": {test.who}}, test.status, test.body, "")
			if calls != test.calls {
				t.Errorf("%d calls", calls)
			}
		})
	}
}

func TestLambdaAuthorizerCache(t *testing.T) {
	t.Parallel()
	calls := 0
	f := newFixture(t, func(c *dataplane.Config) { c.Invoker = functionGuard(&calls) })
	stage := stageOf("$default", say(t, "x"), "GET /a", "GET /b")
	lambdaGuard("2.0", true, 60)(stage)
	f.PublishApiStage(stage)
	who := http.Header{"X-Who": {"yes"}}
	for range 3 {
		f.want2(t, "cached", who, 200, "x", "")
	}
	if f.call("GET", "/b", "", who); calls != 1 {
		t.Errorf("%d calls", calls)
	}
	f.FlushApiStageAuthorizers("api1", "$default")
	if f.want2(t, "flushed", who, 200, "x", ""); calls != 2 {
		t.Errorf("%d calls after a flush", calls)
	}
	f.now = f.now.Add(time.Minute)
	if f.want2(t, "expired", who, 200, "x", ""); calls != 3 {
		t.Errorf("%d calls after a minute", calls)
	}
}

// signed signs a request as a client of execute-api does.
func signed(t *testing.T, r *http.Request, keyID, secret, body string) {
	t.Helper()
	r.URL.Path, r.URL.Host = strings.SplitN(r.RequestURI, "?", 2)[0], r.Host
	sum := sha256.Sum256([]byte(body))
	err := v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}, r, hex.EncodeToString(sum[:]), "execute-api", "us-east-1", fixedTime)
	if err != nil {
		t.Fatal(err)
	}
}

func localCredentials(t *testing.T) sigv4.Credentials {
	t.Helper()
	credentials, err := sigv4.NewStatic("123456789012", []sigv4.Credential{{AccessKeyID: "AKIAANN", Secret: "secret", ARN: "arn:aws:iam::123456789012:user/ann"}})
	if err != nil {
		t.Fatal(err)
	}
	return credentials
}

func TestIAM(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *dataplane.Config) { c.Credentials = localCredentials(t) })
	b := newBackend(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Method) })
	stage := stageOf("$default", httpIntegration(b.URL), "POST /a")
	stage.Api.Routes[0].AuthorizationType = types.AuthorizationTypeAwsIam
	f.PublishApiStage(stage)
	tests := map[string]struct {
		key, secret, signedBody string
		status                  int
	}{
		"signed":       {"AKIAANN", "secret", "body", 200},
		"wrong secret": {"AKIAANN", "other", "body", 403},
		"unknown key":  {"AKIABOB", "secret", "body", 403},
		"other body":   {"AKIAANN", "secret", "other", 403},
		"not signed":   {"", "", "", 403},
	}
	for name, test := range tests {
		r, address := request("POST", "/a?q=1", "body", nil)
		if test.key != "" {
			signed(t, r, test.key, test.secret, test.signedBody)
		}
		recorder := httptest.NewRecorder()
		f.Serve(recorder, r, address)
		if recorder.Code != test.status || test.status == 403 && recorder.Body.String() != forbiddenBody {
			t.Errorf("%s: got %d %s; %s", name, recorder.Code, recorder.Body, f.log)
		}
		if test.status == 200 && b.body != "body" {
			t.Errorf("%s: the backend got %q", name, b.body)
		}
	}
	closed := newFixture(t, nil)
	closed.PublishApiStage(stage)
	closed.want(t, "POST", "/a", 500, internalBody)
}

// TestCallerCredentials: a function that is called as the caller, who has to be known.
func TestCallerCredentials(t *testing.T) {
	t.Parallel()
	function := returning(`{"statusCode":200,"body":"x"}`)
	f := newFixture(t, func(c *dataplane.Config) { c.Invoker, c.Credentials = function, localCredentials(t) })
	i := lambdaIntegration("2.0")
	i.CredentialsArn = aws.String("arn:aws:iam::*:user/*")
	stage := stageOf("$default", i, "GET /a")
	guardedBy(types.AuthorizationTypeAwsIam, types.Authorizer{})(stage)
	f.PublishApiStage(stage)
	f.want(t, "GET", "/a", 403, forbiddenBody)
	for range 2 {
		r, address := request("GET", "/a", "", nil)
		signed(t, r, "AKIAANN", "secret", "")
		recorder := httptest.NewRecorder()
		f.Serve(recorder, r, address)
		if recorder.Code != 200 || function.arn != "arn:aws:iam::123456789012:user/ann" {
			t.Errorf("got %d %s, called as %q", recorder.Code, recorder.Body, function.arn)
		}
	}
	open := stageOf("open", i, "GET /a")
	f.PublishApiStage(open)
	f.want(t, "GET", "/open/a", 500, internalBody)
}

// TestAuthorizerEvents compares the events behind authorizers of each kind with
// testdata/events.
func TestAuthorizerEvents(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	calls := 0
	tests := map[string]struct {
		guard  func(*deployed.ApiStage)
		header http.Header
	}{
		"jwt":           {i.guard(), bearer(i.token(t, map[string]any{"n": 1.5, "ok": true, "groups": []string{"a", "b"}}))},
		"jwt-scopes":    {i.guard("read"), bearer(i.token(t, map[string]any{"scope": "read write"}))},
		"lambda":        {lambdaGuard("2.0", true, 0), http.Header{"X-Who": {"yes"}}},
		"lambda-policy": {lambdaGuard("1.0", false, 0), http.Header{"X-Who": {"policy"}}},
		"iam":           {guardedBy(types.AuthorizationTypeAwsIam, types.Authorizer{}), nil},
	}
	for name, test := range tests {
		for _, format := range []string{"1.0", "2.0"} {
			function := functionGuard(&calls)
			f := newFixture(t, func(c *dataplane.Config) { c.Invoker, c.Credentials = function, localCredentials(t) })
			stage := stageOf("$default", lambdaIntegration(format), "GET /a")
			test.guard(stage)
			f.PublishApiStage(stage)
			r, address := request("GET", "/a", "", test.header)
			r.Header.Set("X-Amzn-Trace-Id", traceID)
			if name == "iam" {
				signed(t, r, "AKIAANN", "secret", "")
			}
			recorder := httptest.NewRecorder()
			f.Serve(recorder, r, address)
			if recorder.Code != 200 {
				t.Errorf("%s: got %d %s; %s", name, recorder.Code, recorder.Body, f.log)
				continue
			}
			event := string(function.event)
			for secret, stand := range map[string]string{
				recorder.Header().Get("apigw-requestid"): "JKJaXmPLvHcESHA=", i.URL: "https://issuer.example", r.Header.Get("Authorization"): "CREDENTIALS",
			} {
				if secret != "" {
					event = strings.ReplaceAll(event, secret, stand)
				}
			}
			golden(t, "authorizer-"+name+".v"+format[:1]+".json", []byte(event))
		}
	}
}

// TestAuthorizerPathOfCustomDomain: as in events of integrations, the format 1.0 has the
// mapping key in the path, 2.0 has not.
func TestAuthorizerPathOfCustomDomain(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{"1.0": `"path":"/v1/a"`, "2.0": `"rawPath":"/a"`} {
		calls := 0
		function := functionGuard(&calls)
		f := newFixture(t, func(c *dataplane.Config) { c.Invoker = function })
		stage := stageOf("prod", say(t, "x"), "GET /a")
		lambdaGuard(format, false, 0)(stage)
		f.PublishApiStage(stage)
		r, address := request("GET", "/prod/a", "", http.Header{"X-Who": {"policy"}})
		address.Stage, address.CustomPath, address.BasePath = "prod", "/v1/a", "v1"
		recorder := httptest.NewRecorder()
		f.Serve(recorder, r, address)
		if recorder.Code != 200 || !strings.Contains(string(function.event), want) {
			t.Errorf("%s: got %d, the function %s", format, recorder.Code, function.event)
		}
	}
}

// A function that gives no verdict within ten seconds is a 500, as AWS documents.
func TestLambdaAuthorizerTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		plane := dataplane.New(dataplane.Config{Invoker: hanging{}, Logger: slog.New(slog.DiscardHandler), Transport: canned{}})
		defer plane.Close()
		stage := stageOf("$default", httpIntegration("http://backend.example/"), "GET /a")
		lambdaGuard("2.0", true, 0)(stage)
		plane.PublishApiStage(stage)
		r, address := request("GET", "/a", "", http.Header{"X-Who": {"yes"}})
		recorder, began := httptest.NewRecorder(), time.Now()
		plane.Serve(recorder, r, address)
		if recorder.Code != 500 || recorder.Body.String() != internalBody || time.Since(began) != 10*time.Second {
			t.Errorf("%d %s after %s", recorder.Code, recorder.Body, time.Since(began))
		}
	})
}
