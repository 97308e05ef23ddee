package wire

import (
	"net/http/httptest"
	"net/url"
	"testing"
)

func TestParseCredential(t *testing.T) {
	t.Parallel()
	const rest = ", SignedHeaders=host;x-amz-date, Signature=abc"
	tests := map[string]struct {
		header, query string
		want          Credential
		ok            bool
	}{
		"header":                  {"AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/apigateway/aws4_request" + rest, "", Credential{"AKID", "20261123", "eu-west-1", "apigateway"}, true},
		"no blanks":               {"AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/lambda/aws4_request,SignedHeaders=host,Signature=a", "", Credential{"AKID", "20261123", "eu-west-1", "lambda"}, true},
		"credential is not first": {"AWS4-HMAC-SHA256 SignedHeaders=host, Credential=AKID/20261123/r/s/aws4_request", "", Credential{"AKID", "20261123", "r", "s"}, true},
		"SigV4A has no region":    {"AWS4-ECDSA-P256-SHA256 Credential=AKID/20261123/execute-api/aws4_request" + rest, "", Credential{"AKID", "20261123", "", "execute-api"}, true},
		"presigned":               {"", "X-Amz-Credential=" + url.QueryEscape("AKID/20261123/eu-west-1/lambda/aws4_request"), Credential{"AKID", "20261123", "eu-west-1", "lambda"}, true},
		"the header wins":         {"AWS4-HMAC-SHA256 Credential=A/20261123/r/s/aws4_request", "X-Amz-Credential=B%2F20261123%2Fr%2Fs%2Faws4_request", Credential{"A", "20261123", "r", "s"}, true},
		"none":                    {},
		"bearer":                  {header: "Bearer Credential=AKID/20261123/r/s/aws4_request"},
		"no terminator":           {header: "AWS4-HMAC-SHA256 Credential=AKID/20261123/r/s/x"},
		"too few parts":           {header: "AWS4-HMAC-SHA256 Credential=AKID/r/aws4_request"},
		"empty key":               {header: "AWS4-HMAC-SHA256 Credential=/20261123/r/s/aws4_request"},
		"no day":                  {header: "AWS4-HMAC-SHA256 Credential=AKID/today/r/s/aws4_request"},
		"odd characters":          {header: "AWS4-HMAC-SHA256 Credential=AKID/20261123/r\x00/s/aws4_request"},
		"no parameters":           {header: "AWS4-HMAC-SHA256"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), "GET", "/?"+tt.query, nil)
			if tt.header != "" {
				r.Header.Set("Authorization", tt.header)
			}
			got, ok := ParseCredential(r)
			if ok != tt.ok || ok && got != tt.want {
				t.Errorf("got %+v, %t", got, ok)
			}
		})
	}
}

func TestCallerOf(t *testing.T) {
	t.Parallel()
	for credential, want := range map[string]Caller{
		"123456789012/20261123/eu-west-1/lambda/aws4_request": {Account: "123456789012", Region: "eu-west-1", AccessKeyID: "123456789012"},
		"12345678901x/20261123/eu-west-1/lambda/aws4_request": {Account: "default", Region: "eu-west-1", AccessKeyID: "12345678901x"},
		"test/20261123/lambda/aws4_request":                   {Account: "default", Region: "home", AccessKeyID: "test"},
		"rubbish":                                             {Account: "default", Region: "home"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+credential)
		if got := callerOf(r, "default", "home"); got != want {
			t.Errorf("%s: %+v", credential, got)
		}
	}
}
