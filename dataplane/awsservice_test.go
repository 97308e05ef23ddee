package dataplane_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

const serviceRole = "arn:aws:iam::111111111111:role/api"

// awsMethod is a method with an AWS integration; target is what follows the region in
// its URI.
func awsMethod(target string, responses map[string]types.IntegrationResponse) types.Method {
	m := httpCustomMethod("arn:aws:apigateway:eu-west-1:"+target, responses)
	m.MethodIntegration.Type = types.IntegrationTypeAws
	m.MethodIntegration.Credentials = aws.String(serviceRole)
	return m
}

// awsFixture is a data plane whose services are all at endpoint. It notes the name of
// the service that was asked for last.
func awsFixture(t *testing.T, endpoint string, change func(*dataplane.Config)) (f *fixture, service *string) {
	t.Helper()
	service = new(string)
	log := &syncBuffer{}
	config := dataplane.Config{
		Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now:    func() time.Time { return fixedTime },
		Services: integration.AWSServices{Endpoint: func(name string) (*url.URL, error) {
			*service = name
			return url.Parse(endpoint)
		}},
	}
	if change != nil {
		change(&config)
	}
	plane := dataplane.New(config)
	t.Cleanup(func() {
		if err := plane.Close(); err != nil {
			t.Error(err)
		}
	})
	return &fixture{DataPlane: plane, log: log}, service
}

// TestAWSServiceRequest: the exact request of each protocol, its signature checked.
func TestAWSServiceRequest(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "answer") })
	const form = "application/x-www-form-urlencoded"
	json10, json11 := "application/x-amz-json-1.0", "application/x-amz-json-1.1"
	header := func(name, value string) map[string]string {
		return map[string]string{"integration.request.header." + name: value}
	}
	tests := map[string]struct {
		target       string
		parameters   map[string]string
		template     string
		verb         string
		service      string
		scope        string
		uri          string
		wantTarget   string
		contentType  string
		method       string
		wantMethod   string
		request      string
		requestBody  string
		wantBody     string
		binary       bool
		requestTypes string
	}{
		"SQS path, form in the body": {
			target: "sqs:path/123456789012/orders", parameters: header("Content-Type", "'"+form+"'"), template: "Action=SendMessage&MessageBody=hello",
			service: "sqs", scope: "sqs", uri: "/123456789012/orders", contentType: form, wantBody: "Action=SendMessage&MessageBody=hello",
		},
		"SQS action": {
			target: "sqs:action/SendMessage", parameters: map[string]string{
				"integration.request.querystring.QueueUrl":    "'http://localhost/123456789012/orders'",
				"integration.request.querystring.MessageBody": "method.request.querystring.text",
			},
			request: "?text=a%20b%2Bc", verb: "GET", wantMethod: "GET", method: "GET",
			service: "sqs", scope: "sqs", uri: "/?Action=SendMessage&MessageBody=a%20b%2Bc&QueueUrl=http%3A%2F%2Flocalhost%2F123456789012%2Forders", contentType: form,
		},
		"SQS by JSON": {
			target: "sqs:path//", template: `{"QueueUrl":"u"}`,
			parameters: map[string]string{"integration.request.header.X-Amz-Target": "'AmazonSQS.SendMessage'", "integration.request.header.Content-Type": "'" + json10 + "'"},
			service:    "sqs", scope: "sqs", uri: "/", wantTarget: "AmazonSQS.SendMessage", contentType: json10, wantBody: `{"QueueUrl":"u"}`,
		},
		"SNS action with parameters in the URI": {
			target: "sns:action/Publish&Version=2010-03-31&TopicArn=arn:aws:sns:eu-west-1:1:t", service: "sns", scope: "sns",
			uri: "/?Action=Publish&Version=2010-03-31&TopicArn=arn:aws:sns:eu-west-1:1:t", contentType: form,
		},
		"STS": {target: "sts:action/GetCallerIdentity", service: "sts", scope: "sts", uri: "/?Action=GetCallerIdentity", contentType: form},
		"SES": {target: "email:action/SendEmail", service: "email", scope: "ses", uri: "/?Action=SendEmail", contentType: form},
		"DynamoDB": {
			target: "dynamodb:action/PutItem", template: `{"TableName":"pets"}`, service: "dynamodb", scope: "dynamodb",
			uri: "/?Action=PutItem", wantTarget: "DynamoDB_20120810.PutItem", contentType: json10, wantBody: `{"TableName":"pets"}`,
		},
		"Kinesis, passed through": {
			target: "kinesis:action/PutRecord", requestBody: `{"Data":"eA=="}`, service: "kinesis", scope: "kinesis",
			uri: "/?Action=PutRecord", wantTarget: "Kinesis_20131202.PutRecord", contentType: json11, wantBody: `{"Data":"eA=="}`,
		},
		"Firehose": {
			target: "firehose:action/PutRecord", service: "firehose", scope: "firehose",
			uri: "/?Action=PutRecord", wantTarget: "Firehose_20150804.PutRecord", contentType: json11,
		},
		"Step Functions": {
			target: "states:action/StartExecution", template: `{"input":"{}"}`, service: "states", scope: "states",
			uri: "/?Action=StartExecution", wantTarget: "AWSStepFunctions.StartExecution", contentType: json10, wantBody: `{"input":"{}"}`,
		},
		"Step Functions, synchronous": {
			target: "states:action/StartSyncExecution", template: `{"input":"{}"}`, service: "states", scope: "states",
			uri: "/?Action=StartSyncExecution", wantTarget: "AWSStepFunctions.StartSyncExecution", contentType: json10, wantBody: `{"input":"{}"}`,
		},
		"EventBridge, mapped target": {
			target: "events:path//", template: `{"Entries":[]}`,
			parameters: map[string]string{"integration.request.header.x-amz-target": "'AWSEvents.PutEvents'", "integration.request.header.content-type": "'" + json11 + "'"},
			service:    "events", scope: "events", uri: "/", wantTarget: "AWSEvents.PutEvents", contentType: json11, wantBody: `{"Entries":[]}`,
		},
		"EventBridge action": {
			target: "events:action/PutEvents", service: "events", scope: "events",
			uri: "/?Action=PutEvents", wantTarget: "AWSEvents.PutEvents", contentType: json11,
		},
		"SSM, mapped content type goes first": {
			target: "ssm:action/GetParameter", parameters: header("Content-Type", "'application/json'"), service: "ssm", scope: "ssm",
			uri: "/?Action=GetParameter", wantTarget: "AmazonSSM.GetParameter", contentType: "application/json",
		},
		"CloudWatch": {target: "monitoring:action/PutMetricData", service: "monitoring", scope: "monitoring", uri: "/?Action=PutMetricData", contentType: form},
		"S3 path with binary": {
			target: "s3:path/{bucket}/{key}", parameters: map[string]string{"integration.request.path.bucket": "'my-bucket'", "integration.request.path.key": "method.request.path.id"},
			verb: "PUT", wantMethod: "PUT", method: "PUT", requestBody: "\xff\x00\x01", requestTypes: "image/png", binary: true,
			service: "s3", scope: "s3", uri: "/my-bucket/a%2Fb+c", contentType: "image/png", wantBody: "\xff\x00\x01", request: "/a%2Fb+c",
		},
		"S3 with the bucket as the subdomain": {
			target: "my-bucket.s3:path/{key}?list-type=2", parameters: map[string]string{"integration.request.path.key": "method.request.path.id"},
			verb: "ANY", wantMethod: "GET", method: "GET", service: "s3", scope: "s3", uri: "/my-bucket/%C3%A9?list-type=2", contentType: "application/json", request: "/%C3%A9",
		},
		"path is signed encoded twice": {
			target: "lambda:path/2015-03-31/functions/{name}", parameters: map[string]string{"integration.request.path.name": "method.request.path.id"},
			verb: "GET", wantMethod: "GET", method: "GET", service: "lambda", scope: "lambda", uri: "/2015-03-31/functions/a%20b", contentType: "application/json", request: "/a%20b",
		},
		"action with a placeholder": {
			target: "s3:action/GetObject&Bucket={bucket}", parameters: map[string]string{"integration.request.path.bucket": "'a=b&c'"},
			service: "s3", scope: "s3", uri: "/?Action=GetObject&Bucket=a%3Db%26c", contentType: "application/json",
		},
		"without a verb":            {target: "sqs:path/1/q", verb: "none", wantMethod: "GET", service: "sqs", scope: "sqs", uri: "/1/q", contentType: "application/json"},
		"service that no table has": {target: "newservice:path/v1/things", service: "newservice", scope: "newservice", uri: "/v1/things", contentType: "application/json"},
		"service with a point":      {target: "runtime.sagemaker:path/endpoints/e/invocations", service: "runtime.sagemaker", scope: "sagemaker", uri: "/endpoints/e/invocations", contentType: "application/json"},
		"account's own endpoint":    {target: "abc-ats.iot:path/topics/t", service: "data-ats.iot", scope: "iotdata", uri: "/topics/t", contentType: "application/json"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f, service := awsFixture(t, b.URL, nil)
			method := awsMethod(test.target, map[string]types.IntegrationResponse{"200": {}})
			switch test.verb {
			case "":
			case "none":
				method.MethodIntegration.HttpMethod = nil
			default:
				method.MethodIntegration.HttpMethod = aws.String(test.verb)
			}
			method.MethodIntegration.RequestParameters = test.parameters
			if test.template != "" {
				method.MethodIntegration.RequestTemplates = map[string]string{"application/json": test.template}
			}
			stage := stageOf(resourceOf("/a/{id}", map[string]types.Method{"ANY": method}), resourceOf("/a", map[string]types.Method{"ANY": method}))
			var sent http.Header
			if test.binary {
				stage.Api.Api.BinaryMediaTypes = []string{test.requestTypes}
				sent = http.Header{"Content-Type": {test.requestTypes}}
			}
			f.PublishRestStage(stage)
			verb := "POST"
			if test.method != "" {
				verb = test.method
			}
			response := f.call(verb, "/stage/a"+test.request, test.requestBody, sent)
			if body := bodyOf(t, response); response.StatusCode != 200 || body != "answer" {
				t.Fatalf("got %d %s; %s", response.StatusCode, body, f.log)
			}
			wantMethod := "POST"
			if test.wantMethod != "" {
				wantMethod = test.wantMethod
			}
			if b.request.Method != wantMethod || b.request.RequestURI != test.uri || b.body != test.wantBody || *service != test.service {
				t.Errorf("%s got %s %s %q", *service, b.request.Method, b.request.RequestURI, b.body)
			}
			scope, err := verifySigV4(b.request, b.body, "test")
			if want := "test/20200310/eu-west-1/" + test.scope + "/aws4_request"; err != nil || scope != want {
				t.Errorf("scope %s, want %s: %v", scope, want, err)
			}
			want := http.Header{
				"Accept": {"application/json"}, "Content-Type": {test.contentType}, "User-Agent": {"AmazonAPIGateway_api1"}, "X-Amzn-Apigateway-Api-Id": {"api1"},
				"X-Amz-Date": {"20200310T000359Z"},
			}
			if test.wantTarget != "" {
				want.Set("X-Amz-Target", test.wantTarget)
			}
			want.Set("X-Amz-Source-Arn", "arn:aws:execute-api:us-east-1:111111111111:api1/stage/*/a")
			if strings.HasPrefix(test.request, "/") {
				want.Set("X-Amz-Source-Arn", "arn:aws:execute-api:us-east-1:111111111111:api1/stage/*/a/*")
			}
			got := maps.Clone(b.request.Header)
			for _, name := range []string{"X-Amzn-Trace-Id", "Content-Length", "Authorization", "X-Amz-Content-Sha256"} {
				delete(got, name)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAWSServiceFailures: what is not usable fails with the log line that says why.
func TestAWSServiceFailures(t *testing.T) {
	b := newBackend(t, nil)
	unreachable := "http://127.0.0.1:1"
	tests := map[string]struct {
		target   string
		change   func(*types.Integration)
		endpoint string
		config   func(*dataplane.Config)
		status   int
		log      string
	}{
		"no endpoint": {target: "states:action/StartExecution", config: func(c *dataplane.Config) { c.Services.Endpoint = nil }, status: 500, log: "set AWS_ENDPOINT_URL_SFN"},
		"endpoint that fails": {target: "sqs:path/1/q", config: func(c *dataplane.Config) {
			c.Services.Endpoint = func(string) (*url.URL, error) { return nil, errors.New("set --upstream") }
		}, status: 500, log: "set --upstream"},
		"no answer":                 {target: "sqs:path/1/q", endpoint: unreachable, status: 504, log: "network error"},
		"space in the action":       {target: "dynamodb:action/ GetItem", status: 500, log: "URI/URL syntax error encountered in signing process"},
		"unmapped placeholder":      {target: "s3:path/{bucket}", status: 500, log: "{bucket} is not mapped"},
		"neither path nor action":   {target: "s3:object/a", status: 500, log: "Invalid endpoint address"},
		"no action":                 {target: "s3:action/", status: 500, log: "Invalid endpoint address"},
		"no service":                {target: ":action/Get", status: 500, log: "Invalid endpoint address"},
		"stage variable missing":    {target: "${stageVariables.none}:path/a", status: 500, log: "Invalid endpoint address"},
		"no role":                   {target: "sqs:path/1/q", change: func(i *types.Integration) { i.Credentials = aws.String("arn:aws:iam::1:user/u") }, status: 500, log: "does not have permission to assume the provided role arn:aws:iam::1:user/u"},
		"role of no stage variable": {target: "sqs:path/1/q", change: func(i *types.Integration) { i.Credentials = aws.String("${stageVariables.none}") }, status: 500, log: "does not have permission to assume the provided role"},
		"credentials of the caller": {target: "sqs:path/1/q", change: func(i *types.Integration) { i.Credentials = aws.String("arn:aws:iam::*:user/*") }, status: 500, log: "the caller's credentials"},
		"no credentials to be had": {target: "sqs:path/1/q", config: func(c *dataplane.Config) {
			c.Services.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, errors.New("expired") })
		}, status: 500, log: "expired"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			endpoint := b.URL
			if test.endpoint != "" {
				endpoint = test.endpoint
			}
			f, _ := awsFixture(t, endpoint, test.config)
			method := awsMethod(test.target, map[string]types.IntegrationResponse{"200": {}})
			if test.change != nil {
				test.change(method.MethodIntegration)
			}
			f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"POST": method})))
			response := f.call("POST", "/stage/a", "", nil)
			if response.StatusCode != test.status || !strings.Contains(f.log.String(), test.log) {
				t.Errorf("got %d %s; %s", response.StatusCode, bodyOf(t, response), f.log)
			}
		})
	}
}

// TestAWSServiceResponse: errors of the service are selected by their status, and what
// it sends is text or binary by its type.
func TestAWSServiceResponse(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("Action") {
		case "Fail":
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			w.Header().Set("X-Amzn-Requestid", "r1")
			w.WriteHeader(400)
			_, _ = io.WriteString(w, `{"__type":"ValidationException"}`)
		case "Throttle":
			w.WriteHeader(503)
		case "Image":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte{0xff, 0x00})
		default:
			_, _ = io.WriteString(w, `{"ok":true}`)
		}
	})
	responses := map[string]types.IntegrationResponse{
		"200": {SelectionPattern: aws.String(`200`)},
		"400": {SelectionPattern: aws.String(`4\d{2}`), ResponseParameters: map[string]string{
			"method.response.header.service-request": "integration.response.header.x-amzn-RequestId", "method.response.header.Date": "'then'",
		}},
		"502": {SelectionPattern: aws.String(`5\d{2}`), ResponseTemplates: map[string]string{"application/json": `{"message":"busy"}`}},
	}
	tests := map[string]struct {
		action, accept string
		status         int
		body           string
		header         http.Header
	}{
		"success":                        {"Get", "", 200, `{"ok":true}`, nil},
		"error of the call":              {"Fail", "", 400, `{"__type":"ValidationException"}`, http.Header{"service-request": {"r1"}, "x-amzn-Remapped-Date": {"then"}, "Content-Type": {"application/json"}}},
		"error of the service, template": {"Throttle", "", 502, `{"message":"busy"}`, nil},
		"binary":                         {"Image", "image/png", 200, "\xff\x00", nil},
		"binary for a client of text":    {"Image", "", 200, "/wA=", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f, _ := awsFixture(t, b.URL, nil)
			stage := stageOf(resourceOf("/a", map[string]types.Method{"POST": awsMethod("dynamodb:action/"+test.action, responses)}))
			stage.Api.Api.BinaryMediaTypes = []string{"image/png"}
			f.PublishRestStage(stage)
			var header http.Header
			if test.accept != "" {
				header = http.Header{"Accept": {test.accept}}
			}
			response := f.call("POST", "/stage/a", "{}", header)
			if body := bodyOf(t, response); response.StatusCode != test.status || body != test.body {
				t.Errorf("got %d %q; %s", response.StatusCode, body, f.log)
			}
			for name, want := range test.header {
				if diff := cmp.Diff(want, response.Header[name]); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
		})
	}
}
