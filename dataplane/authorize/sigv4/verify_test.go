package sigv4_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
)

var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func credentials(tb testing.TB) *sigv4.Static {
	tb.Helper()
	c, err := sigv4.NewStatic("000000000000", []sigv4.Credential{
		{AccessKeyID: "AKIAANN", Secret: "s3cr3t/+=", ARN: "arn:aws:iam::111111111111:user/ann"},
		{AccessKeyID: "ASIABOB", Secret: "bob", ARN: "arn:aws:sts::111111111111:assumed-role/admin/bob"},
		{AccessKeyID: "AKIAROOT", Secret: "root"},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// verifier answers with the ARN of who signed a request, or with the failure.
func verifier(tb testing.TB, now func() time.Time) *httptest.Server {
	tb.Helper()
	known := credentials(tb)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		principal, failure := sigv4.Verify(r, body, "us-east-1", "execute-api", known, now())
		if failure != nil {
			w.WriteHeader(failure.Status)
			io.WriteString(w, failure.Type+"\n"+failure.Message)
			return
		}
		io.WriteString(w, principal.UserARN)
	}))
	tb.Cleanup(server.Close)
	return server
}

func hash(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

var ann = aws.Credentials{AccessKeyID: "AKIAANN", SecretAccessKey: "s3cr3t/+="}

// do sends a request whose target is just what it says.
func do(t *testing.T, r *http.Request) (int, string) {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

var targets = []string{
	"/", "/dev/pets", "/dev/pets/", "/dev/a%2Fb", "/dev/a%20b", "/dev/a+b", "/dev/%24default/@x", "/dev/%E2%82%AC", "/dev//double", "/dev/./dot/../x",
	"/dev?b=2&a=1&a=0", "/dev?a", "/dev?a=", "/dev?a=b%20c&d=%2F%3F", "/dev?%E2%82%AC=%E2%82%AC", "/dev?a-b=1&a=2", "/dev?x=a%2Bb", "/dev?a=1&&b=2", "/dev?a==b",
}

// TestSDKSigner verifies what the SDK for Go signs, in headers and presigned.
func TestSDKSigner(t *testing.T) {
	t.Parallel()
	server := verifier(t, func() time.Time { return now })
	for _, target := range targets {
		for _, body := range []string{"", `{"a":1}`} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+target, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Add("X-Many", " a  b ")
			r.Header.Add("X-Many", "c")
			r.Header.Set("Content-Type", "application/json")
			if err := v4.NewSigner().SignHTTP(t.Context(), ann, r, hash(body), "execute-api", "us-east-1", now); err != nil {
				t.Fatal(err)
			}
			if status, got := do(t, r); status != 200 || got != "arn:aws:iam::111111111111:user/ann" {
				t.Errorf("%s: %d %s", target, status, got)
			}
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		session := ann
		session.SessionToken = "tok/en=="
		presigned, _, err := v4.NewSigner().PresignHTTP(t.Context(), session, r, hash(""), "execute-api", "us-east-1", now)
		if err != nil {
			t.Fatal(err)
		}
		if r, err = http.NewRequestWithContext(t.Context(), http.MethodGet, presigned, nil); err != nil {
			t.Fatal(err)
		}
		if status, got := do(t, r); status != 200 || got != "arn:aws:iam::111111111111:user/ann" {
			t.Errorf("%s presigned: %d %s", target, status, got)
		}
	}
}

const botocore = `
import sys
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
import urllib.request, urllib.error
base, targets = sys.argv[1], sys.argv[2:]
for target in targets:
    for body in (b"", b'{"a":1}'):
        request = AWSRequest(method="POST", url=base + target, data=body, headers={"X-Test": "a  b", "Content-Type": "text/plain"})
        SigV4Auth(Credentials("ASIABOB", "bob", "token"), "execute-api", "us-east-1").add_auth(request)
        prepared = request.prepare()
        send = urllib.request.Request(prepared.url, data=body, method="POST", headers=dict(prepared.headers.items()))
        print(target, urllib.request.urlopen(send).read().decode())
    request = AWSRequest(method="GET", url=base + target)
    SigV4QueryAuth(Credentials("ASIABOB", "bob", "token"), "execute-api", "us-east-1", expires=60).add_auth(request)
    print(target, urllib.request.urlopen(request.url).read().decode())
`

// TestBotocore verifies what botocore signs, in headers and presigned.
func TestBotocore(t *testing.T) {
	t.Parallel()
	if exec.Command("python3", "-c", "import botocore").Run() != nil {
		if os.Getenv("STAGEDOOR_REQUIRE_TOOLS") != "" {
			t.Fatal("botocore is missing")
		}
		t.Skip("botocore is missing")
	}
	server := verifier(t, time.Now)
	// botocore signs queries as they are written, and presigns none without a "=".
	own := slices.DeleteFunc(slices.Clone(targets), func(target string) bool {
		return slices.Contains([]string{"/dev?a", "/dev?a==b", "/dev?a=1&&b=2"}, target)
	})
	out, err := exec.CommandContext(t.Context(), "python3", append([]string{"-c", botocore, server.URL}, own...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := strings.Count(string(out), " arn:aws:sts::111111111111:assumed-role/admin/bob\n"); got != 3*len(own) {
		t.Errorf("%d of %d verified:\n%s", got, 3*len(own), out)
	}
}

// TestCurl verifies what curl signs; it does not encode a path twice (7.88), so that
// only plain ones are right.
func TestCurl(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		if os.Getenv("STAGEDOOR_REQUIRE_TOOLS") != "" {
			t.Fatal("curl is missing")
		}
		t.Skip("curl is missing")
	}
	server := verifier(t, time.Now)
	for _, arguments := range [][]string{
		{server.URL + "/dev/pets"},
		{server.URL + "/dev/pets/?a=1&b=2"},
		{"-X", "POST", "-d", `{"a":1}`, "-H", "Content-Type: application/json", server.URL + "/dev/pets"},
	} {
		out, err := exec.CommandContext(t.Context(), "curl", append([]string{
			"-sS", "--aws-sigv4", "aws:amz:us-east-1:execute-api", "--user", "123456789012:test",
		}, arguments...)...).CombinedOutput()
		if err != nil || string(out) != "arn:aws:iam::123456789012:root" {
			t.Errorf("%v: %v %s", arguments, err, out)
		}
	}
}

// signed is a request that ann signed.
func signed(tb testing.TB, service, region string, at time.Time, body string) *http.Request {
	tb.Helper()
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "http://api.example.com/dev/pets?a=1", strings.NewReader(body))
	r.Header.Set("User-Agent", "x")
	if err := v4.NewSigner().SignHTTP(context.Background(), ann, r, hash(body), service, region, at); err != nil {
		tb.Fatal(err)
	}
	return r
}

func TestFailures(t *testing.T) {
	t.Parallel()
	good := func() *http.Request { return signed(t, "execute-api", "us-east-1", now, "body") }
	changed := func(change func(r *http.Request)) *http.Request {
		r := good()
		change(r)
		return r
	}
	replaced := func(old, with string) *http.Request {
		return changed(func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, with, 1))
		})
	}
	presigned := func(at time.Time, expires string) *http.Request {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.example.com/dev?X-Amz-Expires="+expires, nil)
		uri, _, err := v4.NewSigner().PresignHTTP(t.Context(), ann, r, hash(""), "execute-api", "us-east-1", at)
		if err != nil {
			t.Fatal(err)
		}
		return httptest.NewRequestWithContext(t.Context(), http.MethodGet, uri, nil)
	}
	const mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. " +
		"Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'POST\n/dev/pets\n"
	const incomplete = "Authorization header requires 'Signature' parameter. Authorization="
	for name, test := range map[string]struct {
		request       *http.Request
		body          string
		kind, message string
	}{
		"good":                 {good(), "body", "", ""},
		"unsigned":             {httptest.NewRequest(http.MethodGet, "/", nil), "", "MissingAuthenticationTokenException", "Missing Authentication Token"},
		"another body":         {good(), "bodx", "InvalidSignatureException", mismatch},
		"a claimed hash":       {changed(func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", hash("body")) }), "bodx", "InvalidSignatureException", "The value of the X-Amz-Content-Sha256 header"},
		"another path":         {changed(func(r *http.Request) { r.RequestURI, r.URL.Path = "/dev/cats?a=1", "/dev/cats" }), "body", "InvalidSignatureException", "The request signature we"},
		"another query":        {changed(func(r *http.Request) { r.URL.RawQuery = "a=2" }), "body", "InvalidSignatureException", mismatch},
		"another verb":         {changed(func(r *http.Request) { r.Method = http.MethodPut }), "body", "InvalidSignatureException", "The request signature we"},
		"another host":         {changed(func(r *http.Request) { r.Host = "evil.example.com" }), "body", "InvalidSignatureException", mismatch},
		"unsigned header":      {changed(func(r *http.Request) { r.Header.Set("X-More", "1") }), "body", "", ""},
		"unsigned payload":     {changed(func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD") }), "body", "InvalidSignatureException", mismatch},
		"another signature":    {replaced("Signature=", "Signature=00"), "body", "InvalidSignatureException", mismatch},
		"no hexadecimal":       {replaced("Signature=", "Signature=zz"), "body", "InvalidSignatureException", mismatch},
		"no signature":         {replaced("Signature=", "Sig="), "body", "IncompleteSignatureException", incomplete},
		"host is not signed":   {replaced("host;", ""), "body", "InvalidSignatureException", "'Host' or ':authority' must be a 'SignedHeader'"},
		"another key":          {replaced("AKIAANN", "AKIAEVE"), "body", "UnrecognizedClientException", "The security token included in the request is invalid."},
		"somebody else's key":  {replaced("AKIAANN", "AKIAROOT"), "body", "InvalidSignatureException", mismatch},
		"another day":          {replaced("20261123", "20261122"), "body", "InvalidSignatureException", "Date in Credential scope does not match"},
		"short credential":     {replaced("/aws4_request", ""), "body", "IncompleteSignatureException", "Credential must have exactly 5"},
		"another region":       {signed(t, "execute-api", "eu-west-9", now, ""), "", "InvalidSignatureException", "Credential should be scoped to a valid region, not 'eu-west-9'. "},
		"another service":      {signed(t, "lambda", "us-east-1", now, ""), "", "InvalidSignatureException", "Credential should be scoped to correct service: 'execute-api'. "},
		"not too old":          {signed(t, "execute-api", "us-east-1", now.Add(-5*time.Minute), ""), "", "", ""},
		"not too early":        {signed(t, "execute-api", "us-east-1", now.Add(5*time.Minute), ""), "", "", ""},
		"expired":              {signed(t, "execute-api", "us-east-1", now.Add(-10*time.Minute), ""), "", "InvalidSignatureException", "Signature expired: 20261123T095000Z is now earlier than 20261123T095500Z (20261123T100000Z - 5 min.)"},
		"not yet current":      {signed(t, "execute-api", "us-east-1", now.Add(10*time.Minute), ""), "", "InvalidSignatureException", "Signature not yet current: 20261123T101000Z is still later than 20261123T100500Z (20261123T100000Z + 5 min.)"},
		"presigned":            {presigned(now.Add(-time.Hour), "3600"), "", "", ""},
		"presigned, expired":   {presigned(now.Add(-time.Hour-time.Second), "3600"), "", "InvalidSignatureException", "Signature expired: 20261123T100000Z is now later than 20261123T095959Z"},
		"presigned, too long":  {presigned(now, "604801"), "", "IncompleteSignatureException", "X-Amz-Expires must be"},
		"presigned, early":     {presigned(now.Add(time.Hour), "60"), "", "InvalidSignatureException", "Signature not yet current"},
		"a bearer token":       {changed(func(r *http.Request) { r.Header.Set("Authorization", "Bearer abc") }), "", "IncompleteSignatureException", "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'w1Xc6WwWEogNEZQP/dkBTThsJT4MNlKmzQanIm970rY='."},
		"another algorithm":    {changed(func(r *http.Request) { r.Header.Set("Authorization", "AWS4-ECDSA-P256-SHA256 Credential=a") }), "", "MissingAuthenticationTokenException", ""},
		"algorithm in a query": {httptest.NewRequest(http.MethodGet, "/?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256", nil), "", "IncompleteSignatureException", "Unsupported AWS 'algorithm'"},
		"half a query":         {httptest.NewRequest(http.MethodGet, "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a", nil), "", "IncompleteSignatureException", "AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. "},
	} {
		principal, failure := sigv4.Verify(test.request, []byte(test.body), "us-east-1", "execute-api", credentials(t), now)
		switch {
		case test.kind == "" && failure != nil:
			t.Errorf("%s: %+v", name, failure)
		case test.kind == "":
			want := sigv4.Principal{AccessKeyID: "AKIAANN", Account: "111111111111", UserARN: "arn:aws:iam::111111111111:user/ann", UserID: "AIDAAKA22USLG5SVIBJV7", CallerID: "AIDAAKA22USLG5SVIBJV7"}
			if *principal != want {
				t.Errorf("%s: %+v", name, principal)
			}
		case failure == nil:
			t.Errorf("%s is accepted", name)
		case failure.Status != 403 || failure.Type != test.kind || !strings.HasPrefix(failure.Message, test.message):
			t.Errorf("%s: %+v", name, failure)
		}
	}
}

// TestUnsignedPayload has a body that is not part of the signature.
func TestUnsignedPayload(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "http://api.example.com/", strings.NewReader("any"))
	r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	if err := v4.NewSigner().SignHTTP(t.Context(), ann, r, "UNSIGNED-PAYLOAD", "execute-api", "us-east-1", now); err != nil {
		t.Fatal(err)
	}
	if _, failure := sigv4.Verify(r, []byte("other"), "us-east-1", "execute-api", credentials(t), now); failure != nil {
		t.Error(failure.Reason)
	}
}

// FuzzVerify has no request accepted whose signature was made for another one.
func FuzzVerify(f *testing.F) {
	good := signed(f, "execute-api", "us-east-1", now, "")
	authorization := good.Header.Get("Authorization")
	f.Add(authorization, "a=1", good.Header.Get("X-Amz-Date"), "")
	f.Add("AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=;;, Signature=", "", "20261123T100000Z", "UNSIGNED-PAYLOAD")
	f.Add("", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=1&X-Amz-Credential=%&X-Amz-Date=x&X-Amz-SignedHeaders=host", "", "")
	known := credentials(f)
	f.Fuzz(func(t *testing.T, authorization, query, date, claimed string) {
		r := httptest.NewRequest(http.MethodPost, "http://api.example.com/dev/pets", nil)
		r.URL.RawQuery = query
		for name, value := range map[string]string{"Authorization": authorization, "X-Amz-Date": date, "X-Amz-Content-Sha256": claimed, "User-Agent": "x"} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		principal, failure := sigv4.Verify(r, nil, "us-east-1", "execute-api", known, now)
		if (principal == nil) == (failure == nil) {
			t.Fatalf("principal %v and failure %v", principal, failure)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	r, known, body := signed(b, "execute-api", "us-east-1", now, "body"), credentials(b), []byte("body")
	b.ReportAllocs()
	for b.Loop() {
		if _, failure := sigv4.Verify(r, body, "us-east-1", "execute-api", known, now); failure != nil {
			b.Fatal(failure.Reason)
		}
	}
}
