package dataplane_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// testInvoke test-invokes a method of a resource.
func (f *fixture) testInvoke(t *testing.T, resource types.Resource, variables map[string]string, in *apigateway.TestInvokeMethodInput) *apigateway.TestInvokeMethodOutput {
	t.Helper()
	stage := stageOf(resource)
	stage.Stage = types.Stage{StageName: aws.String("test-invoke-stage"), Variables: variables}
	stage.Api.DeploymentID = ""
	out, err := f.TestInvokeMethod(t.Context(), &deployed.MethodTest{
		Stage: stage, Input: in, By: deployed.Tester{Account: "111111111111", AccessKeyID: "AKID", UserAgent: "sdk/1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var (
	requestIDs = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)
	latencies  = regexp.MustCompile(`latency: \d+ ms`)
)

// logOf returns the lines of a test's log without the dates, ids and times.
func logOf(t *testing.T, log *string) []string {
	t.Helper()
	const date = "Tue Mar 10 00:03:59 UTC 2020 : " // fixedTime
	text, ended := strings.CutSuffix(requestIDs.ReplaceAllString(*log, "<id>"), "\n")
	if !ended {
		t.Errorf("the log does not end with a newline: %q", *log)
	}
	lines := strings.Split(latencies.ReplaceAllString(text, "latency: <ms> ms"), "\n")
	for i, line := range lines[1:] {
		rest, ok := strings.CutPrefix(line, date)
		if !ok {
			t.Errorf("line %q does not begin with the date", line)
		}
		lines[i+1] = rest
	}
	return lines
}

// petLog is the log of TI-02, with what differs from test to test.
func petLog(verb, path, parameters, query, body, answer string) []string {
	return []string{
		"Execution log for request <id>",
		"Starting execution for request: <id>",
		"HTTP Method: " + verb + ", Resource Path: " + path,
		"Method request path: " + parameters,
		"Method request query string: " + query,
		"Method request headers: {}",
		"Method request body before transformations: " + body,
		"Method response body after transformations: " + answer,
		"Method response headers: {Content-Type=application/json}",
		"Successfully completed execution",
		"Method completed with status: 200",
	}
}

func TestTestInvokeMethod(t *testing.T) {
	const all = `{"pets": "all the pets"}`
	pets := resourceOf("/pets", map[string]types.Method{"GET": mockMethod(all)})
	one := mockMethod(`{"petId": "$input.params('petId')"}`)
	one.RequestParameters = map[string]bool{"method.request.path.petId": true}
	pet := resourceOf("/pets/{petId}", map[string]types.Method{"GET": one, "POST": one})
	tests := []struct {
		name     string
		resource types.Resource
		in       apigateway.TestInvokeMethodInput
		body     string
		log      []string
	}{
		{
			"TI-02 no path", pets,
			apigateway.TestInvokeMethodInput{HttpMethod: aws.String("GET")},
			all, petLog("GET", "/pets", "{}", "{}", "", all),
		},
		{
			"TI-03 the path need not match", pets,
			apigateway.TestInvokeMethodInput{HttpMethod: aws.String("GET"), PathWithQueryString: aws.String("/random/test")},
			all, petLog("GET", "/random/test", "{}", "{}", "", all),
		},
		{
			"TI-04 a path parameter", pet,
			apigateway.TestInvokeMethodInput{HttpMethod: aws.String("GET"), PathWithQueryString: aws.String("/pets/123")},
			`{"petId": "123"}`, petLog("GET", "/pets/123", "{petId=123}", "{}", "", `{"petId": "123"}`),
		},
		{
			"TI-05 the resource's path by default", pet,
			apigateway.TestInvokeMethodInput{HttpMethod: aws.String("GET")},
			`{"petId": "{petId}"}`, petLog("GET", "/pets/{petId}", "{petId={petId}}", "{}", "", `{"petId": "{petId}"}`),
		},
		{
			"TI-06 TI-11 required parameter missing", pet,
			apigateway.TestInvokeMethodInput{HttpMethod: aws.String("GET"), PathWithQueryString: aws.String("/random/test")},
			`{"petId": ""}`, petLog("GET", "/random/test", "{}", "{}", "", `{"petId": ""}`),
		},
		{
			"TI-07 a query", pet,
			apigateway.TestInvokeMethodInput{HttpMethod: aws.String("GET"), PathWithQueryString: aws.String("/pets/123?foo=bar")},
			`{"petId": "123"}`, petLog("GET", "/pets/123", "{petId=123}", "{foo=bar}", "", `{"petId": "123"}`),
		},
		{
			"TI-08 a body", pet,
			apigateway.TestInvokeMethodInput{HttpMethod: aws.String("POST"), PathWithQueryString: aws.String("/pets/123"), Body: aws.String(`{"foo": "bar"}`)},
			`{"petId": "123"}`, petLog("POST", "/pets/123", "{petId=123}", "{}", `{"foo": "bar"}`, `{"petId": "123"}`),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := newFixture(t, nil).testInvoke(t, tt.resource, nil, &tt.in)
			if out.Status != 200 || *out.Body != tt.body {
				t.Errorf("got %d %s, want %s", out.Status, *out.Body, tt.body)
			}
			if diff := cmp.Diff(map[string]string{"Content-Type": "application/json"}, out.Headers); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(map[string][]string{"Content-Type": {"application/json"}}, out.MultiValueHeaders); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.log, logOf(t, out.Log)); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTestInvokeInvalidEndpoint(t *testing.T) {
	f := newFixture(t, nil)
	resource := resourceOf("/", map[string]types.Method{"ANY": httpMethod("https://${stageVariables.testHost}")})
	out := f.testInvoke(t, resource, nil, &apigateway.TestInvokeMethodInput{HttpMethod: aws.String("GET")})
	if out.Status != 500 || *out.Body != `{"message": "Internal server error"}` {
		t.Errorf("TI-12: got %d %s", out.Status, *out.Body)
	}
	if diff := cmp.Diff(map[string]string{"x-amzn-ErrorType": "InternalServerErrorException"}, out.Headers); diff != "" {
		t.Error("TI-12:", diff)
	}
	want := append(petLog("GET", "/", "{}", "{}", "", "")[:7],
		"Execution failed due to configuration error: Invalid endpoint address", "Method completed with status: 500")
	if diff := cmp.Diff(want, logOf(t, out.Log)); diff != "" {
		t.Errorf("TI-12 (-want +got):\n%s", diff)
	}
}

func TestTestInvokeHTTP(t *testing.T) {
	backend := newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header()["Date"] = nil
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, r.URL.String()+"  "+r.Header.Get("X-Sent"))
	})
	f := newFixture(t, nil)
	resource := resourceOf("/a", map[string]types.Method{"ANY": httpMethod("${stageVariables.url}/b")})
	guarded := resource.ResourceMethods["ANY"]
	guarded.AuthorizationType, guarded.ApiKeyRequired = aws.String("AWS_IAM"), aws.Bool(true)
	resource.ResourceMethods["ANY"] = guarded
	out := f.testInvoke(t, resource, map[string]string{"url": backend.URL}, &apigateway.TestInvokeMethodInput{
		HttpMethod: aws.String("POST"), PathWithQueryString: aws.String("/a?q=1&q=2"), Body: aws.String("sent"),
		Headers: map[string]string{"x-sent": "one", "Authorization": "Bearer secret-token"},
	})
	if want := "/b?q=1&q=2  one"; out.Status != 201 || *out.Body != want {
		t.Errorf("got %d %s, want %s", out.Status, *out.Body, want)
	}
	log := logOf(t, out.Log)
	for _, want := range []string{
		"HTTP Method: POST, Resource Path: /a",
		"Method request query string: {q=[1, 2]}",
		"Method request headers: {Authorization=****, x-sent=one}",
		"Endpoint request URI: " + backend.URL + "/b?q=1&q=2",
		"Endpoint request body after transformations: sent",
		"Sending request to " + backend.URL + "/b?q=1&q=2",
		"Received response. Status: 201, Integration latency: <ms> ms",
		"Endpoint response headers: {Content-Length=15, Content-Type=text/plain}",
		"Endpoint response body before transformations: /b?q=1&q=2  one",
		"Method response body after transformations: /b?q=1&q=2  one",
		"Method completed with status: 201",
	} {
		if !strings.Contains("\n"+strings.Join(log, "\n")+"\n", "\n"+want+"\n") {
			t.Errorf("no line %q in\n%s", want, strings.Join(log, "\n"))
		}
	}
	if strings.Contains(*out.Log, "secret-token") {
		t.Errorf("the log shows the token:\n%s", *out.Log)
	}
}

func TestTestInvokeLambda(t *testing.T) {
	var event map[string]any
	var source string
	f := newFixture(t, fakeInvoker{invoke: func(_ context.Context, in *lambda.InvokeInput, sourceARN, _ string) (*lambda.InvokeOutput, error) {
		source = sourceARN
		return &lambda.InvokeOutput{StatusCode: 200, Payload: []byte(`{"body":"ok"}`)}, json.Unmarshal(in.Payload, &event)
	}})
	out := f.testInvoke(t, resourceOf("/a/{b}", map[string]types.Method{"ANY": lambdaMethod()}), map[string]string{"v": "w"},
		&apigateway.TestInvokeMethodInput{HttpMethod: aws.String("GET"), PathWithQueryString: aws.String("/a/1")})
	if out.Status != 200 || *out.Body != "ok" {
		t.Errorf("got %d %s", out.Status, *out.Body)
	}
	if want := "arn:aws:execute-api:us-east-1:111111111111:api1/test-invoke-stage/*/a/*"; source != want {
		t.Errorf("source ARN %s, want %s", source, want)
	}
	if event["headers"] != nil || event["multiValueHeaders"] != nil {
		t.Errorf("headers %v, %v, want null", event["headers"], event["multiValueHeaders"])
	}
	requestContext, _ := event["requestContext"].(map[string]any)
	for name, want := range map[string]any{"stage": "test-invoke-stage", "path": "/a/1", "domainName": "testPrefix.testDomainName", "domainPrefix": "testPrefix"} {
		if requestContext[name] != want {
			t.Errorf("%s is %v, want %v", name, requestContext[name], want)
		}
	}
	want := map[string]any{
		"accountId": "111111111111", "accessKey": "AKID", "caller": "111111111111", "user": "111111111111", "userArn": "arn:aws:iam::111111111111:root",
		"apiKey": "test-invoke-api-key", "apiKeyId": "test-invoke-api-key-id", "sourceIp": "test-invoke-source-ip", "userAgent": "sdk/1",
		"cognitoIdentityPoolId": nil, "cognitoIdentityId": nil, "principalOrgId": nil, "cognitoAuthenticationType": nil, "cognitoAuthenticationProvider": nil,
	}
	if diff := cmp.Diff(want, requestContext["identity"]); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(*out.Log, " : Endpoint request URI: https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:hello/invocations\n") {
		t.Errorf("log:\n%s", *out.Log)
	}
}
