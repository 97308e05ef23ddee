package rest

import (
	"bytes"
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// masked stands for a secret.
const masked = "****"

// secretHeaders are the headers whose values are never shown.
var secretHeaders = map[string]bool{
	"Authorization": true, "Cookie": true, "Proxy-Authorization": true, "Set-Cookie": true,
	"X-Amz-Security-Token": true, headerAPIKey: true,
}

// secretParameters are the query parameters of a signed URL whose values are never shown.
var secretParameters = map[string]bool{
	"X-Amz-Credential": true, "X-Amz-Security-Token": true, "X-Amz-Signature": true,
}

// minSecretBytes is the length from which a secret is looked for in bodies: hiding
// shorter ones would make bodies unreadable and no secret safer.
const minSecretBytes = 6

// shownKeyCharacters is how much of an API key execution logs show.
const shownKeyCharacters = 6

// Masks hides the secrets of one exchange wherever they turn up: integrations see
// credentials in events, URLs and template outputs as well.
type Masks struct{ secrets []string }

// Masks returns the masks for what the trace recorded.
func (t *Trace) Masks() Masks {
	var m Masks
	m.addHeader(t.header)
	for i := range t.Messages {
		m.addHeader(t.Messages[i].Header)
	}
	for pair := range strings.SplitSeq(t.query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if secretParameters[unescaped(name)] {
			m.add(value)
			m.add(unescaped(value))
		}
	}
	m.sort()
	return m
}

// sort puts the longest secret first: one may be part of another.
func (m *Masks) sort() {
	slices.SortFunc(m.secrets, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	m.secrets = slices.Compact(m.secrets)
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

func (m *Masks) addHeader(header http.Header) {
	for name, values := range header {
		if secretHeaders[http.CanonicalHeaderKey(name)] {
			for _, value := range values {
				m.add(value)
			}
		}
	}
}

// add adds a header's value, and its credentials alone when it begins with a scheme.
func (m *Masks) add(value string) {
	m.addForms(value)
	if _, credentials, ok := strings.Cut(value, " "); ok {
		m.addForms(credentials)
	}
}

// addForms adds a secret as it is, and as it stands in JSON and in URLs.
func (m *Masks) addForms(secret string) {
	if len(secret) < minSecretBytes {
		return
	}
	quoted := messageString(secret)
	m.secrets = append(m.secrets, secret, quoted[1:len(quoted)-1], url.QueryEscape(secret), url.PathEscape(secret))
}

// Header returns headers without secrets.
func (m Masks) Header(header http.Header) http.Header {
	shown := make(http.Header, len(header))
	for name, values := range header {
		if secretHeaders[http.CanonicalHeaderKey(name)] {
			values = []string{masked}
		} else {
			values = slices.Clone(values)
			for i, value := range values {
				values[i] = m.Text(value)
			}
		}
		shown[name] = values
	}
	return shown
}

// Text returns a text without the secrets.
func (m Masks) Text(text string) string {
	for _, secret := range m.secrets {
		text = strings.ReplaceAll(text, secret, masked)
	}
	return text
}

// Body returns a body as text, without the secrets, and whether it is one: a binary
// body has no text.
func (m Masks) Body(message *TraceMessage) (text string, ok bool) {
	body := message.Body
	isCut := message.Size > int64(len(body))
	if isCut {
		body = trimPartialRune(body)
	}
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return "", false
	}
	text = m.Text(string(body))
	if isCut {
		text = m.trimPartialSecret(text)
	}
	return text, true
}

// trimPartialSecret takes away the beginning of a secret at the end of a text that was
// cut.
func (m Masks) trimPartialSecret(text string) string {
	for _, secret := range m.secrets {
		for n := min(len(secret)-1, len(text)); n > 0; n-- {
			if strings.HasSuffix(text, secret[:n]) {
				return text[:len(text)-n]
			}
		}
	}
	return text
}

// trimPartialRune takes away an incomplete character at the end of a body that was cut.
func trimPartialRune(body []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(body); n++ {
		if start := body[len(body)-n]; utf8.RuneStart(start) {
			if !utf8.FullRune(body[len(body)-n:]) {
				return body[:len(body)-n]
			}
			break
		}
	}
	return body
}

// maskKey hides an API key but for its last characters.
func maskKey(key string) string {
	if len(key) <= 2*shownKeyCharacters {
		return strings.Repeat("*", len(key))
	}
	hidden := len(key) - shownKeyCharacters
	return strings.Repeat("*", hidden) + key[hidden:]
}
