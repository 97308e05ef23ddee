package restapi_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// TestPutOrder puts a method response before the integration.
func TestPutOrder(t *testing.T) {
	w := newWorld(t)
	api, root := w.api()
	get := aws.String("GET")
	fact(w, "LC-04 optional parameter", w.client.PutMethod, &apigateway.PutMethodInput{
		RestApiId: &api, ResourceId: &root, HttpMethod: get, AuthorizationType: aws.String("NONE"),
		RequestParameters: map[string]bool{"method.request.querystring.param1": false},
	}, `201 {"httpMethod":"GET","authorizationType":"NONE","apiKeyRequired":false,"requestParameters":{"method.request.querystring.param1":false}}`)
	fact(w, "LC-04 method response first", w.client.PutMethodResponse, &apigateway.PutMethodResponseInput{
		RestApiId: &api, ResourceId: &root, HttpMethod: get, StatusCode: aws.String("200"),
	}, `201 {"statusCode":"200"}`)
	must(w, w.client.PutIntegration, &apigateway.PutIntegrationInput{RestApiId: &api, ResourceId: &root, HttpMethod: get, Type: types.IntegrationTypeMock})
}
