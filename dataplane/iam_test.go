package dataplane_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane"
)

// callSigned calls API "api1" with a request that change may alter before it is signed
// by an access key, and after.
func (f *fixture) callSigned(t *testing.T, key, secret, target, body string, presign bool, after func(r *http.Request)) *http.Response {
	t.Helper()
	sum := sha256.Sum256([]byte(body))
	hash := hex.EncodeToString(sum[:])
	credentials := aws.Credentials{AccessKeyID: key, SecretAccessKey: secret}
	r := httptest.NewRequest(http.MethodPost, "http://api1.execute-api.us-east-1.amazonaws.com"+target, strings.NewReader(body))
	if presign {
		uri, _, err := v4.NewSigner().PresignHTTP(t.Context(), credentials, r, hash, "execute-api", "us-east-1", fixedTime)
		if err != nil {
			t.Fatal(err)
		}
		r = httptest.NewRequest(http.MethodPost, uri, strings.NewReader(body))
	} else if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, hash, "execute-api", "us-east-1", fixedTime); err != nil {
		t.Fatal(err)
	}
	r.RemoteAddr = "203.0.113.7:40000"
	after(r)
	recorder := httptest.NewRecorder()
	f.Serve(recorder, r, dataplane.Address{ApiID: "api1", Path: r.URL.EscapedPath(), DomainName: r.Host, DomainPrefix: "api1"})
	return recorder.Result()
}

// ownKey is the access key of the account of the APIs.
const ownKey = "111111111111"

func nothing(*http.Request) {}

// TestIAM has a method be called by those only whose signature is right.
func TestIAM(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	method := mockMethod(`$context.identity.accessKey $context.identity.userArn $context.identity.accountId $context.identity.caller` +
		` "$input.params('Authorization')" $input.params('a') "$input.params('X-Amz-Signature')"`)
	method.AuthorizationType = aws.String("AWS_IAM")
	f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"POST": method})))
	const root = `arn:aws:iam::111111111111:root`
	for name, test := range map[string]struct {
		key, secret string
		presign     bool
		after       func(r *http.Request)
		status      int
		errorType   string
		body        string
	}{
		"header":       {ownKey, "test", false, nothing, 200, "", ownKey + ` ` + root + ` 111111111111 111111111111 "" 1 ""`},
		"presigned":    {ownKey, "test", true, nothing, 200, "", ownKey + ` ` + root + ` 111111111111 111111111111 "" 1 ""`},
		"wrong secret": {ownKey, "tset", false, nothing, 403, "InvalidSignatureException", `{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'POST\n/stage/a\na=1\n`},
		"nobody's key": {"AKID", "test", false, nothing, 403, "UnrecognizedClientException", `{"message":"The security token included in the request is invalid."}`},
		"unsigned":     {ownKey, "test", false, func(r *http.Request) { r.Header.Del("Authorization") }, 403, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`},
		"half a header": {ownKey, "test", false, func(r *http.Request) {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKID/20200310/us-east-1/execute-api/aws4_request")
		}, 403, "IncompleteSignatureException", `{"message":"Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256 Credential=AKID/20200310/us-east-1/execute-api/aws4_request"}`},
		"another body": {ownKey, "test", false, func(r *http.Request) { r.Body = http.NoBody }, 403, "", ""},
		"old": {ownKey, "test", false, func(r *http.Request) {
			r.Header.Set("X-Amz-Date", fixedTime.Add(-time.Hour).Format("20060102T150405Z"))
		}, 403, "InvalidSignatureException", ""},
	} {
		response := f.callSigned(t, test.key, test.secret, "/stage/a?a=1", "{}", test.presign, test.after)
		body := bodyOf(t, response)
		if name == "another body" {
			// The length says otherwise: the body cannot be read.
			if response.StatusCode < 400 {
				t.Errorf("%s: %d %s", name, response.StatusCode, body)
			}
			continue
		}
		if response.StatusCode != test.status || !strings.HasPrefix(body, test.body) || only(response.Header, "x-amzn-ErrorType") != test.errorType {
			t.Errorf("%s: got %d %s %s, want %d %s %s", name, response.StatusCode, only(response.Header, "x-amzn-ErrorType"), body, test.status, test.errorType, test.body)
		}
	}
	if log := f.log.String(); strings.Contains(log, "AKID/") || strings.Contains(log, "Canonical") {
		t.Errorf("log: %s", log)
	}
}
