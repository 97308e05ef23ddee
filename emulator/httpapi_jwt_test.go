package emulator_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/golang-jwt/jwt/v5"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// issuerKeys are made once: it takes a while.
var issuerKeys = sync.OnceValue(func() (keys [2]*rsa.PrivateKey) {
	for i := range keys {
		var err error
		if keys[i], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			panic(err)
		}
	}
	return keys
})

// oidc is an OIDC issuer on a loopback address, by plain HTTP.
type oidc struct {
	*httptest.Server

	mu   sync.Mutex
	keys map[string]*rsa.PublicKey
}

func newOIDC(t *testing.T) *oidc {
	t.Helper()
	o := &oidc{keys: map[string]*rsa.PublicKey{"one": &issuerKeys()[0].PublicKey}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": o.URL, "jwks_uri": o.URL + "/keys"})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		o.mu.Lock()
		defer o.mu.Unlock()
		encode := base64.RawURLEncoding.EncodeToString
		set := []map[string]string{}
		for kid, key := range o.keys {
			set = append(set, map[string]string{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes())})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": set})
	})
	o.Server = httptest.NewServer(mux)
	t.Cleanup(o.Close)
	return o
}

// token signs good claims with changes; a nil value removes one.
func (o *oidc) token(t *testing.T, method jwt.SigningMethod, kid string, key any, changes map[string]any) string {
	t.Helper()
	now := time.Now()
	claims := jwt.MapClaims{"iss": o.URL, "aud": "pets", "sub": "ann", "scope": "read list", "iat": now.Add(-time.Minute).Unix(), "exp": now.Add(time.Hour).Unix()}
	for name, value := range changes {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	made := jwt.NewWithClaims(method, claims)
	made.Header["kid"] = kid
	return must(made.SignedString(key))(t)
}

// TestHTTPAPIJWTIssuer has routes guarded by the tokens of a real issuer.
func TestHTTPAPIJWTIssuer(t *testing.T) {
	t.Parallel()
	a := createHTTPAPI(t, start(t, emulator.Config{}), nil)
	from, down := newOIDC(t), newOIDC(t)
	down.Close()
	backend := proxyTo(text(t, "").URL)
	backend.ResponseParameters = map[string]map[string]string{"200": {"overwrite:header.x-sub": "$context.authorizer.claims.sub"}}
	integration := a.integrate(t.Context(), t, backend)
	define := func(name, issuer, source string) string {
		return a.guard(t, apigatewayv2.CreateAuthorizerInput{
			Name: &name, AuthorizerType: types.AuthorizerTypeJwt, IdentitySource: []string{source},
			JwtConfiguration: &types.JWTConfiguration{Issuer: &issuer, Audience: []string{"pets", "toys"}},
		})
	}
	byHeader := define("header", from.URL, "$request.header.Authorization")
	a.guarded(t, "GET /a", integration, types.AuthorizationTypeJwt, byHeader)
	a.guarded(t, "GET /write", integration, types.AuthorizationTypeJwt, byHeader, "write", "admin")
	a.guarded(t, "GET /read", integration, types.AuthorizationTypeJwt, byHeader, "write", "read")
	a.guarded(t, "GET /query", integration, types.AuthorizationTypeJwt, define("query", from.URL, "$request.querystring.token"))
	a.guarded(t, "GET /down", integration, types.AuthorizationTypeJwt, define("down", down.URL, "$request.header.Authorization"))

	keys := issuerKeys()
	rs256 := func(changes map[string]any) string {
		return from.token(t, jwt.SigningMethodRS256, "one", keys[0], changes)
	}
	// The issuer's public key as the secret of a symmetric algorithm.
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(&keys[0].PublicKey))(t)})
	ago := func(d time.Duration) int64 { return time.Now().Add(-d).Unix() }
	invalid := func(text string) string {
		return `Bearer scope="" error="invalid_token" error_description="` + text + `"`
	}
	good := rs256(nil)
	parts := strings.Split(good, ".")
	for _, test := range []struct {
		name, path, token string
		status            int
		challenge         string
	}{
		{"good", "/a", good, 200, ""},
		{"without the scheme", "/a", strings.TrimPrefix(good, "Bearer "), 200, ""},
		{"none of the kind", "/a", "", 401, "Bearer"},
		{"no JWT", "/a", "x.y.z", 401, "invalid_token"},
		{"wrong key", "/a", from.token(t, jwt.SigningMethodRS256, "one", keys[1], nil), 401, "invalid_token"},
		{"none", "/a", from.token(t, jwt.SigningMethodNone, "one", jwt.UnsafeAllowNoneSignatureType, nil), 401, "invalid_token"},
		{"HS256 with the public key", "/a", from.token(t, jwt.SigningMethodHS256, "one", public, nil), 401, "invalid_token"},
		{"changed claims", "/a", parts[0] + "." + strings.Split(rs256(map[string]any{"sub": "eve"}), ".")[1] + "." + parts[2], 401, "invalid_token"},
		{"expired", "/a", rs256(map[string]any{"exp": ago(time.Second)}), 401, invalid("the token has expired")},
		{"no exp", "/a", rs256(map[string]any{"exp": nil}), 401, "invalid_token"},
		{"not yet valid", "/a", rs256(map[string]any{"nbf": ago(-time.Hour)}), 401, "invalid_token"},
		{"issued later", "/a", rs256(map[string]any{"iat": ago(-time.Hour)}), 401, "invalid_token"},
		{"wrong audience", "/a", rs256(map[string]any{"aud": "cars"}), 401, invalid("the token does not have a valid audience")},
		{"client_id instead of aud", "/a", rs256(map[string]any{"aud": nil, "client_id": "toys"}), 200, ""},
		{"aud before client_id", "/a", rs256(map[string]any{"aud": "cars", "client_id": "toys"}), 401, invalid("the token does not have a valid audience")},
		{"one of the audiences", "/a", rs256(map[string]any{"aud": []string{"cars", "toys"}}), 200, ""},
		{"another issuer", "/a", rs256(map[string]any{"iss": "http://127.0.0.1:1"}), 401, "invalid_token"},
		{"large", "/a", rs256(map[string]any{"more": strings.Repeat("x", 6000)}), 200, ""},
		{"huge", "/a", rs256(map[string]any{"more": strings.Repeat("x", 20000)}), 431, ""},
		{"one of the scopes", "/read", good, 200, ""},
		{"missing scope", "/write", good, 403, "insufficient_scope"},
		{"scp", "/write", rs256(map[string]any{"scope": nil, "scp": []string{"admin"}}), 200, ""},
		{"in the query", "/query?token=" + good, "", 200, ""},
		{"not in the query", "/query", good, 401, "Bearer"},
		{"issuer is down", "/down", good, 401, "invalid_token"},
	} {
		header := http.Header{}
		if test.token != "" {
			header.Set("Authorization", "Bearer "+test.token)
		}
		if test.name == "without the scheme" {
			header.Set("Authorization", test.token)
		}
		response, body := a.send(t.Context(), t, "GET", test.path, "", header)
		want := map[int]string{401: httpUnauthorized, 403: httpForbidden}[test.status]
		challenge := response.Header.Get("Www-Authenticate")
		if response.StatusCode != test.status || want != "" && body != want || (test.challenge == "") != (challenge == "") || !strings.Contains(challenge, test.challenge) {
			t.Errorf("%s: got %d %s %q, want %d %q", test.name, response.StatusCode, body, challenge, test.status, test.challenge)
		}
		if test.status == 200 && response.Header.Get("X-Sub") != "ann" {
			t.Errorf("%s: sub %q", test.name, response.Header.Get("X-Sub"))
		}
		if test.challenge == "Bearer" && challenge != "Bearer" {
			t.Errorf("%s: challenge %q", test.name, challenge)
		}
	}

	// The issuer changes to another key: it is found by its id; the old one is known until
	// the issuer has it no more.
	from.mu.Lock()
	from.keys = map[string]*rsa.PublicKey{"two": &keys[1].PublicKey}
	from.mu.Unlock()
	for _, test := range []struct {
		token  string
		status int
	}{
		{good, 200},
		{from.token(t, jwt.SigningMethodRS256, "two", keys[1], nil), 200},
		{good, 401},
	} {
		if response, body := a.send(t.Context(), t, "GET", "/a", "", http.Header{"Authorization": {"Bearer " + test.token}}); response.StatusCode != test.status {
			t.Errorf("after the rotation: got %d %s, want %d", response.StatusCode, body, test.status)
		}
	}
	// Known keys last while the issuer is down.
	from.Close()
	if response, body := a.send(t.Context(), t, "GET", "/a", "", http.Header{"Authorization": {"Bearer " + from.token(t, jwt.SigningMethodRS256, "two", keys[1], map[string]any{"n": 1})}}); response.StatusCode != 200 {
		t.Errorf("while the issuer is down: got %d %s", response.StatusCode, body)
	}
}
