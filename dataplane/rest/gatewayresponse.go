package rest

import "github.com/aws/aws-sdk-go-v2/service/apigateway/types"

// gatewayResponse is what a type of gateway response is by default.
type gatewayResponse struct {
	status int
	// message is null when empty.
	message   string
	errorType string
}

const (
	messageInternal  = "Internal server error"
	messageForbidden = "Forbidden"
)

// gatewayResponses has the defaults of every type but DEFAULT_4XX and DEFAULT_5XX,
// which only say how the others are customised. Statuses: GR-02.
var gatewayResponses = map[types.GatewayResponseType]gatewayResponse{
	types.GatewayResponseTypeAccessDenied:                 {403, "User is not authorized to access this resource", "AccessDeniedException"},
	types.GatewayResponseTypeApiConfigurationError:        {500, messageInternal, "InternalServerErrorException"}, // TI-12
	types.GatewayResponseTypeAuthorizerConfigurationError: {500, "", "AuthorizerConfigurationException"},
	types.GatewayResponseTypeAuthorizerFailure:            {500, "", "AuthorizerFailureException"},
	types.GatewayResponseTypeBadRequestBody:               {400, "Invalid request body", "BadRequestException"},
	types.GatewayResponseTypeBadRequestParameters:         {400, "Missing required request parameters", "BadRequestException"},
	types.GatewayResponseTypeExpiredToken:                 {403, "The security token included in the request is expired", "ExpiredTokenException"},
	types.GatewayResponseTypeIntegrationFailure:           {504, "Network error communicating with endpoint", "InternalServerErrorException"},
	types.GatewayResponseTypeIntegrationTimeout:           {504, "Endpoint request timed out", "InternalServerErrorException"},
	types.GatewayResponseTypeInvalidApiKey:                {403, messageForbidden, "ForbiddenException"},
	types.GatewayResponseTypeInvalidSignature:             {403, "The request signature we calculated does not match the signature you provided.", "InvalidSignatureException"},
	types.GatewayResponseTypeMissingAuthenticationToken:   {403, "Missing Authentication Token", "MissingAuthenticationTokenException"}, // RT-01
	types.GatewayResponseTypeQuotaExceeded:                {429, "Limit Exceeded", "LimitExceededException"},
	types.GatewayResponseTypeRequestTooLarge:              {413, "HTTP content length exceeded 10485760 bytes.", "RequestTooLargeException"},
	types.GatewayResponseTypeResourceNotFound:             {404, "Not Found", "NotFoundException"},
	types.GatewayResponseTypeThrottled:                    {429, "Too Many Requests", "TooManyRequestsException"},
	types.GatewayResponseTypeUnauthorized:                 {401, "Unauthorized", "UnauthorizedException"},
	types.GatewayResponseTypeUnsupportedMediaType:         {415, "Unsupported Media Type", "BadRequestException"},
	types.GatewayResponseTypeWafFiltered:                  {403, messageForbidden, "ForbiddenException"},
}
