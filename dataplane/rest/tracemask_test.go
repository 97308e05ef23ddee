package rest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestMaskKey(t *testing.T) {
	for key, want := range map[string]string{
		"": "", "short": "*****", "0123456789012345678901234567890123F0yrv6": "**********************************F0yrv6",
	} {
		if got := maskKey(key); got != want {
			t.Errorf("%q: got %q, want %q", key, got, want)
		}
	}
}

func TestJavaMap(t *testing.T) {
	for want, values := range map[string]map[string][]string{
		"{}": nil, "{a=1}": {"a": {"1"}}, "{a=1, b=[1, 2], c=[]}": {"b": {"1", "2"}, "a": {"1"}, "c": nil},
	} {
		if got := javaMap(values); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestMaskedForms(t *testing.T) {
	const secret = `Digest user="a b", key="c+d/e="`
	var m Masks
	m.add(secret)
	m.sort()
	for _, text := range []string{secret, messageString(secret), `{"a":` + messageString(secret[len("Digest "):]) + `}`, "/x?y=" + url.QueryEscape(secret), "/" + url.PathEscape(secret)} {
		if got := m.Text(text); strings.Contains(got, "user") || !strings.Contains(got, masked) {
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
		m.addHeader(http.Header{"Authorization": {secret}})
		m.sort()
		body := around + secret + around
		cut = min(max(cut, 0), len(body))
		text, _ := m.Body(&TraceMessage{Body: []byte(body[:cut]), Size: int64(len(body))})
		if strings.Contains(text, secret) {
			t.Errorf("%q shows %q", text, secret)
		}
	})
}
