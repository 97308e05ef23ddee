package jwt_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"
	"go.uber.org/goleak"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/jwt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// privateKeys are made once: it takes a while.
var privateKeys = sync.OnceValue(func() []*rsa.PrivateKey {
	keys := make([]*rsa.PrivateKey, 3)
	for i := range keys {
		var err error
		if keys[i], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			panic(err)
		}
	}
	return keys
})

// issuer is an OIDC provider on a loopback address.
type issuer struct {
	*httptest.Server

	// discoveries and fetches count requests.
	discoveries, fetches atomic.Int32
	mu                   sync.Mutex
	keys                 []map[string]any
	// answer, when set, takes the place of the key set.
	answer http.HandlerFunc
}

func newIssuer(tb testing.TB) *issuer {
	tb.Helper()
	i := &issuer{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		i.discoveries.Add(1)
		json.NewEncoder(w).Encode(map[string]string{"issuer": i.URL, "jwks_uri": i.URL + "/keys"})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		i.fetches.Add(1)
		i.mu.Lock()
		keys, answer := i.keys, i.answer
		i.mu.Unlock()
		if answer != nil {
			answer(w, r)
			return
		}
		json.NewEncoder(w).Encode(map[string]any{"keys": keys})
	})
	i.Server = httptest.NewServer(mux)
	tb.Cleanup(i.Close)
	return i
}

// serve sets the key set.
func (i *issuer) serve(keys ...map[string]any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys, i.answer = keys, nil
}

func (i *issuer) serveWith(answer http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = answer
}

func publicKey(kid string, n int) map[string]any {
	key := privateKeys()[n].PublicKey
	encode := base64.RawURLEncoding.EncodeToString
	return map[string]any{
		"kty": "RSA", "use": "sig", "kid": kid, "alg": "RS256",
		"n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes()),
	}
}

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// clock is a clock that is set by hand.
type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanos.Store(start.UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.nanos.Load()) }
func (c *clock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

// claims are good ones with changes; a nil value removes one.
func (i *issuer) claims(changes map[string]any) gojwt.MapClaims {
	claims := gojwt.MapClaims{
		"iss": i.URL, "aud": "pets", "sub": "ann", "scope": "read write",
		"exp": start.Add(time.Hour).Unix(), "iat": start.Unix(), "nbf": start.Unix(),
	}
	for name, value := range changes {
		if value == nil {
			delete(claims, name)
		} else {
			claims[name] = value
		}
	}
	return claims
}

// token signs claims with the key n, as kid.
func token(tb testing.TB, method gojwt.SigningMethod, kid string, key any, claims gojwt.MapClaims) string {
	tb.Helper()
	made := gojwt.NewWithClaims(method, claims)
	if kid != "" {
		made.Header["kid"] = kid
	}
	signed, err := made.SignedString(key)
	if err != nil {
		tb.Fatal(err)
	}
	return signed
}

func (i *issuer) token(tb testing.TB, kid string, n int, changes map[string]any) string {
	tb.Helper()
	return token(tb, gojwt.SigningMethodRS256, kid, privateKeys()[n], i.claims(changes))
}

// newAuthorizer is one for the audience "pets" whose issuer has the key "a".
func newAuthorizer(tb testing.TB) (*jwt.Authorizer, *issuer, *clock) {
	tb.Helper()
	i, c := newIssuer(tb), newClock()
	i.serve(publicKey("a", 0))
	return jwt.New(jwt.Config{Issuer: i.URL, Audience: []string{"other", "pets"}, Now: c.now}), i, c
}
