package jwt

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// Issuer returns the iss claim of a token that nobody has verified: it tells whose keys
// are to be tried, no more. Empty for what is no token.
func Issuer(token string) string {
	token = withoutBearer(token)
	if len(token) > maxTokenBytes {
		return ""
	}
	_, rest, _ := strings.Cut(token, ".")
	encoded, _, _ := strings.Cut(rest, ".")
	text, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return ""
	}
	var claims struct {
		Issuer string `json:"iss"`
	}
	if json.Unmarshal(text, &claims) != nil {
		return ""
	}
	return claims.Issuer
}
