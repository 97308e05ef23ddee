package function

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// overHTTP serves the fixture and returns its URL and an SDK client for it.
func (f *fixture) overHTTP(t *testing.T) (url string, client *lambda.Client) {
	t.Helper()
	handler, err := wire.NewHandler(wire.Lambda, f.Service, wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL, lambda.New(lambda.Options{
		BaseEndpoint: &server.URL, Region: region, RetryMaxAttempts: 1, HTTPClient: server.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
	})
}

func TestSDKLifecycle(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, client := f.overHTTP(t)
	ctx, name := t.Context(), aws.String("fn")
	created := must(client.CreateFunction(ctx, createInput(t, "fn")))(t)
	if *created.FunctionArn != arnBase+"fn" {
		t.Errorf("got %s", *created.FunctionArn)
	}
	if err := lambda.NewFunctionActiveV2Waiter(client).Wait(ctx, &lambda.GetFunctionInput{FunctionName: name}, time.Minute); err != nil {
		t.Error(err)
	}
	must(client.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: name, ZipFile: zipOf(t, "2")}))(t)
	if err := lambda.NewFunctionUpdatedV2Waiter(client).Wait(ctx, &lambda.GetFunctionInput{FunctionName: name}, time.Minute); err != nil {
		t.Error(err)
	}
	must(client.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: name, Timeout: aws.Int32(7)}))(t)
	must(client.PublishVersion(ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)
	must(client.CreateAlias(ctx, &lambda.CreateAliasInput{FunctionName: name, Name: aws.String("live"), FunctionVersion: aws.String("1")}))(t)
	must(client.AddPermission(ctx, permission("fn", "live", "s")))(t)
	policy := must(client.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: name, Qualifier: aws.String("live")}))(t)
	if !strings.Contains(*policy.Policy, `"Resource":"`+arnBase+`fn:live"`) {
		t.Errorf("got %s", *policy.Policy)
	}
	// An ARN as a name goes percent-encoded in the path.
	out := must(client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(arnBase + "fn:live"), Payload: []byte(`{"a":1}`), LogType: types.LogTypeTail}))(t)
	if string(out.Payload) != `{"a":1}` || *out.ExecutedVersion != "1" || out.StatusCode != 200 || out.LogResult != nil && *out.LogResult != "" {
		t.Errorf("got %+v", out)
	}
	event := must(client.Invoke(ctx, &lambda.InvokeInput{FunctionName: name, InvocationType: types.InvocationTypeEvent}))(t)
	dry := must(client.Invoke(ctx, &lambda.InvokeInput{FunctionName: name, InvocationType: types.InvocationTypeDryRun}))(t)
	if event.StatusCode != 202 || dry.StatusCode != 204 {
		t.Errorf("event answers %d, dry run %d", event.StatusCode, dry.StatusCode)
	}
	must(client.TagResource(ctx, &lambda.TagResourceInput{Resource: aws.String(arnBase + "fn"), Tags: map[string]string{"k": "v"}}))(t)
	got := must(client.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: aws.String(account + ":function:fn:$LATEST")}))(t)
	if *got.Configuration.Timeout != 7 || got.Tags["k"] != "v" || *got.Configuration.FunctionArn != arnBase+"fn:$LATEST" {
		t.Errorf("got %+v", got)
	}
	versions := must(client.ListVersionsByFunction(ctx, &lambda.ListVersionsByFunctionInput{FunctionName: name}))(t)
	var numbers []string
	for _, v := range versions.Versions {
		numbers = append(numbers, *v.Version)
	}
	if diff := cmp.Diff([]string{latest, "1"}, numbers); diff != "" {
		t.Error(diff)
	}
	must(client.RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: name, Qualifier: aws.String("live"), StatementId: aws.String("s")}))(t)
	if out := must(client.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: name}))(t); out.StatusCode != 204 {
		t.Errorf("delete answers %d", out.StatusCode)
	}
}

func TestSDKErrors(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, client := f.overHTTP(t)
	ctx, name := t.Context(), aws.String("fn")
	in := createInput(t, "fn")
	in.Runtime = "python9"
	_, err := client.CreateFunction(ctx, in)
	if e, ok := errors.AsType[*types.InvalidParameterValueException](err); !ok || !strings.HasPrefix(*e.Message, "Value python9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [") {
		t.Errorf("got %v", err)
	}
	_, err = client.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: name})
	if e, ok := errors.AsType[*types.ResourceNotFoundException](err); !ok || *e.Message != "Function not found: "+arnBase+"fn" || *e.Type != "User" {
		t.Errorf("got %v", err)
	}
	f.create(t, "fn")
	_, err = client.CreateFunction(ctx, createInput(t, "fn"))
	if e, ok := errors.AsType[*types.ResourceConflictException](err); !ok || *e.Message != "Function already exist: fn" {
		t.Errorf("got %v", err)
	}
	_, err = client.Invoke(ctx, &lambda.InvokeInput{FunctionName: name, Payload: []byte("x")})
	if _, ok := errors.AsType[*types.InvalidRequestContentException](err); !ok {
		t.Errorf("got %v", err)
	}
	must(client.PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: name, ReservedConcurrentExecutions: aws.Int32(0)}))(t)
	_, err = client.Invoke(ctx, &lambda.InvokeInput{FunctionName: name})
	if e, ok := errors.AsType[*types.TooManyRequestsException](err); !ok || e.Reason != types.ThrottleReasonReservedFunctionConcurrentInvocationLimitExceeded {
		t.Errorf("got %v", err)
	}
}

// TestWireForms looks at what the SDK hides.
func TestWireForms(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	url, _ := f.overHTTP(t)
	create := `{"FunctionName":"fn","Role":"` + strings.ReplaceAll(role, "111111111111", "000000000000") + `","Runtime":"provided.al2023","Handler":"bootstrap","Code":{"ZipFile":"` +
		base64.StdEncoding.EncodeToString(zipOf(t, "x")) + `"}}`
	tests := []struct {
		name, method, path, body string
		status                   int
		want                     string
	}{
		{"create", "POST", "/2015-03-31/functions", create, 201, ""},
		{"list, with a slash", "GET", "/2015-03-31/functions/", "", 200, ""},
		{"invoke with nothing", "POST", "/2015-03-31/functions/fn/invocations", "", 200, "{}"},
		{"get by encoded ARN", "GET", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Afn/configuration", "", 200, ""},
		{"no policy", "GET", "/2015-03-31/functions/fn/policy", "", 404, `{"Message":"The resource you requested does not exist.","Type":"User"}`},
		{"no code signing", "GET", "/2020-06-30/functions/fn/code-signing-config", "", 200, `{"FunctionName":"fn"}`},
		{"no concurrency", "GET", "/2019-09-30/functions/fn/concurrency", "", 200, `{}`},
		{"no tags", "GET", "/2017-03-31/tags/arn:aws:lambda:us-east-1:000000000000:function:fn", "", 200, `{"Tags":{}}`},
		{"no event sources", "GET", "/2015-03-31/event-source-mappings?FunctionName=fn", "", 200, `{"EventSourceMappings":[]}`},
		{"no event source", "GET", "/2015-03-31/event-source-mappings/8f5b8a2e-6c1d-4b1e-9a53-111111111111", "", 404, `{"Message":"The resource you requested does not exist.","Type":"User"}`},
		{"no event source to delete", "DELETE", "/2015-03-31/event-source-mappings/8f5b8a2e-6c1d-4b1e-9a53-111111111111", "", 404, `{"Message":"The resource you requested does not exist.","Type":"User"}`},
		{"no code signing configurations", "GET", "/2020-04-22/code-signing-configs", "", 200, `{"CodeSigningConfigs":[]}`},
		{"no capacity providers", "GET", "/2025-11-30/capacity-providers", "", 200, `{"CapacityProviders":[]}`},
		{"what is missing says so", "POST", "/2015-03-31/event-source-mappings", `{"FunctionName":"fn","EventSourceArn":"arn:aws:sqs:us-east-1:000000000000:q"}`, 501, ""},
		{"delete", "DELETE", "/2015-03-31/functions/fn", "", 204, ""},
	}
	for _, tt := range tests {
		request, err := http.NewRequestWithContext(t.Context(), tt.method, url+tt.path, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != tt.status || tt.want != "" && string(body) != tt.want {
			t.Errorf("%s: %d %s %v", tt.name, response.StatusCode, body, err)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}
