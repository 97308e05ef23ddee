package trace

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Masked stands for a secret.
const Masked = "****"

// secretHeaders are the headers whose values are never shown.
var secretHeaders = map[string]bool{
	"Authorization": true, "Cookie": true, "Proxy-Authorization": true, "Set-Cookie": true,
	"X-Amz-Security-Token": true, "X-Api-Key": true,
}

// secretParameters are the query parameters of a signed URL whose values are never shown.
var secretParameters = map[string]bool{
	"X-Amz-Credential": true, "X-Amz-Security-Token": true, "X-Amz-Signature": true,
}

// minSecretBytes is the length from which a secret is looked for in bodies: hiding
// shorter ones would make bodies unreadable and no secret safer.
const minSecretBytes = 6

// Masks hides the secrets of one exchange wherever they turn up: integrations see
// credentials in events, URLs and template outputs as well.
type Masks struct{ secrets []string }

// Masks returns the masks for what the trace recorded.
func (t *Trace) Masks() Masks {
	var m Masks
	m.AddHeader(t.Header)
	m.Add(t.APIKey) // which an authorizer may have named, and messages know from their handshake
	for i := range t.Messages {
		m.AddHeader(t.Messages[i].Header)
	}
	for pair := range strings.SplitSeq(t.Query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if secretParameters[unescaped(name)] {
			m.Add(value)
			m.Add(unescaped(value))
		}
	}
	m.Sort()
	return m
}

// Sort puts the longest secret first: one may be part of another.
func (m *Masks) Sort() {
	slices.SortFunc(m.secrets, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	m.secrets = slices.Compact(m.secrets)
}

// IsSecretParameter reports whether the values of a query parameter are never shown.
func IsSecretParameter(name string) bool { return secretParameters[name] }

// quoted is a text as JSON.
func quoted(text string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// AddHeader adds the secrets of headers.
func (m *Masks) AddHeader(header http.Header) {
	for name, values := range header {
		if secretHeaders[http.CanonicalHeaderKey(name)] {
			for _, value := range values {
				m.Add(value)
			}
		}
	}
}

// Add adds a header's value, and its credentials alone when it begins with a scheme.
func (m *Masks) Add(value string) {
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
	text := quoted(secret)
	m.secrets = append(m.secrets, secret, text[1:len(text)-1], url.QueryEscape(secret), url.PathEscape(secret))
}

// Header returns headers without secrets.
func (m Masks) Header(header http.Header) http.Header {
	shown := make(http.Header, len(header))
	for name, values := range header {
		if secretHeaders[http.CanonicalHeaderKey(name)] {
			values = []string{Masked}
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
		text = strings.ReplaceAll(text, secret, Masked)
	}
	return text
}

// Body returns a body as text, without the secrets, and whether it is one: a binary
// body has no text.
func (m Masks) Body(message *Message) (text string, ok bool) {
	body := message.Body
	isCut := message.Size > int64(len(body))
	if isCut {
		body = TrimPartialRune(body)
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

// TrimPartialRune takes away an incomplete character at the end of a body that was cut.
func TrimPartialRune(body []byte) []byte {
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
