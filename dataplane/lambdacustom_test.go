package dataplane_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// lambdaCustomMethod is a method with an AWS integration; keys of patterns are
// statuses.
func lambdaCustomMethod(patterns map[string]string, methodResponses ...string) types.Method {
	m := lambdaMethod()
	m.MethodIntegration.Type = types.IntegrationTypeAws
	m.MethodIntegration.IntegrationResponses = map[string]types.IntegrationResponse{}
	for status, pattern := range patterns {
		m.MethodIntegration.IntegrationResponses[status] = types.IntegrationResponse{SelectionPattern: aws.String(pattern)}
	}
	m.MethodResponses = map[string]types.MethodResponse{}
	for _, status := range methodResponses {
		m.MethodResponses[status] = types.MethodResponse{}
	}
	return m
}

func TestLambdaCustom(t *testing.T) {
	const raised = `{"errorMessage":"Error: Raising %s from within the Lambda function","errorType":"Exception","requestId":"r","stackTrace":["  File"]}`
	four, five := strings.Replace(raised, "%s", "four hundred", 1), strings.Replace(raised, "%s", "five hundred", 1)
	function := fakeInvoker{invoke: func(_ context.Context, in *lambda.InvokeInput, _, _ string) (*lambda.InvokeOutput, error) {
		failed := func(payload string) (*lambda.InvokeOutput, error) {
			return &lambda.InvokeOutput{StatusCode: 200, FunctionError: aws.String("Unhandled"), Payload: []byte(payload)}, nil
		}
		switch string(in.Payload) {
		case "200":
			return &lambda.InvokeOutput{StatusCode: 200, Payload: []byte(`"Pass"`)}, nil
		case "400":
			return failed(four)
		case "500":
			return failed(five)
		case "lines":
			return failed(`{"errorMessage":"four hundred\nline"}`)
		case "throttled":
			return nil, &smithy.GenericAPIError{Code: "TooManyRequestsException"}
		case "denied":
			return nil, &smithy.GenericAPIError{Code: "AccessDeniedException"}
		case "{":
			return nil, &smithy.GenericAPIError{Code: "InvalidRequestContentException", Message: "Could not parse request body into json: x"}
		}
		return &lambda.InvokeOutput{StatusCode: 200, ExecutedVersion: aws.String("$LATEST"), Payload: in.Payload}, nil
	}}
	patterns := map[string]string{"200": "", "405": ".*four hundred.*", "502": ".+", "504": "200"}
	tests := map[string]struct {
		patterns map[string]string
		body     string
		change   func(*types.Integration)
		status   int
		want     string
		log      string
	}{
		"LC-01 body is the event":          {map[string]string{"200": ""}, `{"message": "hello world"}`, nil, 200, `{"message": "hello world"}`, ""},
		"LC-07 success is the default":     {patterns, "200", nil, 200, `"Pass"`, ""},
		"LC-08 error by its message":       {patterns, "400", nil, 405, four, ""},
		"LC-09 any error":                  {patterns, "500", nil, 502, five, ""},
		"LC-10 no method response":         {map[string]string{"504": ""}, "200", nil, 500, internalError, "Output mapping refers to an invalid method response: 504"},
		"point does not match a line end":  {map[string]string{"200": "", "405": ".*four hundred.*"}, "lines", nil, 200, "{\"errorMessage\":\"four hundred\\nline\"}", ""},
		"error without a pattern":          {map[string]string{"200": ""}, "400", nil, 200, four, ""},
		"error without a match or default": {map[string]string{"405": "other"}, "400", nil, 500, internalError, "No match for output mapping"},
		"pattern that matches nothing":     {map[string]string{"405": ".*"}, "200", nil, 405, `"Pass"`, ""},
		"throttled":                        {patterns, "throttled", nil, 500, internalError, "did not run the function"},
		"denied":                           {patterns, "denied", nil, 500, internalError, "Invalid permissions on Lambda function"},
		"event that is no JSON":            {patterns, "{", nil, 400, `{"message":"Could not parse request body into json: x"}`, "status 400"},
		"LC-02 literal request template":   {patterns, "sent", func(i *types.Integration) { i.RequestTemplates = map[string]string{"application/json": `{"a":1}`} }, 200, `{"a":1}`, ""},
		"request template that computes": {patterns, "sent", func(i *types.Integration) {
			i.RequestTemplates = map[string]string{"application/json": `"$input.body.length()"`}
		}, 200, `"4"`, ""},
		"LP-30 verb":             {patterns, "200", func(i *types.Integration) { i.HttpMethod = aws.String("GET") }, 500, internalError, "takes no invocation by GET"},
		"other service":          {patterns, "200", func(i *types.Integration) { i.Uri = aws.String("arn:aws:apigateway:us-east-1:sqs:path/1/q") }, 500, internalError, "set AWS_ENDPOINT_URL_SQS"},
		"unsupported media type": {patterns, "200", func(i *types.Integration) { i.PassthroughBehavior = aws.String("NEVER") }, 415, `{"message":"Unsupported Media Type"}`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, function)
			method := lambdaCustomMethod(test.patterns, "200", "405", "502")
			if test.change != nil {
				test.change(method.MethodIntegration)
			}
			f.PublishRestStage(stageOf(resourceOf("/test", map[string]types.Method{"POST": method})))
			response := f.call("POST", "/stage/test", test.body, nil)
			if body := bodyOf(t, response); response.StatusCode != test.status || body != test.want {
				t.Errorf("got %d %s, want %d %s", response.StatusCode, body, test.status, test.want)
			}
			if trace := response.Header["X-Amzn-Trace-Id"]; response.StatusCode == 200 && (len(trace) != 1 || !strings.Contains(trace[0], ";Parent=")) {
				t.Errorf("trace id %q", trace)
			}
			if !strings.Contains(f.log.String(), test.log) {
				t.Errorf("log: %s", f.log)
			}
		})
	}
}

// TestLambdaCustomInvocation: mapped headers choose how the function is invoked, and
// those of the answer can be mapped.
func TestLambdaCustomInvocation(t *testing.T) {
	var got *lambda.InvokeInput
	var source, role, trace string
	f := newFixture(t, fakeInvoker{invoke: func(ctx context.Context, in *lambda.InvokeInput, sourceARN, roleARN string) (*lambda.InvokeOutput, error) {
		got, source, role, trace = in, sourceARN, roleARN, deployed.TraceID(ctx)
		if in.InvocationType != "Event" {
			return nil, errors.New("no event")
		}
		return &lambda.InvokeOutput{StatusCode: 202, ExecutedVersion: aws.String("7")}, nil
	}})
	method := lambdaCustomMethod(map[string]string{"200": ""}, "200")
	method.MethodIntegration.Credentials = aws.String("role")
	method.MethodIntegration.RequestParameters = map[string]string{
		"integration.request.header.X-Amz-Invocation-Type": "'Event'",
		"integration.request.header.x-amz-client-context":  "method.request.header.context",
		"integration.request.header.other":                 "'ignored'",
	}
	response := method.MethodIntegration.IntegrationResponses["200"]
	response.ResponseParameters = map[string]string{"method.response.header.version": "integration.response.header.x-amz-executed-version"}
	method.MethodIntegration.IntegrationResponses["200"] = response
	f.PublishRestStage(stageOf(resourceOf("/test/{id}", map[string]types.Method{"ANY": method})))
	answer := f.call("GET", "/stage/test/1", "", http.Header{"Context": {"e30="}, "X-Amzn-Trace-Id": {"Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"}})
	if body := bodyOf(t, answer); answer.StatusCode != 200 || body != "" || only(answer.Header, "version") != "7" {
		t.Errorf("got %d %s %v", answer.StatusCode, body, answer.Header)
	}
	want := &lambda.InvokeInput{FunctionName: aws.String("arn:aws:lambda:us-east-1:111111111111:function:hello"), InvocationType: "Event", ClientContext: aws.String("e30=")}
	if diff := cmp.Diff(*want.FunctionName+string(want.InvocationType)+*want.ClientContext, *got.FunctionName+string(got.InvocationType)+aws.ToString(got.ClientContext)); diff != "" || len(got.Payload) != 0 {
		t.Errorf("%s %q", diff, got.Payload)
	}
	if source != "arn:aws:execute-api:us-east-1:111111111111:api1/stage/*/test/*" || role != "role" || trace != "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1" {
		t.Errorf("source %s, role %s, trace %s", source, role, trace)
	}
}
