package httpapi_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

func serviceIntegration(subtype string, parameters map[string]string) types.Integration {
	return types.Integration{
		IntegrationType: types.IntegrationTypeAwsProxy, IntegrationSubtype: aws.String(subtype), PayloadFormatVersion: aws.String("1.0"),
		CredentialsArn: aws.String("arn:aws:iam::123456789012:role/r"), RequestParameters: parameters,
	}
}

// TestServices: the exact request of each subtype.
func TestServices(t *testing.T) {
	t.Parallel()
	const queue = "http://localhost/1/q"
	const form, json10, json11 = "application/x-www-form-urlencoded", "application/x-amz-json-1.0", "application/x-amz-json-1.1"
	tests := map[string]struct {
		subtype     string
		parameters  map[string]string
		body        string
		service     string
		method, uri string
		target      string
		contentType string
		wantBody    string
		region      string
	}{
		"events": {
			"EventBridge-PutEvents",
			map[string]string{"Detail": "$request.body.detail", "DetailType": "t-${request.querystring.q}", "Source": "src", "Time": "2020-01-01T00:00:00Z", "Resources": "$request.body.list", "EventBusName": "$stageVariables.bus"},
			`{"detail":{"a":1},"list":["x","y"]}`, "events", "POST", "/", "AWSEvents.PutEvents", json11,
			`{"Entries":[{"Detail":"{\"a\":1}","DetailType":"t-1","EventBusName":"bus1","Resources":["x","y"],"Source":"src","Time":1577836800}]}`, "us-east-1",
		},
		"events, one resource": {
			"EventBridge-PutEvents",
			map[string]string{"Detail": "{}", "DetailType": "t", "Source": "s", "Resources": "arn:x", "Time": "$context.requestTimeEpoch", "Region": "eu-west-1"},
			"", "events", "POST", "/", "AWSEvents.PutEvents", json11, `{"Entries":[{"Detail":"{}","DetailType":"t","Resources":["arn:x"],"Source":"s","Time":1583817383220}]}`, "eu-west-1",
		},
		"send": {
			"SQS-SendMessage",
			map[string]string{"QueueUrl": queue, "MessageBody": "$request.body", "DelaySeconds": "3", "MessageAttributes": `{"b":{"DataType":"Number","StringValue":"5"},"a":{"DataType":"String","StringValue":"${request.querystring.q}"}}`},
			`é&x`, "sqs", "POST", "/", "", form,
			"Action=SendMessage&DelaySeconds=3&MessageAttribute.1.Name=a&MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringValue=1&MessageAttribute.2.Name=b&MessageAttribute.2.Value.DataType=Number&MessageAttribute.2.Value.StringValue=5&MessageBody=%C3%A9%26x&QueueUrl=http%3A%2F%2Flocalhost%2F1%2Fq&Version=2012-11-05", "us-east-1",
		},
		"send to a fifo queue": {
			"SQS-SendMessage",
			map[string]string{"QueueUrl": queue, "MessageBody": "m", "MessageGroupId": "g", "MessageDeduplicationId": "$context.requestId"},
			"", "sqs", "POST", "/", "", form, "Action=SendMessage&MessageBody=m&MessageDeduplicationId=ID&MessageGroupId=g&QueueUrl=http%3A%2F%2Flocalhost%2F1%2Fq&Version=2012-11-05", "us-east-1",
		},
		"receive": {
			"SQS-ReceiveMessage",
			map[string]string{"QueueUrl": queue, "AttributeNames": `["A","B"]`, "MessageAttributeNames": "All", "MaxNumberOfMessages": "2", "WaitTimeSeconds": "$request.querystring.none"},
			"", "sqs", "POST", "/", "", form, "Action=ReceiveMessage&AttributeName.1=A&AttributeName.2=B&MaxNumberOfMessages=2&MessageAttributeName.1=All&QueueUrl=http%3A%2F%2Flocalhost%2F1%2Fq&Version=2012-11-05", "us-east-1",
		},
		"delete": {
			"SQS-DeleteMessage",
			map[string]string{"QueueUrl": queue, "ReceiptHandle": "$request.querystring.q"},
			"", "sqs", "POST", "/", "", form, "Action=DeleteMessage&QueueUrl=http%3A%2F%2Flocalhost%2F1%2Fq&ReceiptHandle=1&Version=2012-11-05", "us-east-1",
		},
		"purge": {
			"SQS-PurgeQueue",
			map[string]string{"QueueUrl": queue},
			"", "sqs", "POST", "/", "", form, "Action=PurgeQueue&QueueUrl=http%3A%2F%2Flocalhost%2F1%2Fq&Version=2012-11-05", "us-east-1",
		},
		"kinesis": {
			"Kinesis-PutRecord",
			map[string]string{"StreamName": "s", "Data": "$request.body.d", "PartitionKey": "$request.path.id"},
			`{"d":"eA=="}`, "kinesis", "POST", "/", "Kinesis_20131202.PutRecord", json11, `{"Data":"eA==","PartitionKey":"7","StreamName":"s"}`, "us-east-1",
		},
		"start": {
			"StepFunctions-StartExecution",
			map[string]string{"StateMachineArn": "arn:m", "Input": "$request.body", "Name": "n"},
			`{"a":1}`, "states", "POST", "/", "AWSStepFunctions.StartExecution", json10, `{"input":"{\"a\":1}","name":"n","stateMachineArn":"arn:m"}`, "us-east-1",
		},
		"start and wait": {
			"StepFunctions-StartSyncExecution",
			map[string]string{"StateMachineArn": "arn:m", "TraceHeader": "x"},
			"", "states", "POST", "/", "AWSStepFunctions.StartSyncExecution", json10, `{"stateMachineArn":"arn:m","traceHeader":"x"}`, "us-east-1",
		},
		"stop": {
			"StepFunctions-StopExecution",
			map[string]string{"ExecutionArn": "arn:e", "Cause": "c", "Error": "e"},
			"", "states", "POST", "/", "AWSStepFunctions.StopExecution", json10, `{"cause":"c","error":"e","executionArn":"arn:e"}`, "us-east-1",
		},
		"configuration": {
			"AppConfig-GetConfiguration",
			map[string]string{"Application": "a/b", "Environment": "$request.path.id", "Configuration": "c", "ClientId": "i d", "ClientConfigurationVersion": "2"},
			"", "appconfig", "GET", "/applications/a%2Fb/environments/7/configurations/c?client_id=i%20d&client_configuration_version=2", "", "application/json", "", "us-east-1",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/xml")
				w.Header().Set("X-Amzn-Requestid", "own")
				w.WriteHeader(202)
				_, _ = w.Write([]byte("<ok/>"))
			})
			service := ""
			f := newFixture(t, func(c *dataplane.Config) {
				c.Services = integration.AWSServices{Endpoint: func(name string) (*url.URL, error) {
					service = name
					return url.Parse(b.URL)
				}}
			})
			stage := stageOf("$default", serviceIntegration(test.subtype, test.parameters), "POST /a/{id}")
			stage.Stage.StageVariables = map[string]string{"bus": "bus1"}
			f.PublishApiStage(stage)
			response := f.call("POST", "/a/7?q=1", test.body, nil)
			if body := bodyOf(t, response); response.StatusCode != 202 || body != "<ok/>" {
				t.Fatalf("got %d %s; %s", response.StatusCode, body, f.log)
			}
			compareHeader(t, http.Header{"Content-Type": {"text/xml"}, "X-Amzn-Requestid": nil}, response)
			got := strings.ReplaceAll(b.body, url.QueryEscape(response.Header.Get("Apigw-Requestid")), "ID")
			if diff := cmp.Diff(test.wantBody, got); diff != "" {
				t.Error(diff)
			}
			sent := b.request
			for what, pair := range map[string][2]string{
				"service": {test.service, service}, "method": {test.method, sent.Method}, "uri": {test.uri, sent.RequestURI},
				"target": {test.target, sent.Header.Get("X-Amz-Target")}, "type": {test.contentType, sent.Header.Get("Content-Type")},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s: got %q, want %q", what, pair[1], pair[0])
				}
			}
			if authorization := sent.Header.Get("Authorization"); !strings.Contains(authorization, "/"+test.region+"/") {
				t.Errorf("signed by %s", authorization)
			}
		})
	}
}

func TestServiceFailures(t *testing.T) {
	t.Parallel()
	b := newBackend(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(400)
		_, _ = w.Write([]byte(`{"__type":"ValidationException"}`))
	})
	endpoint := func(string) (*url.URL, error) { return url.Parse(b.URL) }
	purge := map[string]string{"QueueUrl": "q"}
	tests := map[string]struct {
		subtype    string
		parameters map[string]string
		change     func(*types.Integration)
		status     int
		body, log  string
	}{
		"the service's error": {"SQS-PurgeQueue", purge, nil, 400, `{"__type":"ValidationException"}`, ""},
		"mapped": {"SQS-PurgeQueue", purge, func(i *types.Integration) {
			i.ResponseParameters = map[string]map[string]string{"400": {"overwrite:statuscode": "409"}}
		}, 409, `{"__type":"ValidationException"}`, ""},
		"required is missing":     {"SQS-SendMessage", purge, nil, 500, internalBody, "MessageBody is required"},
		"required is empty":       {"SQS-PurgeQueue", map[string]string{"QueueUrl": "$request.querystring.u"}, nil, 400, `{"message":"Bad Request"}`, "QueueUrl"},
		"no such parameter":       {"SQS-PurgeQueue", map[string]string{"QueueUrl": "q", "Foo": "x"}, nil, 500, internalBody, "Foo is no parameter"},
		"no role":                 {"SQS-PurgeQueue", purge, func(i *types.Integration) { i.CredentialsArn = nil }, 500, internalBody, "needs credentialsArn"},
		"no role's ARN":           {"SQS-PurgeQueue", purge, func(i *types.Integration) { i.CredentialsArn = aws.String("x") }, 500, internalBody, "permission to assume"},
		"time":                    {"EventBridge-PutEvents", map[string]string{"Detail": "{}", "DetailType": "t", "Source": "s", "Time": "noon"}, nil, 400, `{"message":"Bad Request"}`, "Time"},
		"attributes":              {"SQS-SendMessage", map[string]string{"QueueUrl": "q", "MessageBody": "m", "MessageAttributes": `{"a":{"DataType":5}}`}, nil, 400, `{"message":"Bad Request"}`, "MessageAttributes"},
		"the client's Region":     {"SQS-PurgeQueue", map[string]string{"QueueUrl": "q", "Region": "$request.querystring.r"}, nil, 400, `{"__type":"ValidationException"}`, ""},
		"a name of dots":          {"AppConfig-GetConfiguration", map[string]string{"Application": "..", "Environment": "e", "Configuration": "c", "ClientId": "i"}, nil, 400, `{"message":"Bad Request"}`, "no name"},
		"Region that is no label": {"SQS-PurgeQueue", map[string]string{"QueueUrl": "q", "Region": "a:b"}, nil, 500, internalBody, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(c *dataplane.Config) { c.Services = integration.AWSServices{Endpoint: endpoint} })
			i := serviceIntegration(test.subtype, test.parameters)
			if test.change != nil {
				test.change(&i)
			}
			f.PublishApiStage(stageOf("$default", i, "POST /a"))
			f.want(t, "POST", "/a", test.status, test.body)
			if !strings.Contains(f.log.String(), test.log) {
				t.Errorf("the log lacks %q: %s", test.log, f.log)
			}
		})
	}
	f := newFixture(t, nil)
	f.PublishApiStage(stageOf("$default", serviceIntegration("SQS-PurgeQueue", purge), "POST /a"))
	f.want(t, "POST", "/a", 500, internalBody)
	if !strings.Contains(f.log.String(), "AWS_ENDPOINT_URL_SQS") {
		t.Errorf("the log does not name the setting: %s", f.log)
	}
}
