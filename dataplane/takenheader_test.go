package dataplane_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// TestMappingToTakenHeader: headers that the gateway writes itself cannot be mapped, as
// a neighbour of RT-07; which they are depends on the type of the integration.
func TestMappingToTakenHeader(t *testing.T) {
	b := newBackend(t, nil)
	http := httpCustomMethod(b.URL, map[string]types.IntegrationResponse{"200": {}})
	proxy := httpMethod(b.URL)
	service := awsMethod("ssm:action/GetParameter", map[string]types.IntegrationResponse{"200": {}})
	tests := map[string]struct {
		method types.Method
		header string
		status int
	}{
		"length":              {http, "Content-Length", 500},
		"encoding":            {http, "transfer-encoding", 500},
		"trace":               {http, "X-Amzn-Trace-Id", 500},
		"authorization":       {http, "Authorization", 200},
		"proxy, length":       {proxy, "Content-Length", 500},
		"proxy, expect":       {proxy, "Expect", 200},
		"AWS, authorization":  {service, "Authorization", 500},
		"AWS, connection":     {service, "connection", 500},
		"AWS, any other name": {service, "X-Other", 200},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f, _ := awsFixture(t, b.URL, nil)
			integration := *test.method.MethodIntegration
			integration.RequestParameters = map[string]string{"integration.request.header." + test.header: "'1'"}
			method := test.method
			method.MethodIntegration = &integration
			f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"POST": method})))
			response := f.call("POST", "/stage/a", "{}", nil)
			if response.StatusCode != test.status {
				t.Errorf("got %d, want %d; %s", response.StatusCode, test.status, f.log)
			}
			if refused := strings.Contains(f.log.String(), test.header+" header already present"); refused != (test.status == 500) {
				t.Errorf("log: %s", f.log)
			}
		})
	}
}
