package openapi

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// exportIntegration is the integration extension of a method, in the order that AWS's
// documents have since 2023.
func exportIntegration(r *types.Resource, i *types.Integration) *Value {
	o := object().set("type", str(strings.ToLower(string(i.Type))))
	setText(o, "httpMethod", aws.ToString(i.HttpMethod))
	setText(o, "uri", aws.ToString(i.Uri))
	setText(o, "credentials", aws.ToString(i.Credentials))
	setText(o, "connectionId", aws.ToString(i.ConnectionId))
	setText(o, "connectionType", string(i.ConnectionType))
	setText(o, "integrationTarget", aws.ToString(i.IntegrationTarget))
	if len(i.IntegrationResponses) > 0 {
		responses := object()
		for _, status := range slices.Sorted(maps.Keys(i.IntegrationResponses)) {
			response := i.IntegrationResponses[status]
			name := "default"
			if pattern := aws.ToString(response.SelectionPattern); pattern != "" {
				name = pattern
			}
			responses.set(name, exportIntegrationResponse(status, &response))
		}
		o.set("responses", responses)
	}
	setTexts(o, "requestParameters", i.RequestParameters)
	setTexts(o, "requestTemplates", i.RequestTemplates)
	setText(o, "passthroughBehavior", strings.ToLower(aws.ToString(i.PassthroughBehavior)))
	if namespace := aws.ToString(i.CacheNamespace); namespace != "" && namespace != aws.ToString(r.Id) {
		o.set("cacheNamespace", str(namespace))
	}
	if i.TimeoutInMillis != 0 && i.Type != types.IntegrationTypeMock {
		o.set("timeoutInMillis", number(strconv.Itoa(int(i.TimeoutInMillis))))
	}
	if len(i.CacheKeyParameters) > 0 {
		o.set("cacheKeyParameters", textArray(i.CacheKeyParameters))
	}
	setText(o, "contentHandling", string(i.ContentHandling))
	if i.TlsConfig != nil {
		o.set("tlsConfig", object().set("insecureSkipVerification", boolean(i.TlsConfig.InsecureSkipVerification)))
	}
	if i.ResponseTransferMode == types.ResponseTransferModeStream {
		o.set("responseTransferMode", str(string(i.ResponseTransferMode)))
	}
	return o
}

func exportIntegrationResponse(status string, response *types.IntegrationResponse) *Value {
	o := object().set("statusCode", str(status))
	setTexts(o, "responseParameters", response.ResponseParameters)
	setTexts(o, "responseTemplates", response.ResponseTemplates)
	setText(o, "contentHandling", string(response.ContentHandling))
	return o
}
