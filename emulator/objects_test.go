package emulator_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// TestCodeFromS3 creates a function whose code is an object of the configured S3
// endpoint.
func TestCodeFromS3(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	archive := zipOf(t, "app.py", "def handler(event, context):\n    return 'from S3'\n")
	bucket := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if auth := r.Header.Get("Authorization"); !strings.HasPrefix(auth, "AWS4-HMAC-SHA256 Credential=test/") || !strings.Contains(auth, "/us-east-1/s3/aws4_request") {
			t.Errorf("signature: %s", auth)
		}
		if r.URL.EscapedPath() != "/base/code/a%20b/fn.zip" || r.URL.RawQuery != "versionId=v1" {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>`)
			return
		}
		_, _ = w.Write(archive)
	}))
	defer bucket.Close()
	e := start(t, emulator.Config{Getenv: func(name string) string {
		return map[string]string{"AWS_ENDPOINT_URL_S3": bucket.URL + "/base"}[name]
	}})
	c := newClients(t, e.AWSConfig())
	in := &lambda.CreateFunctionInput{
		FunctionName: aws.String("fn"), Runtime: types.RuntimePython313, Handler: aws.String("app.handler"),
		Role: aws.String("arn:aws:iam::000000000000:role/test"), Timeout: aws.Int32(30),
		Code: &types.FunctionCode{S3Bucket: aws.String("code"), S3Key: aws.String("a b/none.zip")},
	}
	_, err := c.lambda.CreateFunction(t.Context(), in)
	if err == nil || !strings.Contains(err.Error(), "InvalidParameterValueException: Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.") {
		t.Errorf("no such key: %v", err)
	}
	in.Code.S3Key, in.Code.S3ObjectVersion = aws.String("a b/fn.zip"), aws.String("v1")
	must(c.lambda.CreateFunction(t.Context(), in))(t)
	out := must(c.lambda.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("fn")}))(t)
	if string(out.Payload) != `"from S3"` {
		t.Errorf("got %s", out.Payload)
	}
}
