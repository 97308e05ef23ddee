package emulator_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// recorded is a service that keeps the last request that it got.
type recorded struct {
	*httptest.Server

	mu   sync.Mutex
	last string
}

func newRecorded(t *testing.T) *recorded {
	t.Helper()
	r := &recorded{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		scope := ""
		if parts := strings.Split(request.Header.Get("Authorization"), "/"); len(parts) > 3 {
			scope = parts[2] + "/" + parts[3]
		}
		r.mu.Lock()
		r.last = fmt.Sprintf("%s %s %s [%s] %s", request.Method, request.RequestURI, scope, request.Header.Get("X-Amz-Target"), body)
		r.mu.Unlock()
		if strings.Contains(string(body), "refuse") {
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type":"Refused"}`)
			return
		}
		_, _ = io.WriteString(w, "answered")
	}))
	t.Cleanup(r.Close)
	return r
}

// request returns the last request and forgets it.
func (r *recorded) request() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := r.last
	r.last = ""
	return last
}

// TestHTTPAPIServices: each subtype, as the service gets it.
func TestHTTPAPIServices(t *testing.T) {
	t.Parallel()
	service := newRecorded(t)
	a := createHTTPAPI(t, start(t, emulator.Config{Getenv: func(name string) string {
		switch name {
		case "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_EVENTBRIDGE", "AWS_ENDPOINT_URL_KINESIS", "AWS_ENDPOINT_URL_SFN", "AWS_ENDPOINT_URL_APPCONFIG":
			return service.URL
		default:
			return ""
		}
	}}), nil)
	const queue = "http://queue/1"
	form := func(action, more string) string {
		return "POST / us-east-1/sqs [] Action=" + action + more + "&QueueUrl=" + url.QueryEscape(queue) + "&Version=2012-11-05"
	}
	for _, test := range []struct {
		subtype    string
		parameters map[string]string
		body       string
		want       string
	}{
		{"EventBridge-PutEvents", map[string]string{"Detail": "$request.body", "DetailType": "$request.path.id", "Source": "api", "EventBusName": "$request.querystring.bus", "Region": "eu-west-1"}, `{"a":1}`, `POST / eu-west-1/events [AWSEvents.PutEvents] {"Entries":[{"Detail":"{\"a\":1}","DetailType":"7","EventBusName":"b","Source":"api"}]}`},
		{"SQS-SendMessage", map[string]string{"QueueUrl": queue, "MessageBody": "$request.body.m", "DelaySeconds": "5"}, `{"m":"hi there"}`, "POST / us-east-1/sqs [] Action=SendMessage&DelaySeconds=5&MessageBody=hi+there&QueueUrl=" + url.QueryEscape(queue) + "&Version=2012-11-05"},
		{"SQS-ReceiveMessage", map[string]string{"QueueUrl": queue, "AttributeNames": `["All"]`, "MaxNumberOfMessages": "2"}, "", form("ReceiveMessage", "&AttributeName.1=All&MaxNumberOfMessages=2")},
		{"SQS-DeleteMessage", map[string]string{"QueueUrl": queue, "ReceiptHandle": "$request.header.x-receipt"}, "", "POST / us-east-1/sqs [] Action=DeleteMessage&QueueUrl=" + url.QueryEscape(queue) + "&ReceiptHandle=r%2F1&Version=2012-11-05"},
		{"SQS-PurgeQueue", map[string]string{"QueueUrl": queue}, "", form("PurgeQueue", "")},
		{"AppConfig-GetConfiguration", map[string]string{"Application": "app", "Environment": "$request.path.id", "Configuration": "c d", "ClientId": "me"}, "", "GET /applications/app/environments/7/configurations/c%20d?client_id=me us-east-1/appconfig [] "},
		{"Kinesis-PutRecord", map[string]string{"StreamName": "s", "Data": "$request.body.data", "PartitionKey": "$context.stage"}, `{"data":"aGk="}`, `POST / us-east-1/kinesis [Kinesis_20131202.PutRecord] {"Data":"aGk=","PartitionKey":"$default","StreamName":"s"}`},
		{"StepFunctions-StartExecution", map[string]string{"StateMachineArn": "arn:m", "Name": "n-${request.path.id}", "Input": "$request.body"}, `{"b":[1]}`, `POST / us-east-1/states [AWSStepFunctions.StartExecution] {"input":"{\"b\":[1]}","name":"n-7","stateMachineArn":"arn:m"}`},
		{"StepFunctions-StartSyncExecution", map[string]string{"StateMachineArn": "arn:m", "Input": "$request.body.none"}, `{"b":[1]}`, `POST / us-east-1/states [AWSStepFunctions.StartSyncExecution] {"stateMachineArn":"arn:m"}`},
		{"StepFunctions-StopExecution", map[string]string{"ExecutionArn": "$request.body.arn", "Cause": "c", "Error": "e"}, `{"arn":"arn:e"}`, `POST / us-east-1/states [AWSStepFunctions.StopExecution] {"cause":"c","error":"e","executionArn":"arn:e"}`},
	} {
		a.integrate(t.Context(), t, apigatewayv2.CreateIntegrationInput{
			IntegrationType: types.IntegrationTypeAwsProxy, IntegrationSubtype: &test.subtype, PayloadFormatVersion: aws.String("1.0"),
			CredentialsArn: aws.String("arn:aws:iam::000000000000:role/r"), RequestParameters: test.parameters,
			ResponseParameters: map[string]map[string]string{"400": {"overwrite:statuscode": "422", "append:header.x-from": test.subtype}},
		}, "POST /"+test.subtype+"/{id}")
		response, body := a.send(t.Context(), t, "POST", "/"+test.subtype+"/7?bus=b", test.body, http.Header{"X-Receipt": {"r/1"}})
		if response.StatusCode != 200 || body != "answered" {
			t.Errorf("%s: got %d %s", test.subtype, response.StatusCode, body)
		}
		if diff := cmp.Diff(test.want, service.request()); diff != "" {
			t.Errorf("%s: %s", test.subtype, diff)
		}
	}
	response, body := a.send(t.Context(), t, "POST", "/EventBridge-PutEvents/7", `refuse`, nil)
	if response.StatusCode != 422 || body != `{"__type":"Refused"}` || response.Header.Get("X-From") != "EventBridge-PutEvents" {
		t.Errorf("a refusal of the service: got %d %s %v", response.StatusCode, body, response.Header)
	}
}

// TestHTTPAPIParameterMapping: every action at every location, by status.
func TestHTTPAPIParameterMapping(t *testing.T) {
	t.Parallel()
	a := createHTTPAPI(t, start(t, emulator.Config{}), nil)
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["X-Old"] = []string{"1", "2"}
		w.Header().Set("X-Secret", "s")
		if r.URL.Query().Get("fail") != "" {
			w.WriteHeader(http.StatusTeapot)
		}
		_, _ = fmt.Fprintf(w, "%s a=%q b=%q gone=%q", r.RequestURI, r.Header["X-A"], r.Header["X-B"], r.Header["X-Gone"])
	}))
	t.Cleanup(backend.Close)
	mapped := proxyTo(backend.URL + "/old")
	mapped.RequestParameters = map[string]string{
		"append:header.x-a": "$request.path.id", "overwrite:header.X-B": "${request.querystring.q}-${context.stage}", "remove:header.x-gone": "''",
		"append:querystring.q": "two", "overwrite:querystring.n": "$request.header.x-a", "remove:querystring.drop": "''", "overwrite:path": "/new/${request.path.id}/${stageVariables.v}",
	}
	mapped.ResponseParameters = map[string]map[string]string{
		"200": {"append:header.x-old": "$request.path.id", "overwrite:header.x-status": "fine ${response.header.x-old}", "remove:header.x-secret": "''"},
		"418": {"overwrite:statuscode": "299", "overwrite:header.x-old": "$context.requestId"},
	}
	a.integrate(t.Context(), t, mapped, "GET /m/{id}")
	must(a.v2.UpdateStage(t.Context(), &apigatewayv2.UpdateStageInput{ApiId: &a.id, StageName: aws.String("$default"), StageVariables: map[string]string{"v": "var"}}))(t)
	header := http.Header{"X-A": {"sent"}, "X-B": {"sent"}, "X-Gone": {"sent"}}
	response, body := a.send(t.Context(), t, "GET", "/m/a%20b?q=one&drop=1&n=0", "", header)
	query := must(url.Parse(strings.Fields(body)[0]))(t)
	if diff := cmp.Diff(url.Values{"q": {"one", "two"}, "n": {"sent"}}, query.Query()); diff != "" || query.EscapedPath() != "/new/a%20b/var" {
		t.Errorf("the backend got %s: %s", query, diff)
	}
	if _, got, _ := strings.Cut(body, " "); got != `a=["sent" "a b"] b=["one-$default"] gone=[]` && got != `a=["sent,a b"] b=["one-$default"] gone=[]` {
		t.Errorf("the backend got %s", got)
	}
	if diff := cmp.Diff([]string{"1", "2", "a b"}, response.Header["X-Old"]); diff != "" || response.StatusCode != 200 ||
		!strings.HasPrefix(response.Header.Get("X-Status"), "fine 1,2") || response.Header["X-Secret"] != nil {
		t.Errorf("got %d %v", response.StatusCode, response.Header)
	}
	response, _ = a.send(t.Context(), t, "GET", "/m/1?fail=1", "", header)
	if response.StatusCode != 299 || response.Header.Get("X-Old") != response.Header.Get("Apigw-Requestid") || len(response.Header["X-Old"]) != 1 || response.Header.Get("X-Secret") != "s" {
		t.Errorf("418: got %d %v", response.StatusCode, response.Header)
	}
}

// TestHTTPAPIProxy: substitution in URIs, stage variables, time limits and failures.
func TestHTTPAPIProxy(t *testing.T) {
	t.Parallel()
	a := createHTTPAPI(t, start(t, emulator.Config{}), nil)
	backend := text(t, "")
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(slow.Close)
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	late, untrusted := proxyTo(slow.URL), proxyTo(secure.URL)
	late.TimeoutInMillis = aws.Int32(50)
	post := proxyTo(backend.URL + "/fixed")
	post.IntegrationMethod = aws.String("POST")
	for _, route := range []struct {
		in   apigatewayv2.CreateIntegrationInput
		keys []string
	}{
		{proxyTo(backend.URL + "/x/{id}/{name}"), []string{"ANY /two/{id}/{name}"}},
		{proxyTo(backend.URL + "/g/{proxy}"), []string{"ANY /greedy/{proxy+}"}},
		{proxyTo(backend.URL + "/q?id={id}&fixed=1"), []string{"GET /query/{id}"}},
		{post, []string{"GET /post"}},
		{proxyTo("http://${stageVariables.host}/${stageVariables.path}"), []string{"GET /stage"}},
		{proxyTo("http://${stageVariables.none}/x"), []string{"GET /unknown"}},
		{late, []string{"GET /late"}},
		{untrusted, []string{"GET /untrusted"}},
		{proxyTo("http://127.0.0.1:1"), []string{"GET /down"}},
		{proxyTo(backend.URL + "/base/"), []string{"$default"}},
	} {
		a.integrate(t.Context(), t, route.in, route.keys...)
	}
	must(a.v2.UpdateStage(t.Context(), &apigatewayv2.UpdateStageInput{ApiId: &a.id, StageName: aws.String("$default"), StageVariables: map[string]string{
		"host": strings.TrimPrefix(backend.URL, "http://"), "path": "v1",
	}}))(t)
	const unavailable = `{"message":"Service Unavailable"}`
	for _, test := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/two/a%2Bb/c%20d?e=%2F", 200, "GET /x/a+b/c%20d?e=%2F"},
		{"DELETE", "/two/1/2", 200, "DELETE /x/1/2"},
		{"PATCH", "/greedy/a/b%20c/", 200, "PATCH /g/a/b%20c/"},
		{"GET", "/post", 200, "POST /fixed"},
		{"GET", "/stage", 200, "GET /v1"},
		{"GET", "/unknown", 500, httpInternal},
		{"GET", "/late", 503, unavailable},
		{"GET", "/untrusted", 503, unavailable},
		{"GET", "/down", 503, unavailable},
		{"GET", "/any/%C3%A9?a=b", 200, "GET /base/any/%C3%A9?a=b"},
		{"GET", "/", 200, "GET /base/"},
		// Case and trailing slashes matter, so that these go to $default.
		{"GET", "/POST", 200, "GET /base/POST"},
		{"GET", "/post/", 200, "GET /base/post/"},
		{"PUT", "/post", 200, "PUT /base/post"},
		{"OPTIONS", "/post", 200, "OPTIONS /base/post"},
	} {
		a.want(t, test.method, test.path, nil, test.status, test.body)
	}
	response, body := a.send(t.Context(), t, "GET", "/query/7?id=8", "", nil)
	if values := must(url.Parse(strings.TrimPrefix(body, "GET ")))(t).Query(); response.StatusCode != 200 || values.Get("fixed") != "1" || len(values["id"]) != 2 {
		t.Errorf("query: %d %s", response.StatusCode, body)
	}
	if response := a.want(t, "HEAD", "/any", nil, 200, ""); response.ContentLength != 0 && response.Header.Get("Content-Length") == "" {
		t.Errorf("HEAD: %v", response.Header)
	}
}

// TestHTTPAPIPrivateIntegration: the target of a VPC link by its name, its id, the ARN of
// the listener and its tag; the stage is a part of the path.
func TestHTTPAPIPrivateIntegration(t *testing.T) {
	t.Parallel()
	backend := text(t, "")
	const listener, other = "arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/lb/1/2", "arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/lb/1/3"
	a := createHTTPAPI(t, start(t, emulator.Config{VPCLinks: map[string]string{"by-name": backend.URL, listener: backend.URL}}), nil)
	link := func(name string, tags map[string]string) string {
		return *must(a.v2.CreateVpcLink(t.Context(), &apigatewayv2.CreateVpcLinkInput{Name: &name, SubnetIds: []string{"subnet-1"}, Tags: tags}))(t).VpcLinkId
	}
	through := func(id, target string) apigatewayv2.CreateIntegrationInput {
		in := proxyTo(target)
		in.ConnectionType, in.ConnectionId = types.ConnectionTypeVpcLink, &id
		return in
	}
	a.integrate(t.Context(), t, through(link("by-name", nil), other), "GET /name")
	a.integrate(t.Context(), t, through(link("t", nil), listener), "GET /target")
	a.integrate(t.Context(), t, through(link("g", map[string]string{"stagedoor:target": backend.URL}), other), "GET /tag/{proxy+}")
	stripped := through(link("by-name", nil), listener)
	stripped.RequestParameters = map[string]string{"overwrite:path": "$request.path"}
	a.integrate(t.Context(), t, stripped, "GET /stripped")
	a.integrate(t.Context(), t, through(link("n", nil), other), "GET /none")
	// A name to verify makes it TLS, and nobody vouches for this backend.
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	verified := through(link("s", map[string]string{"stagedoor:target": secure.URL}), other)
	verified.TlsConfig = &types.TlsConfigInput{ServerNameToVerify: aws.String("example.com")}
	a.integrate(t.Context(), t, verified, "GET /verified")
	must(a.v2.CreateStage(t.Context(), &apigatewayv2.CreateStageInput{ApiId: &a.id, StageName: aws.String("test"), AutoDeploy: aws.Bool(true)}))(t)
	for path, want := range map[string]string{
		"/name": "GET /name", "/target?a=b": "GET /target?a=b", "/tag/x/y%20z": "GET /tag/x/y%20z",
		"/test/name": "GET /test/name", "/test/stripped": "GET /stripped",
	} {
		a.want(t, "GET", path, nil, 200, want)
	}
	a.want(t, "GET", "/none", nil, 500, httpInternal)
	a.want(t, "GET", "/verified", nil, 503, `{"message":"Service Unavailable"}`)
}
