package rest

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

func TestGatewayResponsesAreComplete(t *testing.T) {
	statuses := map[types.GatewayResponseType]int{ // GR-02
		"ACCESS_DENIED": 403, "API_CONFIGURATION_ERROR": 500, "AUTHORIZER_CONFIGURATION_ERROR": 500, "AUTHORIZER_FAILURE": 500,
		"BAD_REQUEST_BODY": 400, "BAD_REQUEST_PARAMETERS": 400, "EXPIRED_TOKEN": 403, "INTEGRATION_FAILURE": 504, "INTEGRATION_TIMEOUT": 504,
		"INVALID_API_KEY": 403, "INVALID_SIGNATURE": 403, "MISSING_AUTHENTICATION_TOKEN": 403, "QUOTA_EXCEEDED": 429, "REQUEST_TOO_LARGE": 413,
		"RESOURCE_NOT_FOUND": 404, "THROTTLED": 429, "UNAUTHORIZED": 401, "UNSUPPORTED_MEDIA_TYPE": 415, "WAF_FILTERED": 403,
	}
	for _, responseType := range types.GatewayResponseType("").Values() {
		if responseType == types.GatewayResponseTypeDefault4xx || responseType == types.GatewayResponseTypeDefault5xx {
			continue
		}
		response := (&Failure{Type: responseType}).response()
		if response.Status != statuses[responseType] {
			t.Errorf("GR-02 %s has status %d, want %d", responseType, response.Status, statuses[responseType])
		}
		if !json.Valid(response.Body) || gatewayResponses[responseType].errorType == "" {
			t.Errorf("%s: %s %v", responseType, response.Body, response.Header)
		}
	}
}

func TestFailureBody(t *testing.T) {
	tests := map[string]struct {
		status  int
		message string
		want    string
	}{
		"4XX":      {403, "Forbidden", `{"message":"Forbidden"}`},
		"5XX":      {500, "Internal server error", `{"message": "Internal server error"}`},
		"no text":  {500, "", `{"message":null}`},
		"escaping": {403, `"`, `{"message":"\""}`},
	}
	for name, test := range tests {
		if got := string(failureBody(test.status, test.message)); got != test.want {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func TestIntegrationFailure(t *testing.T) {
	want := map[integration.Kind]int{
		integration.Timeout: 504, integration.Unreachable: 504, integration.Misconfigured: 500,
		integration.Malformed: 502, integration.Refused: 500, integration.RequestTooLarge: 413, integration.ClientGone: 504,
	}
	for kind, status := range want {
		if got := integrationFailure(&integration.Failure{Kind: kind}).response().Status; got != status {
			t.Errorf("kind %d: got %d, want %d", kind, got, status)
		}
	}
}
