package emulator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apitypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

const loggedFunction = `def handler(event, context):
    q = event.get("queryStringParameters") or {}
    if "boom" in q:
        raise Exception("boom")
    if "odd" in q:
        return {"statusCode": 200, "body": {"no": "text"}}
    return {"statusCode": int(q.get("status", "200")), "body": "hi"}
`

// TestHTTPAPIAccessLogOfFailures: the whole line of exchanges that go wrong in each place.
// Latencies and ids that are drawn are replaced.
func TestHTTPAPIAccessLogOfFailures(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	file := filepath.Join(t.TempDir(), "access.log")
	a := createHTTPAPI(t, start(t, emulator.Config{AccessLog: file, Credentials: []string{"AKIAANN=s3cr3t,arn:aws:iam::000000000000:user/ann"}}), nil)
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-r.Context().Done()
			return
		}
		w.Header().Set("X-Amzn-RequestId", "backend-id")
		w.Header().Set("X-Amz-Id-2", "backend-id-2")
		w.WriteHeader(http.StatusTeapot)
	}))
	t.Cleanup(backend.Close)
	function := a.pythonCode(t, "logged", &lambdatypes.FunctionCode{ZipFile: zipOf(t, "app.py", loggedFunction)})
	guard := a.pythonCode(t, "guard", &lambdatypes.FunctionCode{ZipFile: zipOf(t, "app.py", simpleGuard)})
	http1 := a.integrate(t.Context(), t, proxyTo(backend.URL), "POST /http", "GET /throttled")
	slow := proxyTo(backend.URL + "/slow")
	slow.TimeoutInMillis = aws.Int32(50)
	a.integrate(t.Context(), t, slow, "GET /slow")
	a.integrate(t.Context(), t, proxyTo("http://127.0.0.1:1"), "GET /down")
	for key, arn := range map[string]string{"GET /function": function, "GET /forbidden": function + "-gone"} {
		a.integrate(t.Context(), t, apigatewayv2.CreateIntegrationInput{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: &arn, PayloadFormatVersion: aws.String("2.0")}, key)
	}
	for path, arn := range map[string]string{"/guarded": guard, "/guard-forbidden": guard + "-gone"} {
		name := strings.Trim(path, "/")
		a.guarded(t, "GET "+path, http1, types.AuthorizationTypeCustom, a.guard(t, apigatewayv2.CreateAuthorizerInput{
			Name: &name, AuthorizerType: types.AuthorizerTypeRequest, AuthorizerUri: aws.String(invocationURI(arn)), AuthorizerPayloadFormatVersion: aws.String("2.0"),
			EnableSimpleResponses: aws.Bool(true), AuthorizerResultTtlInSeconds: aws.Int32(0), IdentitySource: []string{"$request.header.Authorization"},
		}))
	}
	a.guarded(t, "GET /jwt", http1, types.AuthorizationTypeJwt, a.guard(t, apigatewayv2.CreateAuthorizerInput{
		Name: aws.String("jwt"), AuthorizerType: types.AuthorizerTypeJwt, IdentitySource: []string{"$request.header.Authorization"},
		JwtConfiguration: &types.JWTConfiguration{Issuer: aws.String("http://127.0.0.1:9"), Audience: []string{"app"}},
	}))
	a.guarded(t, "GET /iam", http1, types.AuthorizationTypeAwsIam, "")
	a.guarded(t, "POST /iam", http1, types.AuthorizationTypeAwsIam, "")
	var format strings.Builder
	for _, variable := range []string{
		"requestId", "httpMethod", "path", "routeKey", "status", "error.message", "error.messageString", "error.responseType", "integrationErrorMessage", "integration.error",
		"integrationStatus", "integration.status", "integration.integrationStatus", "integrationLatency", "integration.latency", "integration.requestId", "awsEndpointRequestId", "awsEndpointRequestId2",
		"authorizer.error", "authorizer.kind", "authorizer.principalId", "identity.accountId", "identity.caller", "identity.user", "identity.userArn", "identity.sourceIp", "identity.userAgent",
		"identity.cognitoIdentityId", "identity.clientCert.subjectDN", "dataProcessed", "responseLength", "responseLatency",
	} {
		format.WriteString(" ")
		if strings.HasSuffix(strings.ToLower(variable), "latency") {
			format.WriteString("~")
		}
		format.WriteString("$context." + variable)
	}
	limit := types.RouteSettings{ThrottlingRateLimit: aws.Float64(0), ThrottlingBurstLimit: aws.Int32(0)}
	must(a.v2.UpdateStage(t.Context(), &apigatewayv2.UpdateStageInput{
		ApiId: &a.id, StageName: aws.String("$default"), RouteSettings: map[string]types.RouteSettings{"GET /throttled": limit},
		AccessLogSettings: &types.AccessLogSettings{DestinationArn: aws.String("arn:aws:logs:us-east-1:000000000000:log-group:failures"), Format: aws.String(format.String()[1:])},
	}))(t)

	const (
		internal  = `Internal Server Error "Internal Server Error"`
		none      = "- - - - - ~- ~- - - -"       // nothing of the integration
		nobody    = "- - - - 127.0.0.1 agent - -" // the identity
		noCall    = "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. Check the permissions and try again."
		noGuard   = "The IAM role configured on the authorizer or API Gateway doesn't have permissions to call the authorizer. Check the permissions and try again."
		thrown    = "The Lambda function returned the following error: boom. Check your Lambda function code and try again."
		malformed = "Execution failed due to configuration error: Malformed Lambda proxy response"
		timeout   = "Execution failed due to a timeout error"
		network   = "Execution failed due to a network error communicating with endpoint"
	)
	for _, test := range []struct {
		method, path, token, body, want string
	}{
		{"GET", "/none", "", "", "- 404 Not Found \"Not Found\" RESOURCE_NOT_FOUND " + none + " - - - " + nobody + " 23 23"},
		{"POST", "/http", "", "four", "POST /http 418 - - - - - 418 418 418 ~N ~N backend-id backend-id backend-id-2 - - - " + nobody + " 4 0"},
		{"GET", "/slow", "", "", "GET /slow 503 Service Unavailable \"Service Unavailable\" INTEGRATION_TIMEOUT " + timeout + " " + timeout + " - - - ~N ~N - - - - - - " + nobody + " 33 33"},
		{"GET", "/down", "", "", "GET /down 503 Service Unavailable \"Service Unavailable\" INTEGRATION_FAILURE " + network + " " + network + " - - - ~N ~N - - - - - - " + nobody + " 33 33"},
		{"GET", "/function?status=404", "", "", "GET /function 404 - - - - - 404 404 200 ~N ~N ID ID - - - - " + nobody + " 2 2"},
		{"GET", "/function?boom=1", "", "", "GET /function 500 " + internal + " INTEGRATION_FAILURE " + thrown + " " + thrown + " - - 200 ~N ~N ID ID - - - - " + nobody + " 35 35"},
		{"GET", "/function?odd=1", "", "", "GET /function 500 " + internal + " INTEGRATION_FAILURE " + malformed + " " + malformed + " - - 200 ~N ~N ID ID - - - - " + nobody + " 35 35"},
		{"GET", "/forbidden", "", "", "GET /forbidden 500 " + internal + " API_CONFIGURATION_ERROR " + noCall + " " + noCall + " - - - ~N ~N - - - - - - " + nobody + " 35 35"},
		{"GET", "/throttled", "", "", "GET /throttled 429 Too Many Requests \"Too Many Requests\" THROTTLED " + none + " - - - " + nobody + " 31 31"},
		{"GET", "/guarded", "", "", "GET /guarded 401 Unauthorized \"Unauthorized\" UNAUTHORIZED " + none + " an identity source of the authorizer is missing - - " + nobody + " 26 26"},
		{"GET", "/guarded", "please", "", "GET /guarded 403 Forbidden \"Forbidden\" ACCESS_DENIED " + none + " the authorizer does not allow arn:aws:execute-api:us-east-1:000000000000:API/$default/GET/guarded - - " + nobody + " 23 23"},
		{"GET", "/guarded", "let me in", "", "GET /guarded 418 - - - - - 418 418 418 ~N ~N backend-id backend-id backend-id-2 - REQUEST2.0 - " + nobody + " 0 0"},
		{"GET", "/guard-forbidden", "let me in", "", "GET /guard-forbidden 500 " + internal + " AUTHORIZER_CONFIGURATION_ERROR " + none + " " + noGuard + " - - " + nobody + " 35 35"},
		{"GET", "/jwt", "", "", "GET /jwt 401 Unauthorized \"Unauthorized\" UNAUTHORIZED " + none + " no token - - " + nobody + " 26 26"},
		{"GET", "/iam", "", "", "GET /iam 403 Forbidden \"Forbidden\" ACCESS_DENIED " + none + " MissingAuthenticationTokenException: Missing Authentication Token - - " + nobody + " 23 23"},
	} {
		header := http.Header{"User-Agent": {"agent"}}
		if test.token != "" {
			header.Set("Authorization", test.token)
		}
		response, body := a.send(t.Context(), t, test.method, test.path, test.body, header)
		id := response.Header.Get("Apigw-Requestid")
		line := ""
		eventually(t, fmt.Sprintf("%s is not logged: %d %s", test.path, response.StatusCode, body), func() bool {
			content, _ := os.ReadFile(file)
			_, after, found := strings.Cut(string(content), id+" ")
			line, _, _ = strings.Cut(after, "\n")
			return found && strings.Contains(after, "\n")
		})
		path, _, _ := strings.Cut(test.path, "?")
		want := test.method + " " + path + " " + test.want + " ~N"
		if diff := cmp.Diff(want, drawn(strings.ReplaceAll(line, a.id, "API"))); diff != "" {
			t.Errorf("%s %q: %s", test.path, test.token, diff)
		}
	}
	// Who signed is known then.
	status, _ := a.signed(t, "/iam", "", "", signature{key: "AKIAANN", secret: "s3cr3t", service: "execute-api", region: "us-east-1", at: time.Now()})
	line := ""
	eventually(t, fmt.Sprintf("the signed call is not logged: %d", status), func() bool {
		content, _ := os.ReadFile(file)
		_, after, found := strings.Cut(string(content), " POST /iam ")
		line, _, _ = strings.Cut(after, "\n")
		return found && strings.Contains(after, "\n")
	})
	want := "POST /iam 418 - - - - - 418 418 418 ~N ~N backend-id backend-id backend-id-2 - - - 000000000000 AIDANCTWABKQUBTEH4RXA AIDANCTWABKQUBTEH4RXA arn:aws:iam::000000000000:user/ann 127.0.0.1 Go-http-client/1.1 - - 0 0 ~N"
	if diff := cmp.Diff(want, drawn(line)); diff != "" {
		t.Error(diff)
	}
}

var (
	uuids     = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	latencies = regexp.MustCompile(`~[0-9]+`)
)

// drawn replaces what differs from run to run.
func drawn(line string) string {
	line = uuids.ReplaceAllString(line, "ID")
	return latencies.ReplaceAllString(line, "~N")
}

// TestRESTAccessLogRequestID: Lambda's request id in the access log of a REST API.
func TestRESTAccessLogRequestID(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "access.log")
	e := start(t, emulator.Config{AccessLog: file})
	c := newClients(t, e.AWSConfig())
	id := c.createProxyAPI(t.Context(), t, c.createFunction(t.Context(), t, echoFunction(t)))
	replace := func(path, value string) apitypes.PatchOperation {
		return apitypes.PatchOperation{Op: apitypes.OpReplace, Path: &path, Value: &value}
	}
	must(c.gateway.UpdateStage(t.Context(), &apigateway.UpdateStageInput{RestApiId: &id, StageName: aws.String("dev"), PatchOperations: []apitypes.PatchOperation{
		replace("/accessLogSettings/destinationArn", "arn:aws:logs:us-east-1:000000000000:log-group:access"),
		replace("/accessLogSettings/format", "$context.requestId|$context.integration.requestId $context.awsEndpointRequestId $context.integration.status"),
	}}))(t)
	c.invoke(t, get(t, e.InvokeURL(id, "dev", "a")))
	line := ""
	eventually(t, "nothing is logged", func() bool {
		content, _ := os.ReadFile(file)
		_, line, _ = strings.Cut(string(content), "|")
		return strings.HasSuffix(line, "\n")
	})
	if drawn(line) != "ID ID 200\n" {
		t.Errorf("logged %q", line)
	}
}
