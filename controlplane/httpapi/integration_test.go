package httpapi_test

import (
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/google/go-cmp/cmp"
)

const roleARN = "arn:aws:iam::111111111111:role/r"

// Every type of an HTTP API's integrations, as it is answered and read back.
func TestHTTPIntegrations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.httpAPI()
	for _, test := range []struct {
		in   apigatewayv2.CreateIntegrationInput
		want string
	}{
		{
			apigatewayv2.CreateIntegrationInput{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: aws.String(functionARN), PayloadFormatVersion: aws.String("2.0")},
			`{"connectionType":"INTERNET","integrationId":"*","integrationMethod":"POST","integrationType":"AWS_PROXY","integrationUri":"` + functionARN + `","payloadFormatVersion":"2.0","timeoutInMillis":30000}`,
		},
		{
			apigatewayv2.CreateIntegrationInput{
				IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: aws.String(invokeARN), PayloadFormatVersion: aws.String("1.0"),
				Description: aws.String("d"), CredentialsArn: aws.String(roleARN), TimeoutInMillis: aws.Int32(50), PassthroughBehavior: types.PassthroughBehaviorWhenNoMatch,
			},
			`{"connectionType":"INTERNET","credentialsArn":"` + roleARN + `","description":"d","integrationId":"*","integrationMethod":"POST","integrationType":"AWS_PROXY","integrationUri":"` + invokeARN +
				`","payloadFormatVersion":"1.0","timeoutInMillis":50}`,
		},
		{
			apigatewayv2.CreateIntegrationInput{
				IntegrationType: types.IntegrationTypeHttpProxy, IntegrationMethod: aws.String("ANY"), IntegrationUri: aws.String("https://${stageVariables.host}/{proxy}"), PayloadFormatVersion: aws.String("1.0"),
				RequestParameters:  map[string]string{"append:header.a": "$request.header.b", "overwrite:path": "/x", "remove:querystring.c": "''"},
				ResponseParameters: map[string]map[string]string{"500": {"overwrite:statuscode": "502", "remove:header.server": "''"}},
			},
			`{"connectionType":"INTERNET","integrationId":"*","integrationMethod":"ANY","integrationType":"HTTP_PROXY","integrationUri":"https://${stageVariables.host}/{proxy}","payloadFormatVersion":"1.0",
			"requestParameters":{"append:header.a":"$request.header.b","overwrite:path":"/x","remove:querystring.c":"''"},
			"responseParameters":{"500":{"overwrite:statuscode":"502","remove:header.server":"''"}},"timeoutInMillis":30000}`,
		},
		{
			apigatewayv2.CreateIntegrationInput{
				IntegrationType: types.IntegrationTypeHttpProxy, IntegrationMethod: aws.String("GET"), PayloadFormatVersion: aws.String("1.0"),
				IntegrationUri: aws.String("arn:aws:servicediscovery:eu-west-1:111111111111:service/srv-1"), ConnectionType: types.ConnectionTypeVpcLink, ConnectionId: aws.String("abc"),
				TlsConfig: &types.TlsConfigInput{ServerNameToVerify: aws.String("a.example")},
			},
			`{"connectionId":"abc","connectionType":"VPC_LINK","integrationId":"*","integrationMethod":"GET","integrationType":"HTTP_PROXY",
			"integrationUri":"arn:aws:servicediscovery:eu-west-1:111111111111:service/srv-1","payloadFormatVersion":"1.0","timeoutInMillis":30000,"tlsConfig":{"serverNameToVerify":"a.example"}}`,
		},
	} {
		test.in.ApiId = api
		id := answers(w, w.client.CreateIntegration, &test.in, "201 "+test.want).IntegrationId
		answers(w, w.client.GetIntegration, &apigatewayv2.GetIntegrationInput{ApiId: api, IntegrationId: id}, "200 "+test.want)
	}
}

// Each subtype is taken with what it requires, and refused without any part of it.
func TestIntegrationSubtypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.httpAPI()
	for subtype, required := range map[string][]string{
		"EventBridge-PutEvents":            {"Detail", "DetailType", "Source"},
		"SQS-SendMessage":                  {"QueueUrl", "MessageBody"},
		"SQS-ReceiveMessage":               {"QueueUrl"},
		"SQS-DeleteMessage":                {"ReceiptHandle", "QueueUrl"},
		"SQS-PurgeQueue":                   {"QueueUrl"},
		"AppConfig-GetConfiguration":       {"Application", "Environment", "Configuration", "ClientId"},
		"Kinesis-PutRecord":                {"StreamName", "Data", "PartitionKey"},
		"StepFunctions-StartExecution":     {"StateMachineArn"},
		"StepFunctions-StartSyncExecution": {"StateMachineArn"},
		"StepFunctions-StopExecution":      {"ExecutionArn"},
	} {
		with := func(parameters map[string]string) *apigatewayv2.CreateIntegrationInput {
			return &apigatewayv2.CreateIntegrationInput{
				ApiId: api, IntegrationType: types.IntegrationTypeAwsProxy, IntegrationSubtype: aws.String(subtype), PayloadFormatVersion: aws.String("1.0"),
				CredentialsArn: aws.String(roleARN), RequestParameters: parameters,
			}
		}
		full := func() map[string]string {
			parameters := map[string]string{"Region": "eu-west-1"}
			for _, name := range required {
				parameters[name] = "$request.body." + name
			}
			return parameters
		}
		out := must(w, w.client.CreateIntegration, with(full()))
		if aws.ToString(out.IntegrationSubtype) != subtype || out.IntegrationUri != nil || out.ConnectionType != types.ConnectionTypeInternet {
			t.Errorf("%s: %+v", subtype, out)
		}
		for _, name := range required {
			parameters := full()
			delete(parameters, name)
			answers(w, w.client.CreateIntegration, with(parameters), "400 BadRequestException: Parameter: "+name+" is required for integration subtype: "+subtype)
		}
		parameters := full()
		parameters["Other"] = "x"
		answers(w, w.client.CreateIntegration, with(parameters), "400 BadRequestException: Parameter: Other does not fit schema for integration subtype: "+subtype)
		bare := with(full())
		bare.CredentialsArn = nil
		answers(w, w.client.CreateIntegration, bare, "400 BadRequestException: CredentialsArn is a required parameter with integrationSubtype")
	}
}

func TestIntegrationRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	http, socket := w.httpAPI(), w.webSocketAPI()
	format, get, url, lambda := aws.String("1.0"), aws.String("GET"), aws.String("http://a.example/"), aws.String(functionARN)
	const proxy, lambdaProxy = types.IntegrationTypeHttpProxy, types.IntegrationTypeAwsProxy
	for _, test := range []struct {
		want string
		in   apigatewayv2.CreateIntegrationInput
	}{
		{"Only AWS_PROXY and HTTP_PROXY integration types are supported for protocol type HTTP", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: types.IntegrationTypeMock, PayloadFormatVersion: format}},
		{"PayloadFormatVersion is a required parameter for integrations of protocol type HTTP", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda}},
		{"Invalid payloadFormatVersion specified", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: proxy, IntegrationMethod: get, IntegrationUri: url, PayloadFormatVersion: aws.String("2.0")}},
		{"Invalid payloadFormatVersion specified", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: aws.String("3.0")}},
		{"Invalid payloadFormatVersion specified", apigatewayv2.CreateIntegrationInput{ApiId: socket, IntegrationType: lambdaProxy, IntegrationUri: aws.String(invokeARN), PayloadFormatVersion: aws.String("2.0")}},
		{"Invalid integration URI specified", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: url, PayloadFormatVersion: format}},
		{"Invalid integration URI specified", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: proxy, IntegrationMethod: get, IntegrationUri: aws.String("ftp://a"), PayloadFormatVersion: format}},
		{"Invalid integration URI specified", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: proxy, IntegrationMethod: get, IntegrationUri: url, PayloadFormatVersion: format, ConnectionType: types.ConnectionTypeVpcLink, ConnectionId: aws.String("a")}},
		{"IntegrationMethod is a required parameter for this integration type", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: proxy, IntegrationUri: url, PayloadFormatVersion: format}},
		{"Invalid integrationMethod specified", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: proxy, IntegrationMethod: aws.String("FETCH"), IntegrationUri: url, PayloadFormatVersion: format}},
		{"ConnectionId is a required parameter for connection type VPC_LINK", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: proxy, IntegrationMethod: get, IntegrationUri: url, PayloadFormatVersion: format, ConnectionType: types.ConnectionTypeVpcLink}},
		{"ConnectionId is supported for connection type VPC_LINK only", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: proxy, IntegrationMethod: get, IntegrationUri: url, PayloadFormatVersion: format, ConnectionId: aws.String("a")}},
		{"Connection type VPC_LINK is supported for HTTP and HTTP_PROXY integrations only", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, ConnectionType: types.ConnectionTypeVpcLink, ConnectionId: aws.String("a")}},
		{"TlsConfig is supported for private integrations of protocol type HTTP only", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: proxy, IntegrationMethod: get, IntegrationUri: url, PayloadFormatVersion: format, TlsConfig: &types.TlsConfigInput{ServerNameToVerify: aws.String("a")}}},
		{"1 validation error detected: Value '30001' at 'createIntegrationInput.timeoutInMillis' failed to satisfy constraint: Member must have value less than or equal to 30000", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, TimeoutInMillis: aws.Int32(30001)}},
		{"Timeout should be between 50 ms and 29,000 ms", apigatewayv2.CreateIntegrationInput{ApiId: socket, IntegrationType: types.IntegrationTypeMock, TimeoutInMillis: aws.Int32(29001)}},
		{"1 validation error detected: Value '49' at 'createIntegrationInput.timeoutInMillis' failed to satisfy constraint: Member must have value greater than or equal to 50", apigatewayv2.CreateIntegrationInput{ApiId: socket, IntegrationType: types.IntegrationTypeMock, TimeoutInMillis: aws.Int32(49)}},
		{"RequestTemplates, templateSelectionExpression and contentHandlingStrategy are not supported for protocol type HTTP", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, RequestTemplates: map[string]string{"a": "b"}}},
		{"ResponseParameters are supported for protocol type HTTP only", apigatewayv2.CreateIntegrationInput{ApiId: socket, IntegrationType: types.IntegrationTypeMock, ResponseParameters: map[string]map[string]string{"200": {"remove:header.a": "''"}}}},
		{"IntegrationSubtype is supported for AWS_PROXY integrations of protocol type HTTP only", apigatewayv2.CreateIntegrationInput{ApiId: socket, IntegrationType: lambdaProxy, IntegrationUri: aws.String(invokeARN), IntegrationSubtype: aws.String("SQS-PurgeQueue")}},
		{"Invalid integrationSubtype specified", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationSubtype: aws.String("S3-GetObject"), PayloadFormatVersion: format, CredentialsArn: aws.String(roleARN)}},
		{"IntegrationUri cannot be specified with integrationSubtype", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationSubtype: aws.String("SQS-PurgeQueue"), IntegrationUri: lambda, PayloadFormatVersion: format, CredentialsArn: aws.String(roleARN)}},
		{"Invalid mapping expression specified: header.a", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, RequestParameters: map[string]string{"header.a": "b"}}},
		{"Operations on header authorization are restricted", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, RequestParameters: map[string]string{"overwrite:header.Authorization": "b"}}},
		{"Operations on header x-amz-date are restricted", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, ResponseParameters: map[string]map[string]string{"200": {"append:header.X-Amz-Date": "b"}}}},
		{"Invalid status code in responseParameters: 199", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, ResponseParameters: map[string]map[string]string{"199": {"overwrite:statuscode": "200"}}}},
		{"Invalid mapping expression specified: $foo", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, RequestParameters: map[string]string{"append:header.a": "$foo"}}},
		{"Invalid mapping expression specified: a ${foo} b", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, RequestParameters: map[string]string{"append:header.a": "a ${foo} b"}}},
		{"Invalid mapping expression specified: $request", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, RequestParameters: map[string]string{"append:header.a": "$request"}}},
		{"Invalid mapping expression specified: $request.header.", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, RequestParameters: map[string]string{"append:header.a": "$request.header."}}},
		{"Invalid mapping expression specified: $response.header.a", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, RequestParameters: map[string]string{"append:header.a": "$response.header.a"}}},
		{"Invalid mapping expression specified: ${response.body}", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, RequestParameters: map[string]string{"append:header.a": "${response.body}"}}},
		{"Invalid mapping expression specified: $request.body..a", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, RequestParameters: map[string]string{"append:header.a": "$request.body..a"}}},
		{"Invalid mapping expression specified: $request.body[?(@.a)]", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, RequestParameters: map[string]string{"append:header.a": "$request.body[?(@.a)]"}}},
		{"Invalid mapping expression specified: ${}", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, RequestParameters: map[string]string{"append:header.a": "${}"}}},
		{"Invalid mapping expression specified: $contexts.a", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, RequestParameters: map[string]string{"append:header.a": "$contexts.a"}}},
		{"Invalid mapping expression specified: $method.request.header.a", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, RequestParameters: map[string]string{"append:header.a": "$method.request.header.a"}}},
		{"Invalid mapping expression specified: $response.status", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, ResponseParameters: map[string]map[string]string{"200": {"append:header.a": "$response.status"}}}},
		{"Invalid mapping expression specified: overwrite:path", apigatewayv2.CreateIntegrationInput{ApiId: http, IntegrationType: lambdaProxy, IntegrationUri: lambda, PayloadFormatVersion: format, ResponseParameters: map[string]map[string]string{"200": {"overwrite:path": "/"}}}},
		{"Invalid mapping expression specified: append:header.a", apigatewayv2.CreateIntegrationInput{ApiId: socket, IntegrationType: types.IntegrationTypeMock, RequestParameters: map[string]string{"append:header.a": "b"}}},
		{"Invalid templateSelectionExpression specified", apigatewayv2.CreateIntegrationInput{ApiId: socket, IntegrationType: types.IntegrationTypeMock, TemplateSelectionExpression: aws.String("$nope")}},
	} {
		answers(w, w.client.CreateIntegration, &test.in, "400 BadRequestException: "+test.want)
	}
	answers(w, w.client.CreateIntegration, &apigatewayv2.CreateIntegrationInput{ApiId: aws.String("none"), IntegrationType: proxy},
		"404 NotFoundException: Invalid API identifier specified 111111111111:none")
}

// An update leaves alone what it does not name; empty texts clear, parameters merge.
func TestUpdateIntegration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.httpAPI()
	id := must(w, w.client.CreateIntegration, &apigatewayv2.CreateIntegrationInput{
		ApiId: api, IntegrationType: types.IntegrationTypeHttpProxy, IntegrationMethod: aws.String("GET"), IntegrationUri: aws.String("http://a.example/"), PayloadFormatVersion: aws.String("1.0"),
		Description: aws.String("d"), RequestParameters: map[string]string{"append:header.a": "1", "append:header.b": "2"},
		ResponseParameters: map[string]map[string]string{"200": {"append:header.a": "1"}, "404": {"overwrite:statuscode": "200"}},
	}).IntegrationId
	answers(w, w.client.UpdateIntegration, &apigatewayv2.UpdateIntegrationInput{
		ApiId: api, IntegrationId: id, Description: aws.String(""), RequestParameters: map[string]string{"append:header.a": "", "append:header.c": "3"},
		ResponseParameters: map[string]map[string]string{"404": {}},
	}, `200 {"connectionType":"INTERNET","integrationId":"*","integrationMethod":"GET","integrationType":"HTTP_PROXY","integrationUri":"http://a.example/","payloadFormatVersion":"1.0",
		"requestParameters":{"append:header.b":"2","append:header.c":"3"},"responseParameters":{"200":{"append:header.a":"1"}},"timeoutInMillis":30000}`)
	answers(w, w.client.UpdateIntegration, &apigatewayv2.UpdateIntegrationInput{ApiId: api, IntegrationId: id, TimeoutInMillis: aws.Int32(1)},
		"400 BadRequestException: 1 validation error detected: Value '1' at 'updateIntegrationInput.timeoutInMillis' failed to satisfy constraint: Member must have value greater than or equal to 50")
	answers(w, w.client.UpdateIntegration, &apigatewayv2.UpdateIntegrationInput{
		ApiId: api, IntegrationId: id, TimeoutInMillis: aws.Int32(100), RequestParameters: map[string]string{"append:header.b": "", "append:header.c": ""},
		ResponseParameters: map[string]map[string]string{"200": {}},
	}, `200 {"connectionType":"INTERNET","integrationId":"*","integrationMethod":"GET","integrationType":"HTTP_PROXY","integrationUri":"http://a.example/","payloadFormatVersion":"1.0","timeoutInMillis":100}`)
	must(w, w.client.DeleteIntegration, &apigatewayv2.DeleteIntegrationInput{ApiId: api, IntegrationId: id})
	answers(w, w.client.DeleteIntegration, &apigatewayv2.DeleteIntegrationInput{ApiId: api, IntegrationId: id}, "404 NotFoundException: Invalid Integration identifier specified")
	answers(w, w.client.UpdateIntegration, &apigatewayv2.UpdateIntegrationInput{ApiId: api, IntegrationId: id}, "404 NotFoundException: Invalid Integration identifier specified")
}

func TestWebSocketIntegrations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.webSocketAPI()
	for _, test := range []struct {
		in   apigatewayv2.CreateIntegrationInput
		want string
	}{
		{
			apigatewayv2.CreateIntegrationInput{IntegrationType: types.IntegrationTypeMock, RequestTemplates: map[string]string{"200": `{"statusCode":200}`}, TemplateSelectionExpression: aws.String("200")},
			`{"connectionType":"INTERNET","integrationId":"*","integrationResponseSelectionExpression":"${integration.response.statuscode}","integrationType":"MOCK","passthroughBehavior":"WHEN_NO_MATCH",
			"payloadFormatVersion":"1.0","requestTemplates":{"200":"{\"statusCode\":200}"},"templateSelectionExpression":"200","timeoutInMillis":29000}`,
		},
		{
			apigatewayv2.CreateIntegrationInput{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: aws.String(invokeARN)},
			`{"connectionType":"INTERNET","integrationId":"*","integrationMethod":"POST","integrationResponseSelectionExpression":"${integration.response.body.errorMessage}","integrationType":"AWS_PROXY",
			"integrationUri":"` + invokeARN + `","passthroughBehavior":"WHEN_NO_MATCH","payloadFormatVersion":"1.0","timeoutInMillis":29000}`,
		},
		{
			apigatewayv2.CreateIntegrationInput{
				IntegrationType: types.IntegrationTypeHttp, IntegrationMethod: aws.String("POST"), IntegrationUri: aws.String("http://a.example/"), PassthroughBehavior: types.PassthroughBehaviorNever,
				ContentHandlingStrategy: types.ContentHandlingStrategyConvertToText, RequestParameters: map[string]string{"integration.request.header.a": "context.connectionId"},
			},
			`{"connectionType":"INTERNET","contentHandlingStrategy":"CONVERT_TO_TEXT","integrationId":"*","integrationMethod":"POST","integrationResponseSelectionExpression":"${integration.response.statuscode}",
			"integrationType":"HTTP","integrationUri":"http://a.example/","passthroughBehavior":"NEVER","payloadFormatVersion":"1.0","requestParameters":{"integration.request.header.a":"context.connectionId"},"timeoutInMillis":29000}`,
		},
		{
			apigatewayv2.CreateIntegrationInput{IntegrationType: types.IntegrationTypeAws, IntegrationMethod: aws.String("POST"), IntegrationUri: aws.String("arn:aws:apigateway:eu-west-1:sqs:action/SendMessage"), CredentialsArn: aws.String(roleARN)},
			`{"connectionType":"INTERNET","credentialsArn":"` + roleARN + `","integrationId":"*","integrationMethod":"POST","integrationResponseSelectionExpression":"${integration.response.statuscode}","integrationType":"AWS",
			"integrationUri":"arn:aws:apigateway:eu-west-1:sqs:action/SendMessage","passthroughBehavior":"WHEN_NO_MATCH","payloadFormatVersion":"1.0","timeoutInMillis":29000}`,
		},
	} {
		test.in.ApiId = api
		answers(w, w.client.CreateIntegration, &test.in, "201 "+test.want)
	}
}

func TestIntegrationResponse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.webSocketAPI()
	integration := must(w, w.client.CreateIntegration, &apigatewayv2.CreateIntegrationInput{ApiId: api, IntegrationType: types.IntegrationTypeMock}).IntegrationId
	in := func(key string) *apigatewayv2.CreateIntegrationResponseInput {
		return &apigatewayv2.CreateIntegrationResponseInput{ApiId: api, IntegrationId: integration, IntegrationResponseKey: &key}
	}
	first := in("$default")
	first.ResponseTemplates, first.TemplateSelectionExpression = map[string]string{"$default": "{}"}, aws.String("${integration.response.statuscode}")
	id := answers(w, w.client.CreateIntegrationResponse, first,
		`201 {"integrationResponseId":"*","integrationResponseKey":"$default","responseTemplates":{"$default":"{}"},"templateSelectionExpression":"${integration.response.statuscode}"}`).IntegrationResponseId
	answers(w, w.client.CreateIntegrationResponse, in("$default"), "409 ConflictException: IntegrationResponse with key $default already exists for this integration")
	answers(w, w.client.CreateIntegrationResponse, in("200"), "400 BadRequestException: IntegrationResponseKey must be $default or a pattern between slashes")
	bad := in("/a/")
	bad.ResponseParameters = map[string]string{"header.a": "b"}
	answers(w, w.client.CreateIntegrationResponse, bad, "400 BadRequestException: Invalid mapping expression specified: header.a")
	bad.ResponseParameters, bad.TemplateSelectionExpression = nil, aws.String("${")
	answers(w, w.client.CreateIntegrationResponse, bad, "400 BadRequestException: Invalid templateSelectionExpression specified")
	bad.IntegrationId = aws.String("none")
	answers(w, w.client.CreateIntegrationResponse, bad, "404 NotFoundException: Invalid Integration identifier specified")
	other := must(w, w.client.CreateIntegrationResponse, in(`/2\d\d/`)).IntegrationResponseId
	answers(w, w.client.UpdateIntegrationResponse, &apigatewayv2.UpdateIntegrationResponseInput{ApiId: api, IntegrationId: integration, IntegrationResponseId: other, IntegrationResponseKey: aws.String("$default")},
		"409 ConflictException: IntegrationResponse with key $default already exists for this integration")
	answers(w, w.client.UpdateIntegrationResponse, &apigatewayv2.UpdateIntegrationResponseInput{
		ApiId: api, IntegrationId: integration, IntegrationResponseId: id, ResponseTemplates: map[string]string{}, TemplateSelectionExpression: aws.String(""), ContentHandlingStrategy: types.ContentHandlingStrategyConvertToBinary,
	}, `200 {"contentHandlingStrategy":"CONVERT_TO_BINARY","integrationResponseId":"*","integrationResponseKey":"$default"}`)
	answers(w, w.client.GetIntegrationResponse, &apigatewayv2.GetIntegrationResponseInput{ApiId: api, IntegrationId: integration, IntegrationResponseId: id},
		`200 {"contentHandlingStrategy":"CONVERT_TO_BINARY","integrationResponseId":"*","integrationResponseKey":"$default"}`)
	page := must(w, w.client.GetIntegrationResponses, &apigatewayv2.GetIntegrationResponsesInput{ApiId: api, IntegrationId: integration, MaxResults: aws.String("1")})
	if len(page.Items) != 1 || page.NextToken == nil {
		t.Errorf("page %+v", page)
	}
	must(w, w.client.DeleteIntegrationResponse, &apigatewayv2.DeleteIntegrationResponseInput{ApiId: api, IntegrationId: integration, IntegrationResponseId: id})
	answers(w, w.client.DeleteIntegrationResponse, &apigatewayv2.DeleteIntegrationResponseInput{ApiId: api, IntegrationId: integration, IntegrationResponseId: id},
		"404 NotFoundException: Invalid IntegrationResponse identifier specified")
	must(w, w.client.DeleteIntegration, &apigatewayv2.DeleteIntegrationInput{ApiId: api, IntegrationId: integration})
	answers(w, w.client.GetIntegrationResponse, &apigatewayv2.GetIntegrationResponseInput{ApiId: api, IntegrationId: integration, IntegrationResponseId: other},
		"404 NotFoundException: Invalid IntegrationResponse identifier specified")
}

// TestMappingValues: each form of a value is taken as it is.
func TestMappingValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.httpAPI()
	request := map[string]string{}
	for i, value := range []string{
		"static", "'quoted'", "5$", "$request.header.a", "$request.querystring.a", "$request.path", "$request.path.a", "$request.body", "$request.body.a[0]", "$request.body['a b']",
		"$context.authorizer.claims.sub", "$stageVariables.a", "${request.path.a}/${stageVariables.b}", "a ${open", "text $foo",
	} {
		request["append:header.a"+strconv.Itoa(i)] = value
	}
	request["remove:header.gone"] = "$foo"
	response := map[string]map[string]string{"200": {"append:header.a": "$response.header.a", "append:header.b": "$response.body.b", "append:header.c": "${request.header.c}", "overwrite:statuscode": "$context.status"}}
	made := must(w, w.client.CreateIntegration, &apigatewayv2.CreateIntegrationInput{
		ApiId: api, IntegrationType: types.IntegrationTypeHttpProxy, IntegrationUri: aws.String("https://a.example"), IntegrationMethod: aws.String("GET"), PayloadFormatVersion: aws.String("1.0"),
		RequestParameters: request, ResponseParameters: response,
	})
	if diff := cmp.Diff(request, made.RequestParameters) + cmp.Diff(response, made.ResponseParameters); diff != "" {
		t.Error(diff)
	}
	sqs := &apigatewayv2.CreateIntegrationInput{
		ApiId: api, IntegrationType: types.IntegrationTypeAwsProxy, IntegrationSubtype: aws.String("SQS-PurgeQueue"), PayloadFormatVersion: aws.String("1.0"),
		CredentialsArn: aws.String("arn:aws:iam::000000000000:role/r"), RequestParameters: map[string]string{"QueueUrl": "$request.headers.a"},
	}
	answers(w, w.client.CreateIntegration, sqs, "400 BadRequestException: Invalid mapping expression specified: $request.headers.a")
}
