package dataplane_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// verifySigV4 checks the signature of a request as an AWS service does, from what came
// over the wire alone and without the SDK: body is the request's, secret that of the
// access key. It returns the scope of the signature, for instance
// "test/20200310/us-east-1/sqs/aws4_request".
func verifySigV4(r *http.Request, body, secret string) (scope string, err error) {
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ")
	if !ok {
		return "", fmt.Errorf("no signature: %q", r.Header.Get("Authorization"))
	}
	fields := map[string]string{}
	for field := range strings.SplitSeq(rest, ", ") {
		name, value, _ := strings.Cut(field, "=")
		fields[name] = value
	}
	scope = fields["Credential"]
	parts := strings.Split(scope, "/")
	if len(parts) != 5 || parts[4] != "aws4_request" {
		return scope, fmt.Errorf("scope %q", scope)
	}
	_, day, region, service := parts[0], parts[1], parts[2], parts[3]
	date := r.Header.Get("X-Amz-Date")
	if !strings.HasPrefix(date, day+"T") {
		return scope, fmt.Errorf("date %q", date)
	}
	hash := sha256Hex(body)
	if got := r.Header.Get("X-Amz-Content-Sha256"); got != hash {
		return scope, fmt.Errorf("X-Amz-Content-Sha256 %q, want %q", got, hash)
	}
	rawPath, rawQuery, _ := strings.Cut(r.RequestURI, "?")
	path := awsEscape(rawPath, true)
	if service == "s3" {
		decoded, err := url.PathUnescape(rawPath)
		if err != nil {
			return scope, err
		}
		path = awsEscape(decoded, true)
	}
	query, err := canonicalQuery(rawQuery)
	if err != nil {
		return scope, err
	}
	names := strings.Split(fields["SignedHeaders"], ";")
	if !slices.IsSorted(names) || !slices.Contains(names, "host") || !slices.Contains(names, "x-amz-date") || !slices.Contains(names, "content-type") {
		return scope, fmt.Errorf("signed headers %q", names)
	}
	var headers strings.Builder
	for _, name := range names {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = fmt.Sprint(r.ContentLength)
		}
		headers.WriteString(name + ":" + spaces.ReplaceAllString(strings.Trim(value, " \t"), " ") + "\n")
	}
	request := strings.Join([]string{r.Method, path, query, headers.String(), fields["SignedHeaders"], hash}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range []string{day, region, service, "aws4_request"} {
		key = hmacSHA256(key, part)
	}
	toSign := strings.Join([]string{"AWS4-HMAC-SHA256", date, strings.Join(parts[1:], "/"), sha256Hex(request)}, "\n")
	if want := hex.EncodeToString(hmacSHA256(key, toSign)); fields["Signature"] != want {
		return scope, fmt.Errorf("signature %s, want %s for\n%s", fields["Signature"], want, request)
	}
	return scope, nil
}

var spaces = regexp.MustCompile(` +`)

// canonicalQuery sorts and encodes a query string.
func canonicalQuery(raw string) (string, error) {
	var pairs []string
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, errName := url.PathUnescape(name)
		value, errValue := url.PathUnescape(value)
		if errName != nil || errValue != nil {
			return "", fmt.Errorf("query %q", raw)
		}
		pairs = append(pairs, awsEscape(name, false)+"="+awsEscape(value, false))
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&"), nil
}

// awsEscape percent-encodes all but unreserved characters.
func awsEscape(text string, isPath bool) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0, isPath && c == '/':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func sha256Hex(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func hmacSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
