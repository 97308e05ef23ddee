package wire

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// FuzzUnmarshal decodes arbitrary text: what is no JSON is refused, every refusal
// is a SerializationException, and what is accepted survives a round trip.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"stageName":"dev","variables":{"a":null},"createdDate":1.5,"methodSettings":{"*/*":{"throttlingRateLimit":"NaN"}}}`))
	f.Add([]byte(`{"Code":{"ZipFile":"AP8="},"Layers":["a",null],"Environment":{"Variables":{"\u0000":"\ud800"}}}`))
	f.Add([]byte(`[{"a":[1,{"b":"]"}]}]`))
	f.Add([]byte("{\"stageName\":\"\xff\\\"\"}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, value := range []any{new(types.Stage), new(types.Resource), new(lambda.CreateFunctionInput)} {
			err := Unmarshal(data, value)
			if err != nil {
				if e, ok := errors.AsType[*Error](err); !ok || e.Code != "SerializationException" {
					t.Fatalf("%T: %v", value, err)
				}
				continue
			}
			if !json.Valid(data) {
				t.Fatalf("accepted %q", data)
			}
			encoded, err := Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			again := reflect.New(reflect.TypeOf(value).Elem()).Interface()
			if err := Unmarshal(encoded, again); err != nil {
				t.Fatalf("%s: %v", encoded, err)
			}
			if diff := cmp.Diff(value, again, ignoreDocumentMarker, cmpopts.EquateNaNs()); diff != "" {
				t.Fatalf("%s: %s", encoded, diff)
			}
		}
	})
}

// FuzzString compares the writing of strings with encoding/json.
func FuzzString(f *testing.F) {
	f.Add("a\"\\\n\x01\x7f\xffé\u2028<&>")
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); got != want && strings.ReplaceAll(got, "\ufffd", "") != strings.ReplaceAll(want, "\ufffd", "") {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

func FuzzParseCredential(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/apigateway/aws4_request, SignedHeaders=host, Signature=a")
	f.Add("AWS4-ECDSA-P256-SHA256 Credential=AKID/20261123/lambda/aws4_request")
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.Header["Authorization"] = []string{header}
		c, ok := ParseCredential(r)
		if !ok {
			return
		}
		if !isName(c.AccessKeyID) || !isName(c.Service) || len(c.Date) != 8 || c.Region != "" && !isName(c.Region) {
			t.Fatalf("%q gave %+v", header, c)
		}
	})
}

// FuzzRoute asks the routers for arbitrary paths: no redirect, no panic, and a
// path that is found has all its labels.
func FuzzRoute(f *testing.F) {
	f.Add("GET", "/restapis/a%2Fb/resources", "")
	f.Add("GET", "/tags/arn:aws:apigateway:us-east-1::/restapis/a", "")
	f.Add("POST", "/apikeys", "mode=import")
	f.Add("GET", "//a/..", "a;b")
	routers := map[Service]*router{}
	for service := range operationCounts {
		routers[service] = newRouter(service.Operations())
	}
	f.Fuzz(func(t *testing.T, method, path, query string) {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.Method, r.URL.Path, r.URL.RawPath, r.URL.RawQuery = method, path, path, query
		for _, routes := range routers {
			o := routes.find(r)
			if o == nil {
				continue
			}
			for member := range o.route.labels {
				if _, err := o.route.label(member, r.URL.EscapedPath()); err != nil {
					t.Fatalf("%s %q: %v", method, path, err)
				}
			}
		}
	})
}
