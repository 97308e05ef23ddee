package integration

import (
	"encoding/json"
	"net/textproto"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzDecodeProxyResponse checks what every accepted response has to be.
func FuzzDecodeProxyResponse(f *testing.F) {
	for _, seed := range []string{
		`{"statusCode":"201","headers":{"a":true,"B":1.5},"multiValueHeaders":{"A":["1","2"],"b":null},"body":"x","isBase64Encoded":true}`,
		`{"statusCode":200,"wrongValue":"value"}`, `"justAString"`, `null`, `{"statusCode":1e2}`, `{"statusCode":"0x10"}`, `{"statusCode":null,"body":null}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		response, err := DecodeProxyResponse([]byte(payload))
		if err != nil {
			return
		}
		var members map[string]any
		if err := json.Unmarshal([]byte(payload), &members); err != nil || members == nil {
			t.Fatalf("no object was accepted: %v", err)
		}
		for name := range members {
			switch name {
			case "statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded":
			default:
				t.Fatalf("member %q was accepted", name)
			}
		}
		if response.Status < 200 || response.Status > 599 {
			t.Fatalf("status %d", response.Status)
		}
		seen := map[string]bool{}
		for name, values := range response.Header {
			if lower := strings.ToLower(name); seen[lower] || len(values) == 0 {
				t.Fatalf("header %q is there twice or empty", name)
			} else {
				seen[lower] = true
			}
		}
	})
}

func TestMockStatus(t *testing.T) {
	tests := map[string]struct {
		text string
		want int
		ok   bool
	}{
		"plain":                {`{"statusCode": 200}`, 200, true},
		"bare name":            {`{statusCode:200}`, 200, true},
		"single quotes":        {`{'statusCode': 404}`, 404, true},
		"among others":         {` {"a": {"statusCode": 1, "b": ["x", {}]}, "statusCode" : 503 , "c": "}" } `, 503, true},
		"last one counts":      {`{"statusCode":200,"statusCode":201}`, 201, true},
		"text":                 {`{"statusCode":"200"}`, 0, false},
		"negative":             {`{"statusCode":-7}`, -7, true},
		"signed":               {`{"statusCode":+7}`, 0, false},
		"fraction":             {`{"statusCode":200.5}`, 0, false},
		"nested only":          {`{"a":{"statusCode":200}}`, -1, false},
		"no object":            {`200`, 0, false},
		"empty":                {``, 0, false},
		"trailing text":        {`{"statusCode":200} x`, 200, false},
		"not closed":           {`{"statusCode":200`, 0, false},
		"quote not closed":     {`{"statusCode`, 0, false},
		"nested without end":   {strings.Repeat(`{"a":`, 100_000), 0, false},
		"lists without end":    {`{"a":` + strings.Repeat(`[`, 100_000), 0, false},
		"escaped quote passes": {`{"a":"\"","statusCode":200}`, 200, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status, ok := MockStatus([]byte(test.text))
			if ok != test.ok || ok && status != test.want {
				t.Errorf("got %d, %t", status, ok)
			}
		})
	}
}

// FuzzMockStatus compares with encoding/json on what that accepts.
func FuzzMockStatus(f *testing.F) {
	f.Add(`{"statusCode": 200}`)
	f.Add(`{statusCode:200,'a':["\""]}`)
	f.Fuzz(func(t *testing.T, text string) {
		status, ok := MockStatus([]byte(text))
		var members map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &members); err != nil {
			return
		}
		var want int
		raw, present := members["statusCode"]
		wantOK := present && json.Unmarshal(raw, &want) == nil && string(raw) != "null"
		if strings.ContainsAny(text, "\\") {
			return // names are compared as written
		}
		if ok && (!wantOK || status != want) || !ok && wantOK && string(raw) != "-0" && len(text) < maxDepth {
			t.Fatalf("%s: got %d %t, want %d %t", text, status, ok, want, wantOK)
		}
	})
}

func TestLambdaFunctionARN(t *testing.T) {
	const function = "arn:aws:lambda:us-east-1:111111111111:function:hello"
	tests := map[string]struct {
		uri, want string
	}{
		"plain":     {"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + function + "/invocations", function},
		"qualified": {"arn:aws-cn:apigateway:cn-north-1:lambda:path/2015-03-31/functions/" + function + ":live/invocations", function + ":live"},
		"streaming": {"arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/" + function + "/response-streaming-invocations", function},
		"firehose":  {"arn:aws:apigateway:us-east-1:firehose:action/PutRecord", ""},
		"bare":      {function, ""},
		"no name":   {"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:/invocations", ""},
		"empty":     {"", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := LambdaFunctionARN(test.uri)
			if got != test.want || (err == nil) != (test.want != "") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestURITemplate(t *testing.T) {
	values := []Pair{{"a", "1%2F2"}, {"proxy", "x/y"}}
	tests := map[string]struct {
		uri, host, path, query, missing string
	}{
		"plain":          {"http://h:1/p?q=1", "h:1", "/p", "q=1", ""},
		"no path":        {"https://h", "h", "/", "", ""},
		"query only":     {"https://h?q", "h", "/", "q", ""},
		"placeholders":   {"http://h/{a}/b/{proxy+}?x={a}", "h", "/1%2F2/b/x/y", "x=1%2F2", ""},
		"missing":        {"http://h/{b}", "h", "", "", "b"},
		"fragment":       {"http://h/p#f", "h", "/p", "", ""},
		"brace is open":  {"http://h/{a", "h", "/{a", "", ""},
		"IPv6":           {"http://[::1]:80/p", "[::1]:80", "/p", "", ""},
		"host has holes": {"http://{a}/p", "", "", "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			template, err := parseURITemplate(test.uri)
			if test.host == "" {
				if err == nil {
					t.Error("was accepted")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			path, missing := expand(template.path, values, false)
			query, _ := expand(template.query, values, true)
			if diff := cmp.Diff([]string{test.host, test.path, test.query, test.missing}, []string{template.host, path, query, missing}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHopByHopNamesAreCanonical(t *testing.T) {
	for _, name := range []string{"connection", "te", "proxy-connection", "keep-alive", "transfer-encoding"} {
		if !hopByHop(textproto.CanonicalMIMEHeaderKey(name)) {
			t.Error(name)
		}
	}
}
