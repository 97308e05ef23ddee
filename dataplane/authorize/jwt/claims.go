package jwt

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// accepted is a token whose signature, issuer and audience are right.
type accepted struct {
	claims Claims
	scopes []string
	// kid and key are what it was verified with.
	kid string
	key *key
	// expires, notBefore and issuedAt are seconds since 1970; the latter two are 0 for a
	// token that has none.
	expires, notBefore, issuedAt float64
}

// read checks the claims that do not depend on the time and keeps the others.
func (a *Authorizer) read(claims jwt.MapClaims, result *accepted) error {
	if issuer, ok := claims["iss"].(string); !ok || issuer != a.issuer {
		return failed("issuer claim does not match", nil) // Unverified.
	}
	if !a.anyAudience && !a.hasAudience(claims) {
		return failed("the token does not have a valid audience", nil)
	}
	for _, member := range []struct {
		name     string
		to       *float64
		required bool
	}{{"exp", &result.expires, true}, {"nbf", &result.notBefore, false}, {"iat", &result.issuedAt, false}} {
		value, ok := claims[member.name]
		if !ok && !member.required {
			continue
		}
		number, _ := value.(json.Number)
		seconds, err := strconv.ParseFloat(string(number), 64)
		if err != nil {
			return failed("the "+member.name+" claim is not valid", nil) // Unverified.
		}
		*member.to = seconds
	}
	result.scopes = append(words(claims["scope"]), words(claims["scp"])...)
	result.claims.Values = make(map[string]string, len(claims))
	for name, value := range claims {
		result.claims.Values[name] = a.text(name, value)
	}
	return nil
}

// hasAudience looks at client_id only when there is no aud.
func (a *Authorizer) hasAudience(claims jwt.MapClaims) bool {
	value, ok := claims["aud"]
	if !ok {
		value = claims["client_id"]
		if _, isText := value.(string); !isText {
			return false
		}
	}
	switch value := value.(type) {
	case string:
		return slices.Contains(a.audience, value)
	case []any:
		return slices.ContainsFunc(value, func(one any) bool {
			text, ok := one.(string)
			return ok && slices.Contains(a.audience, text)
		})
	default:
		return false
	}
}

// checkTimes compares the times of a token with the clock. Unverified: that none is
// tolerated, and the order.
func (t *accepted) checkTimes(now time.Time) error {
	seconds := float64(now.UnixNano()) / float64(time.Second)
	switch {
	case t.expires <= seconds:
		return errExpired
	case t.notBefore > seconds:
		return failed("the token is not valid yet", nil) // Unverified.
	case t.issuedAt > seconds:
		return failed("the token was issued in the future", nil) // Unverified.
	default:
		return nil
	}
}

// words are the scopes of a claim: a text with blanks between, or a list of texts.
func words(value any) []string {
	switch value := value.(type) {
	case string:
		return strings.Fields(value)
	case []any:
		var all []string
		for _, one := range value {
			if text, ok := one.(string); ok {
				all = append(all, text)
			}
		}
		return all
	default:
		return nil
	}
}

// claimText is a claim as HTTP APIs write it: lists as "[a b c]".
func claimText(_ string, value any) string {
	if list, ok := value.([]any); ok {
		texts := make([]string, len(list))
		for i, one := range list {
			texts[i] = Text(one)
		}
		return "[" + strings.Join(texts, " ") + "]"
	}
	return Text(value)
}

// Text is the value of a claim as text: texts and numbers as they are, lists and objects
// as JSON. Unverified for lists within lists, objects and null.
func Text(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return string(value)
	case bool:
		return strconv.FormatBool(value)
	default:
		text, err := json.Marshal(value)
		if err != nil {
			return "" // it was decoded from JSON
		}
		return string(text)
	}
}
