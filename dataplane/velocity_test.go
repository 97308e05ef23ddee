package dataplane_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// echoing is a function that returns its event.
var echoing = fakeInvoker{invoke: func(_ context.Context, in *lambda.InvokeInput, _, _ string) (*lambda.InvokeOutput, error) {
	return &lambda.InvokeOutput{StatusCode: 200, ExecutedVersion: aws.String("$LATEST"), Payload: in.Payload}, nil
}}

func TestRequestTemplates(t *testing.T) {
	method := lambdaCustomMethod(map[string]string{"200": ""}, "200")
	method.MethodIntegration.RequestTemplates = map[string]string{"application/json": `{"param1": "$input.params('param1')"}`}
	status := lambdaCustomMethod(map[string]string{"200": ""}, "200", "400")
	status.MethodIntegration.RequestTemplates = map[string]string{"application/json": `#set($body = $input.path('$')){"statusCode": $body.httpStatus, "errorMessage": "$!body.errorMessage"}`}
	response := status.MethodIntegration.IntegrationResponses["200"]
	response.ResponseTemplates = map[string]string{"application/json": "#set($r = $input.path('$'))\n" +
		"#if($r.statusCode == 400)\n#set($context.responseOverride.status = 400)\n#set($b = 'customerror')\n" +
		"#else\n#set($context.responseOverride.status = 202)\n#set($b = 'noerror')\n#end\n" +
		"#set($context.responseOverride.header.X-Kind = $b)\n" + `{"statusCode":200,"body":"$b"}`}
	status.MethodIntegration.IntegrationResponses["200"] = response
	broken := lambdaCustomMethod(map[string]string{"200": ""}, "200")
	broken.MethodIntegration.RequestTemplates = map[string]string{"application/json": `#foreach($i in [1])`}
	variables := mockMethod(`$stageVariables.env $context.stage $context.resourcePath $context.httpMethod [$context.identity.user] $input.params('id') $input.params().path.id`)
	f := newFixture(t, echoing)
	stage := stageOf(
		resourceOf("/test", map[string]types.Method{"GET": method, "POST": status}),
		resourceOf("/broken", map[string]types.Method{"POST": broken}),
		resourceOf("/pets/{id}", map[string]types.Method{"GET": variables}),
	)
	stage.Stage.Variables = map[string]string{"env": "beta"}
	f.PublishRestStage(stage)
	tests := map[string]struct {
		method, target, body string
		status               int
		want                 string
		kind                 string
	}{
		"LC-02 template of a GET":         {"GET", "/stage/test?param1=foobar", "", 200, `{"param1": "foobar"}`, ""},
		"LC-03 Signature is a parameter":  {"GET", "/stage/test?param1=foobar&Signature=1", "", 200, `{"param1": "foobar"}`, ""},
		"LC-05 status without a response": {"POST", "/stage/test", `{"httpStatus":"200"}`, 202, `{"statusCode":200,"body":"noerror"}`, "noerror"},
		"LC-06 overridden status":         {"POST", "/stage/test", `{"httpStatus":"400","errorMessage":"Test Bad request"}`, 400, `{"statusCode":200,"body":"customerror"}`, "customerror"},
		"no JSON":                         {"POST", "/stage/test", `{`, 400, "", ""},
		"no template":                     {"POST", "/stage/broken", `{}`, 500, internalError, ""},
		"variables":                       {"GET", "/stage/pets/a%20b", "", 200, "beta stage /pets/{id} GET [] a b a b", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			response := f.call(test.method, test.target, test.body, nil)
			body := bodyOf(t, response)
			if response.StatusCode != test.status || test.want != "" && body != test.want || only(response.Header, "X-Kind") != test.kind {
				t.Errorf("got %d %s %v", response.StatusCode, body, response.Header)
			}
			if name == "no JSON" && !strings.HasPrefix(body, `{"message":"Could not parse request body into json: `) {
				t.Errorf("got %s", body)
			}
		})
	}
}

// TestBodyInTemplates has an HTTP backend that returns what it gets (RT-22 to RT-27).
func TestBodyInTemplates(t *testing.T) {
	b := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
		_, _ = io.Copy(w, r.Body)
	}))
	defer b.Close()
	const (
		bare    = `$input.body`
		viaSet  = `#set($body = $input.body)$body`
		inText  = `Action=SendMessage&MessageBody=$input.body`
		access  = `#set($body = $input.body.testAccess)$body`
		encoded = `EncodedBody=$util.urlEncode($input.body)&EncodedBodyAccess=$util.urlEncode($input.body.testAccess)`
		sent    = `{"some": "value"}`
		raw     = `some raw data`
		prefix  = "Action=SendMessage&MessageBody="
	)
	tests := map[string]struct {
		request, response string
		// want is the answer to no body, to a JSON body and to a raw one.
		want [3]string
	}{
		"RT-22": {viaSet, viaSet, [3]string{`{}`, sent, raw}},
		"RT-23": {inText, bare, [3]string{prefix + `{}`, prefix + sent, prefix + raw}},
		"RT-24": {bare, inText, [3]string{prefix + `{}`, prefix + sent, prefix + raw}},
		"RT-25": {inText, inText, [3]string{prefix + prefix + `{}`, prefix + prefix + sent, prefix + prefix + raw}},
		"RT-26": {access, bare, [3]string{`{}`, `{}`, `{}`}},
		"RT-27": {encoded, bare, [3]string{
			"EncodedBody=%7B%7D&EncodedBodyAccess=", "EncodedBody=%7B%22some%22%3A+%22value%22%7D&EncodedBodyAccess=", "EncodedBody=some+raw+data&EncodedBodyAccess=",
		}},
	}
	for name, test := range tests {
		t.Run(name+" RT-28", func(t *testing.T) {
			method := httpCustomMethod(b.URL+"/b", map[string]types.IntegrationResponse{"200": {
				StatusCode: aws.String("200"), ResponseTemplates: map[string]string{"application/json": test.response},
			}})
			method.MethodIntegration.RequestTemplates = map[string]string{"application/json": test.request}
			f := newFixture(t, nil)
			f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"POST": method})))
			for i, body := range []string{"", sent, raw} {
				response := f.call(http.MethodPost, "/stage/a", body, http.Header{"Content-Type": {"application/json"}})
				if got := bodyOf(t, response); response.StatusCode != http.StatusOK || got != test.want[i] {
					t.Errorf("%q: got %d %s, want %s", body, response.StatusCode, got, test.want[i])
				}
			}
		})
	}
}
