package emulator_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	managementtypes "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// TestLimits: quotas are those that are configured.
func TestLimits(t *testing.T) {
	t.Parallel()
	if _, err := emulator.Start(t.Context(), emulator.Config{Ephemeral: true, Limits: map[string]int{"lions": 1}}); !errors.Is(err, emulator.ErrConfig) || !strings.Contains(err.Error(), "resources-per-api") {
		t.Errorf("unknown limit: %v", err)
	}
	c := newClients(t, start(t, emulator.Config{Limits: map[string]int{"resources-per-api": 2, "v2-apis": 1}}).AWSConfig())
	ctx := t.Context()
	api := must(c.gateway.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("a")}))(t)
	in := &apigateway.CreateResourceInput{RestApiId: api.Id, ParentId: api.RootResourceId, PathPart: aws.String("a")}
	must(c.gateway.CreateResource(ctx, in))(t)
	in.PathPart = aws.String("b")
	if _, err := c.gateway.CreateResource(ctx, in); errorCode(err) != "LimitExceededException" {
		t.Errorf("a third resource: %v", err)
	}
	v2 := apigatewayv2.NewFromConfig(c.config)
	must(v2.CreateApi(ctx, &apigatewayv2.CreateApiInput{Name: aws.String("a"), ProtocolType: types.ProtocolTypeHttp}))(t)
	if _, err := v2.CreateApi(ctx, &apigatewayv2.CreateApiInput{Name: aws.String("b"), ProtocolType: types.ProtocolTypeHttp}); errorCode(err) != "TooManyRequestsException" {
		t.Errorf("a second API: %v", err)
	}
}

// TestWebSocketLimits: the quotas of connections are those that are configured, for a client
// and for the SDK of @connections.
func TestWebSocketLimits(t *testing.T) {
	t.Parallel()
	now := time.Now()
	e := start(t, emulator.Config{
		Ephemeral: true, Now: func() time.Time { return now },
		Limits: map[string]int{"websocket-connections-per-second": 2, "websocket-requests-per-second": 1, "websocket-request-burst": 5},
	})
	a := createWebSocketAPI(t, e)
	id := a.route(t, "$default", apigatewayv2.CreateIntegrationInput{
		IntegrationType: types.IntegrationTypeMock, TemplateSelectionExpression: aws.String(`\$default`),
		RequestTemplates: map[string]string{"$default": `{"statusCode":200,"id":"$context.connectionId"}`},
	}, twoWay)
	must(a.v2.CreateIntegrationResponse(t.Context(), &apigatewayv2.CreateIntegrationResponseInput{
		ApiId: &a.id, IntegrationId: &id, IntegrationResponseKey: aws.String("$default"),
		TemplateSelectionExpression: aws.String(`\$default`), ResponseTemplates: map[string]string{"$default": "$input.path('$.id')"},
	}))(t)
	a.deploy(t)
	conn := a.connect(t, "")
	_ = a.connect(t, "")
	if _, response, err := a.dial(t.Context(), "", nil); err == nil || response == nil || response.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a third connection: %v %v", response, err)
	}
	say(t, conn, "?")
	connection := next(t, conn)
	client := apigatewaymanagementapi.NewFromConfig(a.config, func(o *apigatewaymanagementapi.Options) {
		o.BaseEndpoint, o.RetryMaxAttempts = aws.String(e.InvokeURL(a.id, "dev", "")), 1
	})
	in := &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &connection, Data: []byte("hello")}
	must(client.PostToConnection(t.Context(), in))(t)
	if got := next(t, conn); got != "hello" {
		t.Errorf("heard %s", got)
	}
	_, err := client.PostToConnection(t.Context(), in)
	if _, ok := errors.AsType[*managementtypes.LimitExceededException](err); !ok {
		t.Errorf("one call too many: %v", err)
	}
}

// TestLambdaConcurrency: the concurrency of an account is shown and kept.
func TestLambdaConcurrency(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	ctx := t.Context()
	c := newClients(t, start(t, emulator.Config{Limits: map[string]int{"lambda-concurrent-executions": 2}}).AWSConfig())
	name := aws.String("slow")
	must(c.lambda.CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: name, Runtime: lambdatypes.RuntimePython313, Handler: aws.String("app.handler"), Role: aws.String("arn:aws:iam::000000000000:role/r"), Timeout: aws.Int32(60),
		Code: &lambdatypes.FunctionCode{ZipFile: zipOf(t, "app.py", "import os, time\ndef handler(event, context):\n    open(event['on'] + str(os.getpid()), 'w').close()\n    while not os.path.exists(event['off']):\n        time.sleep(0.01)\n")},
	}))(t)
	limit := must(c.lambda.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{}))(t).AccountLimit
	if limit.ConcurrentExecutions != 2 || *limit.UnreservedConcurrentExecutions != 2 {
		t.Errorf("limit %+v", limit)
	}
	dir := t.TempDir()
	payload := []byte(fmt.Sprintf(`{"on":%q,"off":%q}`, filepath.Join(dir, "on"), filepath.Join(dir, "off")))
	var running sync.WaitGroup
	for range 2 {
		running.Go(func() {
			if out, err := c.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: name, Payload: payload}); err != nil || out.FunctionError != nil {
				t.Errorf("%v %v", out, err)
			}
		})
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if started, _ := filepath.Glob(filepath.Join(dir, "on*")); len(started) == 2 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the functions do not run")
		}
	}
	_, err := c.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: name, Payload: payload}, func(o *lambda.Options) { o.RetryMaxAttempts = 1 })
	if e, ok := errors.AsType[*lambdatypes.TooManyRequestsException](err); !ok || e.Reason != lambdatypes.ThrottleReasonConcurrentInvocationLimitExceeded {
		t.Errorf("a third invocation: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "off"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	running.Wait()
}

// TestCodeStorage: the code storage of an account is shown, and changed by its limit.
func TestCodeStorage(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := newClients(t, start(t, emulator.Config{Limits: map[string]int{"lambda-code-storage-mb": 1}}).AWSConfig()).lambda
	if limit := must(c.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{}))(t).AccountLimit.TotalCodeSize; limit != 1<<20 {
		t.Errorf("limit %d", limit)
	}
	noise := make([]byte, 600<<10)
	_, _ = rand.Read(noise)
	in := echoFunction(t)
	in.Code.ZipFile = zipOf(t, "bootstrap", string(noise))
	must(c.CreateFunction(ctx, in))(t)
	in.FunctionName = aws.String("second")
	_, err := c.CreateFunction(ctx, in)
	if e, ok := errors.AsType[*lambdatypes.CodeStorageExceededException](err); !ok || *e.Message != "Code storage limit exceeded." || *e.Type != "User" {
		t.Errorf("a second function: %v", err)
	}
}
