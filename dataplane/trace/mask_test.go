package trace

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestMaskedForms(t *testing.T) {
	const secret = `Digest user="a b", key="c+d/e="`
	var m Masks
	m.Add(secret)
	m.Sort()
	for _, text := range []string{secret, quoted(secret), `{"a":` + quoted(secret[len("Digest "):]) + `}`, "/x?y=" + url.QueryEscape(secret), "/" + url.PathEscape(secret)} {
		if got := m.Text(text); strings.Contains(got, "user") || !strings.Contains(got, Masked) {
			t.Errorf("%s is shown as %s", text, got)
		}
	}
}

// FuzzMasks: no body shows a secret, wherever it stands and wherever the body is cut.
func FuzzMasks(f *testing.F) {
	f.Add("Bearer secret-token", "a secret-token and ", 12)
	f.Add("ababab", "abababab", 7)
	f.Fuzz(func(t *testing.T, secret, around string, cut int) {
		if len(secret) < minSecretBytes || strings.Contains(secret, "*") {
			t.Skip()
		}
		var m Masks
		m.AddHeader(http.Header{"Authorization": {secret}})
		m.Sort()
		body := around + secret + around
		cut = min(max(cut, 0), len(body))
		text, _ := m.Body(&Message{Body: []byte(body[:cut]), Size: int64(len(body))})
		if strings.Contains(text, secret) {
			t.Errorf("%q shows %q", text, secret)
		}
	})
}
