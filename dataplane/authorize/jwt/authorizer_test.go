package jwt_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/jwt"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	a, i, _ := newAuthorizer(t)
	invalid := func(text string) jwt.Failure {
		return jwt.Failure{Status: 401, Authenticate: `Bearer scope="" error="invalid_token" error_description="` + text + `"`}
	}
	public, err := json.Marshal(publicKey("a", 0))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(i.token(t, "a", 0, nil), ".")
	other := strings.Split(i.token(t, "a", 0, map[string]any{"sub": "eve"}), ".")
	rs512 := token(t, gojwt.SigningMethodRS512, "a", privateKeys()[0], i.claims(nil))
	for name, test := range map[string]struct {
		token  string
		scopes []string
		want   jwt.Failure
	}{
		"none":                {"", nil, jwt.Failure{Status: 401, Authenticate: "Bearer"}},
		"scheme only":         {"Bearer ", nil, jwt.Failure{Status: 401, Authenticate: "Bearer"}},
		"good":                {i.token(t, "a", 0, nil), nil, jwt.Failure{}},
		"with Bearer":         {"bearer " + i.token(t, "a", 0, nil), nil, jwt.Failure{}},
		"no token":            {"Basic YTpi", nil, invalid("the token is malformed")},
		"empty parts":         {"..", nil, invalid("the token is malformed")},
		"wrong key":           {i.token(t, "a", 1, nil), nil, invalid("signature is invalid")},
		"changed claims":      {parts[0] + "." + other[1] + "." + parts[2], nil, invalid("signature is invalid")},
		"no signature":        {parts[0] + "." + parts[1] + ".", nil, invalid("signature is invalid")},
		"unknown kid":         {i.token(t, "z", 0, nil), nil, invalid("kid does not have a matching key in the JWKS endpoint")},
		"no kid":              {i.token(t, "", 0, nil), nil, invalid("the token has no kid")},
		"alg none":            {token(t, gojwt.SigningMethodNone, "a", gojwt.UnsafeAllowNoneSignatureType, i.claims(nil)), nil, invalid("signing method none is invalid")},
		"HS256 with the key":  {token(t, gojwt.SigningMethodHS256, "a", public, i.claims(nil)), nil, invalid("signing method HS256 is invalid")},
		"PS256":               {token(t, gojwt.SigningMethodPS256, "a", privateKeys()[0], i.claims(nil)), nil, invalid("signing method PS256 is invalid")},
		"alg not the key's":   {rs512, nil, invalid("signing method RS512 is invalid")},
		"unknown alg":         {header(`{"alg":"\"; x","kid":"a"}`) + "." + parts[1] + "." + parts[2], nil, invalid("the token is not valid")},
		"expired":             {i.token(t, "a", 0, map[string]any{"exp": start.Unix()}), nil, invalid("the token has expired")},
		"no exp":              {i.token(t, "a", 0, map[string]any{"exp": nil}), nil, invalid("the exp claim is not valid")},
		"exp a text":          {i.token(t, "a", 0, map[string]any{"exp": "1900000000"}), nil, invalid("the exp claim is not valid")},
		"not yet valid":       {i.token(t, "a", 0, map[string]any{"nbf": start.Unix() + 1}), nil, invalid("the token is not valid yet")},
		"issued later":        {i.token(t, "a", 0, map[string]any{"iat": start.Unix() + 1}), nil, invalid("the token was issued in the future")},
		"no nbf, no iat":      {i.token(t, "a", 0, map[string]any{"nbf": nil, "iat": nil}), nil, jwt.Failure{}},
		"fraction of seconds": {i.token(t, "a", 0, map[string]any{"exp": float64(start.Unix()) + 0.5}), nil, jwt.Failure{}},
		"wrong issuer":        {i.token(t, "a", 0, map[string]any{"iss": i.URL + "/"}), nil, invalid("issuer claim does not match")},
		"wrong audience":      {i.token(t, "a", 0, map[string]any{"aud": "cats"}), nil, invalid("the token does not have a valid audience")},
		"one of audiences":    {i.token(t, "a", 0, map[string]any{"aud": []string{"cats", "pets"}}), nil, jwt.Failure{}},
		"audience a number":   {i.token(t, "a", 0, map[string]any{"aud": 1}), nil, invalid("the token does not have a valid audience")},
		"client_id":           {i.token(t, "a", 0, map[string]any{"aud": nil, "client_id": "pets"}), nil, jwt.Failure{}},
		"client_id beside aud": {
			i.token(t, "a", 0, map[string]any{"aud": "cats", "client_id": "pets"}), nil,
			invalid("the token does not have a valid audience"),
		},
		"neither":  {i.token(t, "a", 0, map[string]any{"aud": nil}), nil, invalid("the token does not have a valid audience")},
		"scope":    {i.token(t, "a", 0, nil), []string{"admin", "write"}, jwt.Failure{}},
		"scp":      {i.token(t, "a", 0, map[string]any{"scope": nil, "scp": []string{"admin"}}), []string{"admin"}, jwt.Failure{}},
		"scp text": {i.token(t, "a", 0, map[string]any{"scope": nil, "scp": "x admin"}), []string{"admin"}, jwt.Failure{}},
		"missing scope": {i.token(t, "a", 0, nil), []string{"admin", "root"}, jwt.Failure{
			Status: 403, Authenticate: `Bearer scope="admin root" error="insufficient_scope"`,
		}},
		"bad with scopes": {"x.y.z", []string{"admin"}, jwt.Failure{
			Status: 401, Authenticate: `Bearer scope="admin" error="invalid_token" error_description="the token is malformed"`,
		}},
		"huge": {i.token(t, "a", 0, map[string]any{"more": strings.Repeat("x", 10_000)}), nil, invalid("the token is too large")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The second time, the token may be known.
			for range 2 {
				claims, failure := a.Authorize(t.Context(), test.token, test.scopes)
				got := jwt.Failure{}
				if failure != nil {
					got = jwt.Failure{Status: failure.Status, Authenticate: failure.Authenticate}
				}
				if got != test.want {
					t.Errorf("got %+v, want %+v", failure, test.want)
				}
				if (claims == nil) != (failure != nil) {
					t.Errorf("claims %v with failure %v", claims, failure)
				}
			}
		})
	}
}

func header(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func TestClaims(t *testing.T) {
	t.Parallel()
	a, i, _ := newAuthorizer(t)
	signed := i.token(t, "a", 0, map[string]any{
		"cognito:groups": []string{"admin", "user"}, "email_verified": true, "big": json.Number("12345678901234567890"), "part": 1.5,
		"address": map[string]any{"city": "x"}, "nothing": []any{}, "mixed": []any{1, true, "a", []any{2}}, "empty": "",
	})
	got, failure := a.Authorize(t.Context(), signed, nil)
	if failure != nil {
		t.Fatal(failure.Reason)
	}
	want := &jwt.Claims{Values: map[string]string{
		"iss": i.URL, "aud": "pets", "sub": "ann", "scope": "read write", "exp": "1795431600", "iat": "1795428000", "nbf": "1795428000",
		"cognito:groups": "[admin user]", "email_verified": "true", "big": "12345678901234567890", "part": "1.5",
		"address": `{"city":"x"}`, "nothing": "[]", "mixed": "[1 true a [2]]", "empty": "",
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	got, failure = a.Authorize(t.Context(), signed, []string{"write", "admin", "read"})
	if failure != nil {
		t.Fatal(failure.Reason)
	}
	if d := cmp.Diff([]string{"write", "read"}, got.Scopes); d != "" {
		t.Error(d)
	}
}

// TestKnownToken has a token expire that was good before.
func TestKnownToken(t *testing.T) {
	t.Parallel()
	a, i, c := newAuthorizer(t)
	signed := i.token(t, "a", 0, nil)
	if _, failure := a.Authorize(t.Context(), signed, nil); failure != nil {
		t.Fatal(failure.Reason)
	}
	c.advance(time.Hour - time.Nanosecond*1000)
	if _, failure := a.Authorize(t.Context(), signed, nil); failure != nil {
		t.Fatal(failure.Reason)
	}
	c.advance(time.Millisecond)
	if _, failure := a.Authorize(t.Context(), signed, nil); failure == nil || !failure.IsExpired {
		t.Errorf("got %+v, want expired", failure)
	}
}

func TestIssuersThatAreRefused(t *testing.T) {
	t.Parallel()
	for issuer, want := range map[string]string{
		"http://issuer.example.com": "OIDC discovery endpoint communication error: http://issuer.example.com/.well-known/openid-configuration is neither https nor http on a loopback address",
		"http://localhost.evil.com": "OIDC discovery endpoint communication error: http://localhost.evil.com/.well-known/openid-configuration is neither https nor http on a loopback address",
		"file:///etc/passwd":        "OIDC discovery endpoint communication error: file:///etc/passwd/.well-known/openid-configuration is neither https nor http on a loopback address",
		"http://u:p@10.0.0.1":       "OIDC discovery endpoint communication error: http://u:xxxxx@10.0.0.1/.well-known/openid-configuration is neither https nor http on a loopback address",
		"":                          "OIDC discovery endpoint communication error: /.well-known/openid-configuration is neither https nor http on a loopback address",
	} {
		a := jwt.New(jwt.Config{Issuer: issuer, Audience: []string{"pets"}})
		_, failure := a.Authorize(t.Context(), token(t, gojwt.SigningMethodRS256, "a", privateKeys()[0], gojwt.MapClaims{"iss": issuer}), nil)
		if failure == nil || failure.Status != 401 || failure.Reason != want {
			t.Errorf("%s: got %+v, want %s", issuer, failure, want)
		}
	}
}

// FuzzAuthorize has no token accepted but the one that was signed.
func FuzzAuthorize(f *testing.F) {
	a, i, _ := newAuthorizer(f)
	good := i.token(f, "a", 0, nil)
	parts := strings.Split(good, ".")
	for _, seed := range []string{
		good, "", "..", "a.b.c", "Bearer x", parts[0] + "." + parts[1] + ".", header(`{"alg":"none"}`) + "." + parts[1] + ".",
		header(`{"alg":"RS256","kid":1}`) + "." + parts[1] + "." + parts[2], header(`{"alg":"RS256","kid":"a"}`) + "." + header(`{"exp":1e999}`) + "." + parts[2],
		parts[0] + "." + parts[1] + "." + parts[2] + "=", fmt.Sprint(good, "."), strings.Repeat("[", 9000),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		claims, failure := a.Authorize(t.Context(), text, nil)
		if (claims == nil) == (failure == nil) {
			t.Fatalf("claims %v and failure %v", claims, failure)
		}
		trimmed := strings.Split(strings.TrimSpace(text), ".")
		if claims != nil && (len(trimmed) != 3 || trimmed[1] != parts[1]) {
			t.Errorf("%q is accepted", text)
		}
		if failure != nil && strings.ContainsAny(failure.Authenticate, "\r\n") {
			t.Errorf("%q makes the header %q", text, failure.Authenticate)
		}
	})
}

func BenchmarkAuthorize(b *testing.B) {
	a, i, _ := newAuthorizer(b)
	signed := i.token(b, "a", 0, nil)
	for name, prepare := range map[string]func(){"known": func() {}, "new": a.Forget} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				prepare()
				if _, failure := a.Authorize(b.Context(), signed, nil); failure != nil {
					b.Fatal(failure.Reason)
				}
			}
		})
	}
}
