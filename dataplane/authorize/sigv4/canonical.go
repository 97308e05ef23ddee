package sigv4

import (
	"cmp"
	"iter"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// canonicalRequests are the canonical forms of a request that clients sign. There is one
// but for what clients read in different ways: the SDK for Go leaves "//" and "." in
// paths alone, botocore resolves them; a "+" in a query is a blank or a plus.
func (s *signature) canonicalRequests(r *http.Request, payload string) iter.Seq[string] {
	return func(yield func(string) bool) {
		headers, names := s.canonicalHeaders(r), strings.Join(s.signedHeaders, ";")
		for _, path := range canonicalPaths(sentPath(r)) {
			for _, query := range s.canonicalQueries(r.URL.RawQuery) {
				if !yield(r.Method + "\n" + path + "\n" + query + "\n" + headers + "\n" + names + "\n" + payload) {
					return
				}
			}
		}
	}
}

// sentPath is the path as it was sent.
func sentPath(r *http.Request) string {
	target, _, _ := strings.Cut(r.RequestURI, "?")
	if !strings.HasPrefix(target, "/") {
		target = r.URL.EscapedPath() // an absolute target, or a request that came over no wire
	}
	return cmp.Or(target, "/")
}

// canonicalPaths encodes a path, which is encoded already, once more.
func canonicalPaths(sent string) []string {
	paths := []string{escape(sent, true)}
	if resolved := path.Clean(sent); resolved != sent {
		if strings.HasSuffix(sent, "/") && resolved != "/" {
			resolved += "/"
		}
		if resolved != sent {
			paths = append(paths, escape(resolved, true))
		}
	}
	return paths
}

type parameter struct{ name, value string }

func (s *signature) canonicalQueries(raw string) []string {
	queries := []string{s.canonicalQuery(raw, url.QueryUnescape)}
	if strings.Contains(raw, "+") {
		queries = append(queries, s.canonicalQuery(raw, url.PathUnescape))
	}
	return queries
}

// canonicalQuery sorts and encodes a query, without its signature.
func (s *signature) canonicalQuery(raw string, unescape func(string) (string, error)) string {
	if raw == "" {
		return ""
	}
	decoded := func(text string) string {
		if plain, err := unescape(text); err == nil {
			return plain
		}
		return text // not encoded: what it says
	}
	var parameters []parameter
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, value = decoded(name), decoded(value)
		if s.query && name == "X-Amz-Signature" {
			continue
		}
		parameters = append(parameters, parameter{escape(name, false), escape(value, false)})
	}
	slices.SortFunc(parameters, func(a, b parameter) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.value, b.value))
	})
	var b strings.Builder
	for i, p := range parameters {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.name + "=" + p.value)
	}
	return b.String()
}

// canonicalHeaders are the signed headers, each with the end of its line.
func (s *signature) canonicalHeaders(r *http.Request) string {
	var b strings.Builder
	for _, name := range s.signedHeaders {
		b.WriteString(name)
		b.WriteByte(':')
		for i, value := range headerValues(r, name) {
			if i > 0 {
				b.WriteByte(',')
			}
			writeTrimmed(&b, value)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// headerValues are the values of a header; some net/http keeps elsewhere.
func headerValues(r *http.Request, name string) []string {
	switch name {
	case "host", ":authority":
		return []string{r.Host}
	case "transfer-encoding":
		return r.TransferEncoding
	}
	values := r.Header.Values(name)
	if len(values) == 0 && name == "content-length" && r.ContentLength >= 0 {
		return []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	return values
}

// writeTrimmed writes a value without blanks around it and with runs of them as one.
func writeTrimmed(b *strings.Builder, value string) {
	value = strings.Trim(value, " \t")
	for i := range len(value) {
		if value[i] == ' ' && value[i-1] == ' ' {
			continue
		}
		b.WriteByte(value[i])
	}
}

const hexDigits = "0123456789ABCDEF"

// escape percent-encodes all but unreserved characters, in paths slashes too.
func escape(text string, isPath bool) string {
	isPlain := func(c byte) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~' || isPath && c == '/'
	}
	plain := 0
	for plain < len(text) && isPlain(text[plain]) {
		plain++
	}
	if plain == len(text) {
		return text
	}
	b := append(make([]byte, 0, len(text)+12), text[:plain]...)
	for _, c := range []byte(text[plain:]) {
		if isPlain(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return string(b)
}
