package httpapi

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	maxHTTPTimeoutMillis      = 30_000
	maxWebSocketTimeoutMillis = 29_000
	minTimeoutMillis          = 50
)

// Unverified: the wordings.
var (
	errHTTPType           = wire.BadRequest("Only AWS_PROXY and HTTP_PROXY integration types are supported for protocol type HTTP")
	errHTTPTemplates      = wire.BadRequest("RequestTemplates, templateSelectionExpression and contentHandlingStrategy are not supported for protocol type HTTP")
	errNoPayloadFormat    = wire.BadRequest("PayloadFormatVersion is a required parameter for integrations of protocol type HTTP")
	errPayloadFormat      = wire.BadRequest("Invalid payloadFormatVersion specified")
	errIntegrationURI     = wire.BadRequest("Invalid integration URI specified")
	errNoMethod           = wire.BadRequest("IntegrationMethod is a required parameter for this integration type")
	errIntegrationMethod  = wire.BadRequest("Invalid integrationMethod specified")
	errNoConnection       = wire.BadRequest("ConnectionId is a required parameter for connection type VPC_LINK")
	errConnection         = wire.BadRequest("ConnectionId is supported for connection type VPC_LINK only")
	errConnectionType     = wire.BadRequest("Connection type VPC_LINK is supported for HTTP and HTTP_PROXY integrations only")
	errTLSConfig          = wire.BadRequest("TlsConfig is supported for private integrations of protocol type HTTP only")
	errWebSocketSubtype   = wire.BadRequest("IntegrationSubtype is supported for AWS_PROXY integrations of protocol type HTTP only")
	errSubtype            = wire.BadRequest("Invalid integrationSubtype specified")
	errSubtypeURI         = wire.BadRequest("IntegrationUri cannot be specified with integrationSubtype")
	errSubtypeCredentials = wire.BadRequest("CredentialsArn is a required parameter with integrationSubtype")
	errResponseOnHTTP     = wire.BadRequest("ResponseParameters are supported for protocol type HTTP only")
	errTimeout            = func(limit string) error {
		return wire.BadRequest("Timeout should be between 50 ms and " + limit + " ms")
	}
)

var (
	// A name or a part of it may be a stage variable.
	lambdaPattern  = regexp.MustCompile(`^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[a-zA-Z0-9-_:.$\{}]+$`)
	servicePattern = regexp.MustCompile(`^arn:aws[a-z-]*:apigateway:[a-z0-9-]+:[a-z0-9.-]+:(path|action)/.+$`)
	invokePattern  = regexp.MustCompile(`^arn:aws[a-z-]*:apigateway:[a-z0-9-]+:lambda:path/\d{4}-\d{2}-\d{2}/functions/.+/invocations$`)
	privatePattern = regexp.MustCompile(`^arn:aws[a-z-]*:(elasticloadbalancing|servicediscovery):[a-z0-9-]*:\d{12}:.+$`)
	httpMethods    = append([]string{"TRACE"}, routeMethods...)
)

// checkIntegration holds the rules for an integration and sets what was left out.
func checkIntegration(a apiTx, i *types.Integration) error {
	if i.ConnectionType == "" {
		i.ConnectionType = types.ConnectionTypeInternet
	}
	if i.TlsConfig != nil && aws.ToString(i.TlsConfig.ServerNameToVerify) == "" {
		i.TlsConfig = nil
	}
	if err := checkConnection(a, i); err != nil {
		return err
	}
	if err := checkMethod(i); err != nil {
		return err
	}
	if a.isHTTP() {
		return checkHTTPIntegration(i)
	}
	return checkWebSocketIntegration(i)
}

func checkConnection(a apiTx, i *types.Integration) error {
	private := i.ConnectionType == types.ConnectionTypeVpcLink
	isHTTP := i.IntegrationType == types.IntegrationTypeHttp || i.IntegrationType == types.IntegrationTypeHttpProxy
	switch {
	case private && !isHTTP:
		return errConnectionType
	case private && i.ConnectionId == nil:
		return errNoConnection
	case !private && i.ConnectionId != nil:
		return errConnection
	case i.TlsConfig != nil && (!private || !a.isHTTP()):
		return errTLSConfig
	}
	return nil
}

func checkMethod(i *types.Integration) error {
	if i.IntegrationMethod != nil {
		if !slices.Contains(httpMethods, *i.IntegrationMethod) {
			return errIntegrationMethod
		}
		return nil
	}
	switch i.IntegrationType {
	case types.IntegrationTypeHttp, types.IntegrationTypeHttpProxy:
		return errNoMethod
	case types.IntegrationTypeAws, types.IntegrationTypeAwsProxy:
		if uri := aws.ToString(i.IntegrationUri); lambdaPattern.MatchString(uri) || invokePattern.MatchString(uri) {
			i.IntegrationMethod = aws.String("POST")
		} else if i.IntegrationType == types.IntegrationTypeAws {
			return errNoMethod
		}
	default: // a mock has none
	}
	return nil
}

func checkHTTPIntegration(i *types.Integration) error {
	// The Terraform provider sends it always, and AWS leaves it out of the answer.
	i.PassthroughBehavior = ""
	if len(i.RequestTemplates) > 0 || i.TemplateSelectionExpression != nil || i.ContentHandlingStrategy != "" {
		return errHTTPTemplates
	}
	if i.PayloadFormatVersion == nil {
		return errNoPayloadFormat
	}
	if err := checkTimeout(i, maxHTTPTimeoutMillis); err != nil {
		return err
	}
	formats := []string{"1.0"}
	uri := aws.ToString(i.IntegrationUri)
	switch {
	case i.IntegrationType != types.IntegrationTypeAwsProxy && i.IntegrationType != types.IntegrationTypeHttpProxy:
		return errHTTPType
	case i.IntegrationSubtype != nil:
		if err := checkSubtype(i); err != nil {
			return err
		}
	case i.IntegrationType == types.IntegrationTypeAwsProxy:
		formats = append(formats, "2.0")
		if !lambdaPattern.MatchString(uri) && !invokePattern.MatchString(uri) {
			return errIntegrationURI
		}
	case i.ConnectionType == types.ConnectionTypeVpcLink:
		if !privatePattern.MatchString(uri) {
			return errIntegrationURI
		}
	case !isHTTPURL(uri):
		return errIntegrationURI
	}
	if !slices.Contains(formats, *i.PayloadFormatVersion) {
		return errPayloadFormat
	}
	if i.IntegrationSubtype == nil {
		if err := checkRequestParameters(i.RequestParameters); err != nil {
			return err
		}
	}
	return checkResponseParameters(i.ResponseParameters)
}

// isHTTPURL reports whether text is the URL of a backend; stage and path variables
// may stand anywhere in it.
func isHTTPURL(text string) bool {
	if strings.ContainsAny(text, " \t\r\n") {
		return false
	}
	plain := expressionPattern.ReplaceAllString(text, "x")
	if expression := strings.HasPrefix(text, "${"); expression {
		return true // scheme and host come from a variable
	}
	u, err := url.Parse(plain)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// expressionPattern is a variable within a URL: of a path, or of a stage.
var expressionPattern = regexp.MustCompile(`\$?\{[^{}]*\}`)

func checkWebSocketIntegration(i *types.Integration) error {
	if i.IntegrationSubtype != nil {
		return errWebSocketSubtype
	}
	if len(i.ResponseParameters) > 0 {
		return errResponseOnHTTP
	}
	if i.PayloadFormatVersion == nil {
		i.PayloadFormatVersion = aws.String("1.0")
	}
	if *i.PayloadFormatVersion != "1.0" {
		return errPayloadFormat
	}
	if i.PassthroughBehavior == "" {
		i.PassthroughBehavior = types.PassthroughBehaviorWhenNoMatch
	}
	uri := aws.ToString(i.IntegrationUri)
	statusCode := "${integration.response.statuscode}"
	switch i.IntegrationType {
	case types.IntegrationTypeMock:
	case types.IntegrationTypeAws, types.IntegrationTypeAwsProxy:
		if !lambdaPattern.MatchString(uri) && !servicePattern.MatchString(uri) {
			return errIntegrationURI
		}
		if strings.Contains(uri, ":lambda:") {
			statusCode = "${integration.response.body.errorMessage}"
		}
	default:
		if !isHTTPURL(uri) {
			return errIntegrationURI
		}
	}
	// Nobody can set it. A proxied HTTP endpoint has none, as Terraform's provider has found.
	i.IntegrationResponseSelectionExpression = &statusCode
	if i.IntegrationType == types.IntegrationTypeHttpProxy {
		i.IntegrationResponseSelectionExpression = nil
	}
	if selection := i.TemplateSelectionExpression; selection != nil && !isSelectionExpression(*selection) {
		return wire.BadRequest("Invalid templateSelectionExpression specified") // Unverified: the wording.
	}
	if err := checkTimeout(i, maxWebSocketTimeoutMillis); err != nil {
		return err
	}
	return checkWebSocketParameters(i.RequestParameters)
}

func checkTimeout(i *types.Integration, limit int32) error {
	if i.TimeoutInMillis == nil {
		i.TimeoutInMillis = &limit
	}
	if *i.TimeoutInMillis < minTimeoutMillis || *i.TimeoutInMillis > limit {
		return errTimeout(map[int32]string{maxHTTPTimeoutMillis: "30,000", maxWebSocketTimeoutMillis: "29,000"}[limit])
	}
	return nil
}
