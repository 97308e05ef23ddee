package jwt_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/jwt"
)

// authorized fails the test when a token is not accepted.
func authorized(t *testing.T, a *jwt.Authorizer, token string) {
	t.Helper()
	if _, failure := a.Authorize(t.Context(), token, nil); failure != nil {
		t.Fatalf("not accepted: %s", failure.Reason)
	}
}

func refused(t *testing.T, a *jwt.Authorizer, token, reason string) {
	t.Helper()
	_, failure := a.Authorize(t.Context(), token, nil)
	if failure == nil || failure.Status != 401 || !strings.Contains(failure.Reason, reason) {
		t.Fatalf("got %+v, want 401 with %q", failure, reason)
	}
}

const unknownKid = "kid does not have a matching key in the JWKS endpoint"

func TestRotation(t *testing.T) {
	t.Parallel()
	a, i, c := newAuthorizer(t)
	first := i.token(t, "a", 0, nil)
	authorized(t, a, first)
	// A new key is found at once, and again later.
	for n, kid := range []string{"b", "c", "d"} {
		i.serve(publicKey("a", 0), publicKey(kid, 1))
		authorized(t, a, i.token(t, kid, 1, nil))
		if got := i.fetches.Load(); got != int32(n+2) {
			t.Errorf("%d fetches, want %d", got, n+2)
		}
	}
	authorized(t, a, first)
	// A key that is withdrawn takes the tokens along that are known by then.
	i.serve(publicKey("e", 2))
	authorized(t, a, i.token(t, "e", 2, nil))
	refused(t, a, first, unknownKid)
	// The same id with another key: the token of the former is no good any more.
	c.advance(time.Minute)
	i.serve(publicKey("a", 1), publicKey("f", 2))
	authorized(t, a, i.token(t, "f", 2, nil))
	refused(t, a, first, "signature is invalid")
}

// TestUnknownKeysAreNoAmplifier floods an authorizer with tokens of made-up key ids.
func TestUnknownKeysAreNoAmplifier(t *testing.T) {
	t.Parallel()
	a, i, c := newAuthorizer(t)
	good := i.token(t, "a", 0, nil)
	authorized(t, a, good)
	for n := range 1000 {
		refused(t, a, i.token(t, fmt.Sprint("x", n%7), 1, nil), unknownKid)
		c.advance(time.Second / 10)
	}
	// 100 s: after 0, 1, 3, 7, 15, 31, 63 s.
	if got := i.fetches.Load(); got > 9 {
		t.Errorf("%d fetches for 1000 tokens in 100 s", got)
	}
	authorized(t, a, good)
	c.advance(time.Minute)
	i.serve(publicKey("a", 0), publicKey("b", 1))
	authorized(t, a, i.token(t, "b", 1, nil))
}

// TestKeysExpire has keys fetched again after two hours, even right after a flood.
func TestKeysExpire(t *testing.T) {
	t.Parallel()
	a, i, c := newAuthorizer(t)
	good := i.token(t, "a", 0, map[string]any{"exp": start.Add(100 * time.Hour).Unix()})
	authorized(t, a, good)
	c.advance(2*time.Hour - time.Millisecond)
	authorized(t, a, good)
	refused(t, a, i.token(t, "x", 0, nil), unknownKid) // fetches again
	if got := i.fetches.Load(); got != 2 {
		t.Fatalf("%d fetches, want 2", got)
	}
	c.advance(2*time.Hour - time.Millisecond)
	refused(t, a, i.token(t, "x", 0, nil), unknownKid)
	c.advance(2 * time.Hour)
	authorized(t, a, good)
	if got := i.fetches.Load(); got != 4 {
		t.Errorf("%d fetches, want 4", got)
	}
}

// TestOneFetch has many callers wait for the same keys. One of them goes away.
func TestOneFetch(t *testing.T) {
	t.Parallel()
	a, i, _ := newAuthorizer(t)
	asked, answer := make(chan struct{}), make(chan struct{})
	i.serveWith(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-answer
		fmt.Fprintf(w, `{"keys":[%s]}`, encoded(publicKey("a", 0)))
	})
	good := i.token(t, "a", 0, nil)
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if _, failure := a.Authorize(ctx, good, nil); failure != nil {
			t.Error(failure.Reason) // it fetches for the others as well
		}
	})
	<-asked
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, failure := a.Authorize(gone, good, nil); failure == nil || !strings.Contains(failure.Reason, "context canceled") {
		t.Errorf("got %+v, want canceled", failure)
	}
	cancel()
	for range 50 {
		all.Go(func() {
			if _, failure := a.Authorize(t.Context(), good, nil); failure != nil {
				t.Error(failure.Reason)
			}
		})
	}
	close(answer)
	all.Wait()
	if got := i.fetches.Load(); got != 1 {
		t.Errorf("%d fetches, want 1", got)
	}
}

// TestSharedKeys has a stage compiled again: the keys are there.
func TestSharedKeys(t *testing.T) {
	t.Parallel()
	i, c := newIssuer(t), newClock()
	i.serve(publicKey("a", 0))
	keys := jwt.NewKeys(nil, c.now)
	for range 3 {
		authorized(t, jwt.New(jwt.Config{Issuer: i.URL, Audience: []string{"pets"}, Keys: keys, Now: c.now}), i.token(t, "a", 0, nil))
	}
	if d, f := i.discoveries.Load(), i.fetches.Load(); d != 1 || f != 1 {
		t.Errorf("%d discoveries and %d fetches, want one of each", d, f)
	}
}

// TestKeysURI needs no discovery.
func TestKeysURI(t *testing.T) {
	t.Parallel()
	i, c := newIssuer(t), newClock()
	i.serve(publicKey("a", 0))
	a := jwt.New(jwt.Config{Issuer: i.URL, KeysURI: i.URL + "/keys", AnyAudience: true, Now: c.now})
	authorized(t, a, i.token(t, "a", 0, map[string]any{"aud": nil}))
	if got := i.discoveries.Load(); got != 0 {
		t.Errorf("%d discoveries, want 0", got)
	}
}

func TestIssuerIsDown(t *testing.T) {
	t.Parallel()
	a, i, c := newAuthorizer(t)
	good := i.token(t, "a", 0, nil)
	down := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
	i.serveWith(down)
	for range 5 {
		refused(t, a, good, "JWKS communication error: "+i.URL+"/keys answers with status 503")
	}
	if got := i.fetches.Load(); got != 1 {
		t.Errorf("%d fetches, want 1: the issuer is left alone for a second", got)
	}
	c.advance(time.Second)
	i.serve(publicKey("a", 0))
	authorized(t, a, good)
	// Keys that are there are used while the issuer is down.
	i.serveWith(down)
	refused(t, a, i.token(t, "b", 0, nil), unknownKid)
	authorized(t, a, good)
	c.advance(3 * time.Hour)
	refused(t, a, good, "JWKS communication error")
	// Nobody listens at all.
	gone := i.URL
	i.Close()
	refused(t, jwt.New(jwt.Config{Issuer: gone, Audience: []string{"pets"}, Now: c.now}), good, "OIDC discovery endpoint communication error")
}

// TestSlowIssuer takes as long as it wants; the test waits for the limit of 1.5 s.
func TestSlowIssuer(t *testing.T) {
	t.Parallel()
	a, i, _ := newAuthorizer(t)
	i.serveWith(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	refused(t, a, i.token(t, "a", 0, nil), "context deadline exceeded")
}

func TestKeySets(t *testing.T) {
	t.Parallel()
	odd := func(name string, value any) map[string]any {
		key := publicKey("a", 0)
		key[name] = value
		return key
	}
	for name, test := range map[string]struct {
		set    string
		reason string
	}{
		"one strange key": {`{"keys":[1,{"kty":"EC","kid":"a"},{"kty":"oct","kid":"a","k":"AA"},` + encoded(publicKey("a", 0)) + `]}`, ""},
		"no JSON":         {`<html>`, "JWKS communication error"},
		"no keys":         {`{}`, unknownKid},
		"for encryption":  {`{"keys":[` + encoded(odd("use", "enc")) + `]}`, unknownKid},
		"no alg":          {`{"keys":[` + encoded(odd("alg", "")) + `]}`, ""},
		"another alg":     {`{"keys":[` + encoded(odd("alg", "RS384")) + `]}`, "signing method RS256 is invalid"},
		"symmetric":       {`{"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]}`, unknownKid},
		"broken n":        {`{"keys":[` + encoded(odd("n", "*")) + `]}`, `unable to decode "n" from RSA public key`},
		"no n":            {`{"keys":[` + encoded(odd("n", "")) + `]}`, `unable to decode "n" from RSA public key`},
		"giant n":         {`{"keys":[` + encoded(odd("n", strings.Repeat("_", 8000))) + `]}`, `unable to decode "n" from RSA public key`},
		"e of 1":          {`{"keys":[` + encoded(odd("e", "AQ")) + `]}`, `unable to decode "e" from RSA public key`},
		"giant e":         {`{"keys":[` + encoded(odd("e", "AQABAQABAQAB")) + `]}`, `unable to decode "e" from RSA public key`},
		"tiny n":          {`{"keys":[` + encoded(odd("n", base64.RawURLEncoding.EncodeToString([]byte{251, 255, 3}))) + `]}`, "the token is not valid"},
		"too large":       {`{"keys":[],"x":"` + strings.Repeat("x", 150_000) + `"}`, "more than 150000 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, i, _ := newAuthorizer(t)
			i.serveWith(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, test.set) })
			if test.reason == "" {
				authorized(t, a, i.token(t, "a", 0, nil))
			} else {
				refused(t, a, i.token(t, "a", 0, nil), test.reason)
			}
		})
	}
}

// TestRedirect is followed to where keys may come from only.
func TestRedirect(t *testing.T) {
	t.Parallel()
	a, i, c := newAuthorizer(t)
	elsewhere := newIssuer(t)
	elsewhere.serve(publicKey("a", 0))
	i.serveWith(http.RedirectHandler("http://192.0.2.1/keys", http.StatusFound).ServeHTTP)
	refused(t, a, i.token(t, "a", 0, nil), "neither https nor http on a loopback address")
	c.advance(time.Second)
	i.serveWith(http.RedirectHandler("/keys", http.StatusFound).ServeHTTP)
	refused(t, a, i.token(t, "a", 0, nil), "too many redirects")
	c.advance(time.Second)
	i.serveWith(http.RedirectHandler(elsewhere.URL+"/keys", http.StatusFound).ServeHTTP)
	authorized(t, a, i.token(t, "a", 0, nil))
}

// failingTransport counts what it refuses.
type failingTransport struct{}

func (failingTransport) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no network")
}

func TestClient(t *testing.T) {
	t.Parallel()
	a := jwt.New(jwt.Config{Issuer: "https://issuer.example.com", Audience: []string{"x"}, Client: &http.Client{Transport: failingTransport{}}})
	i := newIssuer(t)
	refused(t, a, i.token(t, "a", 0, nil), "no network")
}

func encoded(key map[string]any) string {
	var b strings.Builder
	b.WriteByte('{')
	for name, value := range key {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:%q", name, value)
	}
	return b.String() + "}"
}
