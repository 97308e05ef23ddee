package emulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// TestFunctionURLIAM: a function URL with AWS_IAM takes the signatures of its account.
func TestFunctionURLIAM(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	function := echoFunction(t)
	must(c.lambda.CreateFunction(t.Context(), function))(t)
	config := must(c.lambda.CreateFunctionUrlConfig(t.Context(), &lambda.CreateFunctionUrlConfigInput{FunctionName: function.FunctionName, AuthType: types.FunctionUrlAuthTypeAwsIam}))(t)
	id := functionURLID(t, config.FunctionUrl)
	address := e.URL() + "/_aws/lambda-url/" + id + "/path?a=1"
	for name, test := range map[string]struct {
		request *http.Request
		status  int
		part    string
	}{
		"own account":     {signed(t, "POST", address, "x", "lambda", "test", "test"), 200, `"userArn":"arn:aws:iam::000000000000:root"`},
		"another account": {signed(t, "POST", address, "x", "lambda", "123456789012", "test"), 403, functionURLForbidden},
		"wrong secret":    {signed(t, "POST", address, "x", "lambda", "test", "tset"), 403, "The request signature we calculated does not match"},
		"wrong service":   {signed(t, "POST", address, "x", "execute-api", "test", "test"), 403, "lambda"},
		"unsigned":        {get(t, address), 403, functionURLForbidden},
	} {
		if status, body := c.do(t, test.request); status != test.status || !strings.Contains(strings.ReplaceAll(body, `": "`, `":"`), test.part) {
			t.Errorf("%s: %d %s, want %d %s", name, status, body, test.status, test.part)
		}
	}
}
