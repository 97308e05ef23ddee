package openapi

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// integration reads the integration of an operation; without one the method has none.
func (im *importer) integration(m *Method, v *Value) {
	if v = im.resolve(v); v == nil || v.Kind != Object {
		return
	}
	text := func(member string) *string {
		if value := v.Get(member).text(); value != "" {
			return &value
		}
		return nil
	}
	upper := func(member string) string { return strings.ToUpper(v.Get(member).text()) }
	i := &types.Integration{
		Type: types.IntegrationType(upper("type")), Uri: text("uri"), Credentials: text("credentials"),
		RequestParameters: v.Get("requestParameters").textMap(), RequestTemplates: v.Get("requestTemplates").textMap(),
		ContentHandling: types.ContentHandlingStrategy(upper("contentHandling")),
		CacheNamespace:  text("cacheNamespace"), CacheKeyParameters: v.Get("cacheKeyParameters").texts(),
		ConnectionType: types.ConnectionType(upper("connectionType")), ConnectionId: text("connectionId"),
		IntegrationTarget:    text("integrationTarget"),
		ResponseTransferMode: types.ResponseTransferMode(upper("responseTransferMode")),
	}
	if method := upper("httpMethod"); method != "" {
		i.HttpMethod = &method
	}
	if behavior := upper("passthroughBehavior"); behavior != "" {
		i.PassthroughBehavior = &behavior
	}
	if timeout := v.Get("timeoutInMillis"); timeout != nil {
		millis, err := strconv.ParseInt(timeout.text(), 10, 32)
		if err != nil {
			im.warn("timeoutInMillis of '%s' for resource at path '%s' is no number.", *m.HttpMethod, m.path)
		}
		i.TimeoutInMillis = int32(millis)
	}
	if tls := v.Get("tlsConfig"); tls != nil {
		i.TlsConfig = &types.TlsConfig{InsecureSkipVerification: tls.Get("insecureSkipVerification").isTrue()}
	}
	m.MethodIntegration = i
	for _, entry := range v.Get("responses").members() {
		m.Responses = append(m.Responses, integrationResponse(entry))
	}
}

func integrationResponse(entry Member) types.IntegrationResponse {
	response := types.IntegrationResponse{
		StatusCode:         aws.String(entry.Value.Get("statusCode").text()),
		ResponseParameters: entry.Value.Get("responseParameters").textMap(),
		ResponseTemplates:  entry.Value.Get("responseTemplates").textMap(),
		ContentHandling:    types.ContentHandlingStrategy(strings.ToUpper(entry.Value.Get("contentHandling").text())),
	}
	if entry.Name != "default" {
		response.SelectionPattern = aws.String(entry.Name)
	}
	return response
}
