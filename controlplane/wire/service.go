package wire

import (
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
)

// Service is one of the AWS services whose wire protocol this package speaks.
type Service int

// The services.
const (
	// APIGateway is Amazon API Gateway v1: REST APIs.
	APIGateway Service = iota
	// APIGatewayV2 is Amazon API Gateway v2: HTTP and WebSocket APIs.
	APIGatewayV2
	// APIGatewayManagement is the @connections API of deployed WebSocket APIs.
	APIGatewayManagement
	// Lambda is AWS Lambda.
	Lambda
)

// String returns the name of the service's SDK module, for instance "apigateway".
func (s Service) String() string {
	if p, ok := s.protocol(); ok {
		return p.name
	}
	return fmt.Sprintf("Service(%d)", int(s))
}

// Operations returns the service's operations in alphabetical order.
func (s Service) Operations() []*Operation {
	if p, ok := s.protocol(); ok {
		return p.operations()
	}
	return nil
}

const (
	// apiGatewayBodyBytes is the largest request body API Gateway's control plane
	// takes; imports are limited to 6 MB. Unverified for the other operations.
	apiGatewayBodyBytes = 10 << 20
	// lambdaBodyBytes is the limit that Lambda names in its refusal of a larger
	// CreateFunction: 50 MiB of zip in base64. Unverified against this release.
	lambdaBodyBytes = 70_167_211
)

// protocol is what sets one service's wire format apart from the others'.
type protocol struct {
	name        string
	operations  func() []*Operation
	errors      *smithy.TypeRegistry
	constraints *constraintTable
	// violation makes the error that lists violated constraints.
	violation func(message string) *Error
	// prefixed says that violations in the body name the input ("createRestApiInput.").
	prefixed bool
	// unrouted answers a request that no operation matches.
	unrouted *Error
	// internalCode is the code of a 500.
	internalCode string
	maxBodyBytes int64
	// blobType is the content type of a raw payload that names none.
	blobType string
	// apiGatewayID says that responses carry x-amz-apigw-id.
	apiGatewayID bool
}

func (s Service) protocol() (protocol, bool) {
	switch s {
	case APIGateway:
		p := apiGatewayProtocol(APIGateway, apiGatewayOperations, apigateway.TypeRegistry, &apiGatewayConstraints)
		p.violation, p.apiGatewayID = Validation, true
		return p, true
	case APIGatewayV2:
		return apiGatewayProtocol(APIGatewayV2, apiGatewayV2Operations, apigatewayv2.TypeRegistry, &apiGatewayV2Constraints), true
	case APIGatewayManagement:
		return apiGatewayProtocol(APIGatewayManagement, apiGatewayManagementOperations, apigatewaymanagementapi.TypeRegistry, &apiGatewayManagementConstraints), true
	case Lambda:
		return protocol{
			name: "lambda", operations: lambdaOperations, errors: lambda.TypeRegistry, constraints: &lambdaConstraints,
			violation:    Validation,
			unrouted:     NewError(http.StatusNotFound, "UnknownOperationException", ""),
			internalCode: "ServiceException",
			maxBodyBytes: lambdaBodyBytes,
			blobType:     contentTypeJSON,
		}, true
	default:
		return protocol{}, false
	}
}

// apiGatewayProtocol is what the three API Gateway services share.
//
// Unverified: the answer to an unknown operation is the one that API Gateway
// gives for unknown paths of deployed APIs, and BadRequestException for violated
// constraints of v2 follows from ValidationException not being in its model.
func apiGatewayProtocol(s Service, operations func() []*Operation, errors *smithy.TypeRegistry, constraints *constraintTable) protocol {
	names := map[Service]string{
		APIGateway: "apigateway", APIGatewayV2: "apigatewayv2", APIGatewayManagement: "apigatewaymanagementapi",
	}
	return protocol{
		name: names[s], operations: operations, errors: errors, constraints: constraints,
		violation:    BadRequest,
		prefixed:     true,
		unrouted:     NewError(http.StatusForbidden, "MissingAuthenticationTokenException", "Missing Authentication Token"),
		internalCode: "InternalFailure",
		maxBodyBytes: apiGatewayBodyBytes,
		blobType:     "application/octet-stream",
	}
}
