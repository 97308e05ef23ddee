package function

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// TestQuotas: what is just within a quota of Lambda passes, and what is just beyond is refused with
// AWS's code and text. All go over HTTP, where the model's constraints are checked first.
func TestQuotas(t *testing.T) {
	t.Parallel()
	const (
		invalid = "400 InvalidParameterValueException: "
		refused = "400 ValidationException: 1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must have %s"
		least   = "value greater than or equal to "
		most    = "value less than or equal to "
	)
	f := newFixture(t, withLayers)
	_, client := f.overHTTP(t)
	tagged := func(n int) map[string]string {
		tags := map[string]string{}
		for i := range n {
			tags[fmt.Sprint("k", i)] = ""
		}
		return tags
	}
	layered := func(n int) (arns []string) {
		for i := range n {
			name := fmt.Sprint("l", i)
			out := must(client.PublishLayerVersion(t.Context(), &lambda.PublishLayerVersionInput{LayerName: &name, Content: &types.LayerVersionContentInput{ZipFile: zipOf(t, "x")}}))(t)
			arns = append(arns, *out.LayerVersionArn)
		}
		return arns
	}
	environment := func(n int) *types.Environment { // of n bytes as JSON
		return &types.Environment{Variables: map[string]string{"AB": strings.Repeat("x", n-len(`{"AB":""}`))}}
	}
	for _, test := range []struct {
		name string
		edit func(*lambda.CreateFunctionInput)
		want string // empty for what passes; a final … stands for more
	}{
		{"name 64", func(in *lambda.CreateFunctionInput) { in.FunctionName = aws.String(strings.Repeat("n", 64)) }, ""},
		{"name 65", func(in *lambda.CreateFunctionInput) { in.FunctionName = aws.String(strings.Repeat("n", 65)) }, fmt.Sprintf(refused, strings.Repeat("n", 65), "functionName", "length less than or equal to 64")},
		{"description 256", func(in *lambda.CreateFunctionInput) { in.Description = aws.String(strings.Repeat("ü", 256)) }, ""},
		{"description 257", func(in *lambda.CreateFunctionInput) { in.Description = aws.String(strings.Repeat("d", 257)) }, fmt.Sprintf(refused, strings.Repeat("d", 257), "description", "length less than or equal to 256")},
		{"timeout 900", func(in *lambda.CreateFunctionInput) { in.Timeout = aws.Int32(900) }, ""},
		{"timeout 0", func(in *lambda.CreateFunctionInput) { in.Timeout = aws.Int32(0) }, fmt.Sprintf(refused, "0", "timeout", least+"1")},
		{"timeout 901", func(in *lambda.CreateFunctionInput) { in.Timeout = aws.Int32(901) }, fmt.Sprintf(refused, "901", "timeout", most+"900")},
		{"memory 128", func(in *lambda.CreateFunctionInput) { in.MemorySize = aws.Int32(128) }, ""},
		{"memory 127", func(in *lambda.CreateFunctionInput) { in.MemorySize = aws.Int32(127) }, fmt.Sprintf(refused, "127", "memorySize", least+"128")},
		{"memory 10240", func(in *lambda.CreateFunctionInput) { in.MemorySize = aws.Int32(10240) }, ""},
		{"memory 10241", func(in *lambda.CreateFunctionInput) { in.MemorySize = aws.Int32(10241) }, invalid + "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 10240"},
		{"memory of managed instances", func(in *lambda.CreateFunctionInput) { in.MemorySize = aws.Int32(32769) }, fmt.Sprintf(refused, "32769", "memorySize", most+"32768")},
		{"storage 512", func(in *lambda.CreateFunctionInput) {
			in.EphemeralStorage = &types.EphemeralStorage{Size: aws.Int32(512)}
		}, ""},
		{"storage 511", func(in *lambda.CreateFunctionInput) {
			in.EphemeralStorage = &types.EphemeralStorage{Size: aws.Int32(511)}
		}, fmt.Sprintf(refused, "511", "ephemeralStorage.size", least+"512")},
		{"storage 10240", func(in *lambda.CreateFunctionInput) {
			in.EphemeralStorage = &types.EphemeralStorage{Size: aws.Int32(10240)}
		}, ""},
		{"storage 10241", func(in *lambda.CreateFunctionInput) {
			in.EphemeralStorage = &types.EphemeralStorage{Size: aws.Int32(10241)}
		}, fmt.Sprintf(refused, "10241", "ephemeralStorage.size", most+"10240")},
		{"environment 4 KB", func(in *lambda.CreateFunctionInput) { in.Environment = environment(4096) }, ""},
		{"environment more", func(in *lambda.CreateFunctionInput) { in.Environment = environment(4097) }, invalid + "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {\"AB\":\"x…"},
		{"tags 50", func(in *lambda.CreateFunctionInput) { in.Tags = tagged(50) }, ""},
		{"tags 51", func(in *lambda.CreateFunctionInput) { in.Tags = tagged(51) }, invalid + "…"}, // the text is unverified
		{"layers 5", func(in *lambda.CreateFunctionInput) { in.Layers = layered(5) }, ""},
		{"layers 6", func(in *lambda.CreateFunctionInput) { in.Layers = layered(6) }, invalid + "Cannot reference more than 5 layers."},
	} {
		in := createInput(t, "q"+strings.ReplaceAll(strings.ReplaceAll(test.name, " ", "-"), "KB", ""))
		in.Role = aws.String("arn:aws:iam::000000000000:role/r")
		test.edit(in)
		_, err := client.CreateFunction(t.Context(), in)
		got := ""
		if err != nil {
			api, _ := errors.AsType[smithy.APIError](err)
			response, ok := errors.AsType[*smithyhttp.ResponseError](err)
			if api == nil || !ok {
				t.Fatalf("%s: %v", test.name, err)
			}
			got = fmt.Sprintf("%d %s: %s", response.HTTPStatusCode(), api.ErrorCode(), api.ErrorMessage())
		}
		beginning, cut := strings.CutSuffix(test.want, "…")
		if got != test.want && (!cut || !strings.HasPrefix(got, beginning)) {
			t.Errorf("%s: got %.300s, want %.300s", test.name, got, test.want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// TestZipQuotas: the largest zip and the largest request that can be uploaded directly.
func TestZipQuotas(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	in := createInput(t, "fn")
	in.Code.ZipFile = make([]byte, 50<<20)
	_, err := f.CreateFunction(f.ctx, in)
	wantError(t, err, 400, "InvalidParameterValueException", "Could not unzip uploaded file. Please check your file, then try to upload again.")
	in.Code.ZipFile = make([]byte, 50<<20+1)
	_, err = f.CreateFunction(f.ctx, in)
	wantError(t, err, 413, "RequestEntityTooLargeException", "") // the text is unverified

	url, _ := f.overHTTP(t)
	for path, operation := range map[string]string{
		"POST /2015-03-31/functions": "CreateFunction", "PUT /2015-03-31/functions/fn/code": "UpdateFunctionCode", "POST /2018-10-31/layers/l/versions": "PublishLayerVersion",
	} {
		method, path, _ := strings.Cut(path, " ")
		request, err := http.NewRequestWithContext(t.Context(), method, url+path, bytes.NewReader(make([]byte, 70167212)))
		if err != nil {
			t.Fatal(err)
		}
		response := must(http.DefaultClient.Do(request))(t)
		body := string(must(io.ReadAll(response.Body))(t))
		_ = response.Body.Close()
		want := "Request must be smaller than 70167211 bytes for the " + operation + " operation"
		if response.StatusCode != 413 || response.Header.Get("X-Amzn-Errortype") != "RequestEntityTooLargeException" || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", operation, response.StatusCode, body)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}
