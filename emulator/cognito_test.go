package emulator_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apitypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/golang-jwt/jwt/v5"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// tokenIssuer signs tokens; its keys are where Cognito has those of a user pool, and
// where OIDC discovery says.
type tokenIssuer struct {
	url string
	key *rsa.PrivateKey
}

func newTokenIssuer(t *testing.T) *tokenIssuer {
	t.Helper()
	i := &tokenIssuer{key: must(rsa.GenerateKey(rand.Reader, 2048))(t)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		encode := base64.RawURLEncoding.EncodeToString
		pool, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch path {
		case ".well-known/openid-configuration":
			json.NewEncoder(w).Encode(map[string]string{"jwks_uri": i.url + "/" + pool + "/.well-known/jwks.json"})
		case ".well-known/jwks.json":
			json.NewEncoder(w).Encode(map[string]any{"keys": []map[string]string{{
				"kty": "RSA", "kid": "k1", "use": "sig", "alg": "RS256", "n": encode(i.key.N.Bytes()), "e": encode(big.NewInt(int64(i.key.E)).Bytes()),
			}}})
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

// token is a token of a user of a pool.
func (i *tokenIssuer) token(t *testing.T, pool string, claims jwt.MapClaims) string {
	t.Helper()
	all := jwt.MapClaims{"iss": i.url + "/" + pool, "exp": time.Now().Add(time.Hour).Unix(), "iat": 1700000000, "sub": "u1"}
	maps.Copy(all, claims)
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, all)
	token.Header["kid"] = "k1"
	return must(token.SignedString(i.key))(t)
}

// TestCognitoUserPools has methods be called by users of two pools: with ID tokens, and
// with access tokens where scopes are asked for.
func TestCognitoUserPools(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	issuer := newTokenIssuer(t)
	e := start(t, emulator.Config{CognitoIssuer: issuer.url})
	c := newClients(t, e.AWSConfig())
	apiID, rootID := c.createMockAPI(ctx, t, "$context.authorizer.claims.sub $context.authorizer.claims.iat $context.authorizer.claims['cognito:groups']", false)
	pool := func(id string) string { return "arn:aws:cognito-idp:us-east-1:000000000000:userpool/" + id }
	authorizer := must(c.gateway.CreateAuthorizer(ctx, &apigateway.CreateAuthorizerInput{
		RestApiId: &apiID, Name: aws.String("users"), Type: apitypes.AuthorizerTypeCognitoUserPools, IdentitySource: aws.String("method.request.header.Authorization"),
		ProviderARNs: []string{pool("us-east-1_a"), pool("us-east-1_b")}, IdentityValidationExpression: aws.String("app[0-9]"),
	}))(t)
	c.updateMethod(t, apiID, rootID, "/authorizationType", "COGNITO_USER_POOLS", "/authorizerId", *authorizer.Id)
	resource := must(c.gateway.CreateResource(ctx, &apigateway.CreateResourceInput{RestApiId: &apiID, ParentId: &rootID, PathPart: aws.String("scoped")}))(t)
	c.putMock(ctx, t, apiID, *resource.Id, "$context.authorizer.claims.scope", false)
	must(c.gateway.UpdateMethod(ctx, &apigateway.UpdateMethodInput{RestApiId: &apiID, ResourceId: resource.Id, HttpMethod: aws.String("GET"), PatchOperations: []apitypes.PatchOperation{
		{Op: apitypes.OpReplace, Path: aws.String("/authorizationType"), Value: aws.String("COGNITO_USER_POOLS")},
		{Op: apitypes.OpReplace, Path: aws.String("/authorizerId"), Value: authorizer.Id},
		{Op: apitypes.OpAdd, Path: aws.String("/authorizationScopes"), Value: aws.String("pets/read")},
	}}))(t)
	must(c.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &apiID, StageName: aws.String("dev")}))(t)

	id := jwt.MapClaims{"token_use": "id", "aud": "app1", "cognito:groups": []string{"x", "y"}}
	access := jwt.MapClaims{"token_use": "access", "client_id": "app1", "scope": "openid pets/read"}
	with := func(claims jwt.MapClaims, name string, value any) jwt.MapClaims {
		changed := jwt.MapClaims{name: value}
		for name, value := range claims {
			if _, ok := changed[name]; !ok {
				changed[name] = value
			}
		}
		return changed
	}
	good := issuer.token(t, "us-east-1_a", id)
	const unauthorized = `{"message":"Unauthorized"}`
	for name, test := range map[string]struct {
		path, token string
		status      int
		body        string
	}{
		"ID token":                {"/", good, 200, "u1 Tue Nov 14 22:13:20 UTC 2023 x,y"},
		"with Bearer":             {"/", "Bearer " + good, 200, "u1 Tue Nov 14 22:13:20 UTC 2023 x,y"},
		"the other pool":          {"/", issuer.token(t, "us-east-1_b", id), 200, "u1 Tue Nov 14 22:13:20 UTC 2023 x,y"},
		"no such pool":            {"/", issuer.token(t, "us-east-1_c", id), 401, unauthorized},
		"nothing":                 {"/", "", 401, unauthorized},
		"no token":                {"/", "abc", 401, unauthorized},
		"access token":            {"/", issuer.token(t, "us-east-1_a", access), 401, unauthorized},
		"another application":     {"/", issuer.token(t, "us-east-1_a", with(id, "aud", "web1")), 401, unauthorized},
		"expired":                 {"/", issuer.token(t, "us-east-1_a", with(id, "exp", 1700000001)), 401, `{"message":"The incoming token has expired"}`},
		"changed":                 {"/", good[:len(good)-8] + "AAAAAAAA", 401, unauthorized},
		"scope":                   {"/scoped", issuer.token(t, "us-east-1_a", access), 200, "openid pets/read"},
		"no scope":                {"/scoped", issuer.token(t, "us-east-1_a", with(access, "scope", "openid")), 401, unauthorized},
		"ID token with the scope": {"/scoped", issuer.token(t, "us-east-1_a", with(id, "scope", "pets/read")), 401, unauthorized},
	} {
		request := get(t, e.InvokeURL(apiID, "dev", test.path))
		if test.token != "" {
			request.Header.Set("Authorization", test.token)
		}
		if status, body := c.do(t, request); status != test.status || body != test.body {
			t.Errorf("%s: %d %s, want %d %s", name, status, body, test.status, test.body)
		}
	}
	tested := must(c.gateway.TestInvokeAuthorizer(ctx, &apigateway.TestInvokeAuthorizerInput{
		RestApiId: &apiID, AuthorizerId: authorizer.Id, Headers: map[string]string{"Authorization": good},
	}))(t)
	if tested.ClientStatus != 0 || tested.Claims["sub"] != "u1" || strings.Contains(*tested.Log, good) {
		t.Errorf("test: %d %v\n%s", tested.ClientStatus, tested.Claims, *tested.Log)
	}
	tested = must(c.gateway.TestInvokeAuthorizer(ctx, &apigateway.TestInvokeAuthorizerInput{RestApiId: &apiID, AuthorizerId: authorizer.Id}))(t)
	if tested.ClientStatus != 401 {
		t.Errorf("test without a token: %d", tested.ClientStatus)
	}
}
