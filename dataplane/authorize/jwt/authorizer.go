package jwt

import (
	"context"
	"crypto/rsa"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// maxTokenBytes limits a token; the headers of a request are limited to about as much.
const maxTokenBytes = 10 << 10

// Config is what an [Authorizer] is made of.
type Config struct {
	// Issuer is the iss claim that tokens need, and where its keys are found: https, or
	// http on a loopback address.
	Issuer string
	// Audience has the accepted values of the aud claim, or of client_id when a token has
	// no aud. With none, no token is accepted.
	Audience []string
	// AnyAudience leaves out the check of the audience.
	AnyAudience bool
	// KeysURI is where the issuer's key set is; empty = asked of the issuer.
	KeysURI string
	// Keys has the keys of issuers; nil = the authorizer has its own.
	Keys *Keys
	// Client and Now are those of the authorizer's own Keys; see [NewKeys]. Now is also
	// the clock that times in tokens are compared with.
	Client *http.Client
	Now    func() time.Time
	// Text renders the value of a claim, decoded from JSON with numbers as
	// [encoding/json.Number]; nil = as HTTP APIs do.
	Text func(name string, value any) string
}

// Authorizer checks tokens. It is safe for concurrent use.
type Authorizer struct {
	issuer      string
	audience    []string
	anyAudience bool
	keys        *keySet
	now         func() time.Time
	text        func(name string, value any) string
	parser      *jwt.Parser
	verified    verifiedTokens
}

// New returns an authorizer. It fetches nothing: that happens with the first token. An
// issuer that cannot be used makes every token fail.
func New(c Config) *Authorizer {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Keys == nil {
		c.Keys = NewKeys(c.Client, c.Now)
	}
	if c.Text == nil {
		c.Text = claimText
	}
	return &Authorizer{
		issuer: c.Issuer, audience: slices.Clone(c.Audience), anyAudience: c.AnyAudience,
		keys: c.Keys.set(c.Issuer, c.KeysURI), now: c.Now, text: c.Text,
		// Claims are checked here, for AWS's own texts. Padding and strictness are the
		// library's defaults: none is accepted.
		parser: jwt.NewParser(jwt.WithValidMethods([]string{"RS256", "RS384", "RS512"}), jwt.WithJSONNumber(), jwt.WithoutClaimsValidation()),
	}
}

// Claims are those of a token that was accepted.
type Claims struct {
	// Values are the claims as text, as AWS hands them on. They are shared: nobody
	// changes them.
	Values map[string]string
	// Scopes are those of the required scopes that the token has; nil (null in events)
	// when none are required. Unverified: that the others are left out.
	Scopes []string
}

// Failure says why a token is not accepted.
type Failure struct {
	// Status is 401, or 403 when only a scope is missing.
	Status int
	// Authenticate is the WWW-Authenticate header of the answer.
	Authenticate string
	// Reason is for the log.
	Reason string
	// IsExpired tells that the token was good once.
	IsExpired bool
}

// Authorize checks a token, with or without a "Bearer " in front. At least one of the
// required scopes has to be in its scope or scp claim, if there are any. It may wait for
// the issuer, as long as ctx allows, 3 s at most.
func (a *Authorizer) Authorize(ctx context.Context, token string, requiredScopes []string) (*Claims, *Failure) {
	token = withoutBearer(token)
	if token == "" {
		return nil, &Failure{Status: http.StatusUnauthorized, Authenticate: "Bearer", Reason: "no token"}
	}
	accepted, err := a.verify(ctx, token)
	if err == nil {
		err = accepted.checkTimes(a.now())
	}
	if err != nil {
		return nil, invalid(err, requiredScopes)
	}
	if len(requiredScopes) == 0 {
		return &accepted.claims, nil
	}
	var scopes []string
	for _, scope := range requiredScopes {
		if slices.Contains(accepted.scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	if scopes == nil {
		return nil, &Failure{
			Status:       http.StatusForbidden,
			Authenticate: `Bearer scope="` + quoted(strings.Join(requiredScopes, " ")) + `" error="insufficient_scope"`, // Unverified.
			Reason:       "the token has none of the scopes " + strings.Join(requiredScopes, " "),
		}
	}
	return &Claims{Values: accepted.claims.Values, Scopes: scopes}, nil
}

// Forget drops what is known of tokens, not the keys.
func (a *Authorizer) Forget() { a.verified.forget() }

// verify returns what a token says once it is known to be the issuer's and for this
// audience. Its times are not checked.
func (a *Authorizer) verify(ctx context.Context, token string) (*accepted, error) {
	if len(token) > maxTokenBytes {
		return nil, failed("the token is too large", nil)
	}
	if known := a.verified.get(token); known != nil {
		// A key that the issuer has withdrawn since takes its tokens along.
		if key, err := a.keys.find(ctx, known.kid); err == nil && key == known.key {
			return known, nil
		}
	}
	result := &accepted{}
	claims := jwt.MapClaims{}
	parsed, err := a.parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		result.kid, _ = t.Header["kid"].(string)
		if result.kid == "" {
			return nil, failed("the token has no kid", nil) // Unverified.
		}
		key, err := a.keys.find(ctx, result.kid)
		if err != nil {
			return nil, err
		}
		if key.algorithm != "" && key.algorithm != t.Method.Alg() {
			return nil, failed("signing method "+t.Method.Alg()+" is invalid", nil)
		}
		result.key = key
		return key.public, nil
	})
	if err != nil {
		return nil, described(parsed, err)
	}
	if err := a.read(claims, result); err != nil {
		return nil, err
	}
	a.verified.put(token, result)
	return result, nil
}

// described gives an error of the parser AWS's text. All of them are unverified.
func described(parsed *jwt.Token, err error) error {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	switch {
	case errors.Is(err, jwt.ErrTokenMalformed):
		return failed("the token is malformed", err)
	case errors.Is(err, rsa.ErrVerification):
		return failed("signature is invalid", err)
	case errors.Is(err, jwt.ErrTokenSignatureInvalid) && parsed != nil && parsed.Method != nil && !strings.HasPrefix(parsed.Method.Alg(), "RS"):
		return failed("signing method "+parsed.Method.Alg()+" is invalid", nil)
	default:
		return failed("the token is not valid", err)
	}
}

// withoutBearer cuts the scheme off. Unverified: that its case does not matter.
func withoutBearer(token string) string {
	const scheme = "Bearer "
	if len(token) >= len(scheme) && strings.EqualFold(token[:len(scheme)], scheme) {
		token = token[len(scheme):]
	}
	return strings.TrimSpace(token)
}
