package awsservice_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration/awsservice"
)

func TestFind(t *testing.T) {
	tests := map[string]struct {
		want                          awsservice.Service
		variable, target, contentType string
	}{
		"sqs":    {awsservice.Service{Name: "sqs", SigningName: "sqs", EndpointID: "SQS", Protocol: awsservice.Query}, "AWS_ENDPOINT_URL_SQS", "", "application/x-www-form-urlencoded"},
		"sns":    {awsservice.Service{Name: "sns", SigningName: "sns", EndpointID: "SNS", Protocol: awsservice.Query}, "AWS_ENDPOINT_URL_SNS", "", "application/x-www-form-urlencoded"},
		"email":  {awsservice.Service{Name: "email", SigningName: "ses", EndpointID: "SES", Protocol: awsservice.Query}, "AWS_ENDPOINT_URL_SES", "", "application/x-www-form-urlencoded"},
		"s3":     {awsservice.Service{Name: "s3", SigningName: "s3", EndpointID: "S3"}, "AWS_ENDPOINT_URL_S3", "", ""},
		"lambda": {awsservice.Service{Name: "lambda", SigningName: "lambda", EndpointID: "LAMBDA"}, "AWS_ENDPOINT_URL_LAMBDA", "", ""},
		"dynamodb": {
			awsservice.Service{Name: "dynamodb", SigningName: "dynamodb", EndpointID: "DYNAMODB", Protocol: awsservice.JSON, TargetPrefix: "DynamoDB_20120810", JSONVersion: "1.0"},
			"AWS_ENDPOINT_URL_DYNAMODB", "DynamoDB_20120810.Do", "application/x-amz-json-1.0",
		},
		"states": {
			awsservice.Service{Name: "states", SigningName: "states", EndpointID: "SFN", Protocol: awsservice.JSON, TargetPrefix: "AWSStepFunctions", JSONVersion: "1.0"},
			"AWS_ENDPOINT_URL_SFN", "AWSStepFunctions.Do", "application/x-amz-json-1.0",
		},
		"events": {
			awsservice.Service{Name: "events", SigningName: "events", EndpointID: "EVENTBRIDGE", Protocol: awsservice.JSON, TargetPrefix: "AWSEvents", JSONVersion: "1.1"},
			"AWS_ENDPOINT_URL_EVENTBRIDGE", "AWSEvents.Do", "application/x-amz-json-1.1",
		},
		"monitoring":    {awsservice.Service{Name: "monitoring", SigningName: "monitoring", EndpointID: "CLOUDWATCH", Protocol: awsservice.Query}, "AWS_ENDPOINT_URL_CLOUDWATCH", "", "application/x-www-form-urlencoded"},
		"brand-new.api": {awsservice.Service{Name: "brand-new.api", SigningName: "brand-new.api", EndpointID: "BRAND_NEW_API"}, "AWS_ENDPOINT_URL_BRAND_NEW_API", "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := awsservice.Find(name)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if got.EndpointVariable() != test.variable || got.Target("Do") != test.target || got.ContentType() != test.contentType {
				t.Errorf("got %s, %s, %s", got.EndpointVariable(), got.Target("Do"), got.ContentType())
			}
		})
	}
}

func TestParseURI(t *testing.T) {
	tests := map[string]struct {
		text string
		want *awsservice.URI
	}{
		"action":          {"arn:aws:apigateway:us-east-1:sqs:action/SendMessage", &awsservice.URI{Partition: "aws", Region: "us-east-1", Service: awsservice.Find("sqs"), Action: "SendMessage", Path: "/"}},
		"with parameters": {"arn:aws:apigateway:us-east-1:sqs:action/SendMessage&a=b:c&d={e}", &awsservice.URI{Partition: "aws", Region: "us-east-1", Service: awsservice.Find("sqs"), Action: "SendMessage", Path: "/", Query: "a=b:c&d={e}"}},
		"path":            {"arn:aws-cn:apigateway:cn-north-1:s3:path/{bucket}/{key+}", &awsservice.URI{Partition: "aws-cn", Region: "cn-north-1", Service: awsservice.Find("s3"), Path: "/{bucket}/{key+}"}},
		"path with query": {"arn:aws:apigateway:us-east-1:s3:path/b?list-type=2", &awsservice.URI{Partition: "aws", Region: "us-east-1", Service: awsservice.Find("s3"), Path: "/b", Query: "list-type=2"}},
		"root":            {"arn:aws:apigateway:us-east-1:events:path//", &awsservice.URI{Partition: "aws", Region: "us-east-1", Service: awsservice.Find("events"), Path: "/"}},
		"empty path":      {"arn:aws:apigateway:us-east-1:events:path/", &awsservice.URI{Partition: "aws", Region: "us-east-1", Service: awsservice.Find("events"), Path: "/"}},
		"subdomain":       {"arn:aws:apigateway:us-east-1:my-bucket.s3:path/k", &awsservice.URI{Partition: "aws", Region: "us-east-1", Service: awsservice.Find("s3"), Subdomain: "my-bucket", Path: "/k"}},
		"point of its own": {
			"arn:aws:apigateway:us-east-1:runtime.sagemaker:path/e",
			&awsservice.URI{Partition: "aws", Region: "us-east-1", Service: awsservice.Find("runtime.sagemaker"), Path: "/e"},
		},
		"subdomain before a point of its own": {
			"arn:aws:apigateway:us-east-1:a.b.streams.dynamodb:action/X",
			&awsservice.URI{Partition: "aws", Region: "us-east-1", Service: awsservice.Find("streams.dynamodb"), Subdomain: "a.b", Action: "X", Path: "/"},
		},
		"endpoint of an account":        {"arn:aws:apigateway:us-east-1:abc.iot:path/t", &awsservice.URI{Partition: "aws", Region: "us-east-1", Service: awsservice.Find("data-ats.iot"), Subdomain: "abc", Path: "/t"}},
		"IN-19 neither path nor action": {"arn:aws:apigateway:us-east-1:sqs:test/q", nil},
		"no slash":                      {"arn:aws:apigateway:us-east-1:sqs:action", nil},
		"no action":                     {"arn:aws:apigateway:us-east-1:sqs:action/&a=b", nil},
		"another service's ARN":         {"arn:aws:lambda:us-east-1:1:function:f", nil},
		"no region":                     {"arn:aws:apigateway::sqs:path/q", nil},
		"host in the region":            {"arn:aws:apigateway:evil.example/:sqs:path/q", nil},
		"no service":                    {"arn:aws:apigateway:us-east-1::path/q", nil},
		"empty label":                   {"arn:aws:apigateway:us-east-1:.s3:path/q", nil},
		"host in the service":           {"arn:aws:apigateway:us-east-1:evil/s3:path/q", nil},
		"empty":                         {"", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := awsservice.ParseURI(test.text)
			if diff := cmp.Diff(test.want, got); diff != "" || (err == nil) != (test.want != nil) {
				t.Errorf("%v %s", err, diff)
			}
		})
	}
}

// FuzzParseURI: what is accepted makes a host name and an absolute path.
func FuzzParseURI(f *testing.F) {
	for _, seed := range []string{"arn:aws:apigateway:us-east-1:a.s3:path//b?c", "arn:aws:apigateway:us-east-1:sqs:action/A&b=c", "arn:aws:apigateway:r:s:path", "::::::"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		uri, err := awsservice.ParseURI(text)
		if err != nil {
			if uri != nil {
				t.Errorf("both %v and %v", uri, err)
			}
			return
		}
		host := uri.Subdomain + uri.Service.Name + uri.Region
		if strings.ContainsAny(host, "/:@?# ") || uri.Service.SigningName == "" || !strings.HasPrefix(uri.Path, "/") {
			t.Errorf("%+v", uri)
		}
	})
}
