package dataplane_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

func gzipped(tb testing.TB, text string) string {
	tb.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil || w.Close() != nil {
		tb.Fatal(err)
	}
	return b.String()
}

func deflated(tb testing.TB, text string) string {
	tb.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil || w.Close() != nil {
		tb.Fatal(err)
	}
	return b.String()
}

func TestResponseCompression(t *testing.T) {
	const text = "a text that is compressed when it is long enough"
	encoded := lambdaMethod()
	resources := []types.Resource{
		resourceOf("/a", map[string]types.Method{"ANY": mockMethod(text)}),
		resourceOf("/encoded", map[string]types.Method{"GET": encoded}),
	}
	tests := map[string]struct {
		minimum      *int32
		method, path string
		accept       string
		coding       string
		status       int
	}{
		"gzip":                       {aws.Int32(0), "GET", "/a", "gzip", "gzip", 200},
		"deflate":                    {aws.Int32(0), "GET", "/a", "deflate, br", "deflate", 200},
		"at the size":                {aws.Int32(int32(len(text))), "GET", "/a", "gzip", "gzip", 200},
		"below the size":             {aws.Int32(int32(len(text)) + 1), "GET", "/a", "gzip", "", 200},
		"not asked for":              {aws.Int32(0), "GET", "/a", "", "", 200},
		"identity":                   {aws.Int32(0), "GET", "/a", "identity", "", 200},
		"switched off":               {nil, "GET", "/a", "gzip", "", 200},
		"the function did":           {aws.Int32(0), "GET", "/encoded", "gzip", "br", 200},
		"gateway responses are text": {aws.Int32(0), "GET", "/none", "gzip", "", 403},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, returning(`{"headers":{"content-encoding":"br"},"body":"`+text+`"}`))
			stage := stageOf(resources...)
			stage.Api.Api.MinimumCompressionSize = test.minimum
			f.PublishRestStage(stage)
			response := f.call(test.method, "/stage"+test.path, "", http.Header{"Accept-Encoding": {test.accept}})
			body := bodyOf(t, response)
			if coding := response.Header.Get("Content-Encoding") + only(response.Header, "content-encoding"); coding != test.coding && coding != test.coding+test.coding || response.StatusCode != test.status {
				t.Fatalf("got %d %s", response.StatusCode, coding)
			}
			var reader io.Reader = strings.NewReader(body)
			var err error
			switch test.coding {
			case "gzip":
				reader, err = gzip.NewReader(reader)
			case "deflate":
				reader, err = zlib.NewReader(reader)
			}
			if err != nil {
				t.Fatal(err)
			}
			plain, err := io.ReadAll(reader)
			if err != nil || test.status == 200 && string(plain) != text {
				t.Errorf("got %q, %v", plain, err)
			}
		})
	}
}

func TestRequestDecompression(t *testing.T) {
	b := newBackend(t, nil)
	bomb := gzipped(t, strings.Repeat("0", 10<<20+1))
	const text = `{"a":1,"b":2}`
	tests := map[string]struct {
		coding, body string
		minimum      *int32
		status       int
		want         string
		wantCoding   []string
	}{
		"gzip":                      {"gzip", gzipped(t, text), aws.Int32(0), 200, text, nil},
		"deflate":                   {"deflate", deflated(t, text), aws.Int32(0), 200, text, nil},
		"identity":                  {"identity", text, aws.Int32(0), 200, text, []string{"identity"}},
		"other":                     {"br", text, aws.Int32(0), 415, "", nil},
		"not compressed":            {"gzip", text, aws.Int32(0), 400, "", nil},
		"cut off":                   {"gzip", gzipped(t, text)[:20], aws.Int32(0), 400, "", nil},
		"too large when plain":      {"gzip", bomb, aws.Int32(0), 413, "", nil},
		"decompressed, invalid":     {"gzip", gzipped(t, "{}"), aws.Int32(0), 400, "", nil},
		"switched off goes through": {"gzip", text, nil, 200, text, []string{"gzip"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			stage := validatedStage(httpMethod(b.URL), nil, map[string]string{"application/json": "testSchema"})
			stage.Api.Api.MinimumCompressionSize = test.minimum
			f.PublishRestStage(stage)
			response := f.call("POST", "/stage/nested/x", test.body, http.Header{"Content-Encoding": {test.coding}})
			if response.StatusCode != test.status {
				t.Fatalf("got %d %s; %s", response.StatusCode, bodyOf(t, response), f.log)
			}
			if test.status == 200 && (b.body != test.want || strings.Join(b.request.Header["Content-Encoding"], ",") != strings.Join(test.wantCoding, ",")) {
				t.Errorf("the backend got %q %v", b.body, b.request.Header)
			}
		})
	}
}
