package restapi

import (
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	errARN          = wire.BadRequest("Invalid ARN specified in the request")                       // IN-18
	errARNPath      = wire.BadRequest("AWS ARN for integration must contain path or action")        // IN-17, IN-19
	errHTTPEndpoint = wire.BadRequest("Invalid HTTP endpoint specified for URI")                    // seen in public reports
	errNoRole       = wire.BadRequest("Role ARN must be specified for AWS integrations")            // seen in public reports
	errProxyTarget  = wire.BadRequest("Integrations of type 'AWS_PROXY' currently only supports " + // IN-20, IN-21
		"Lambda function and Firehose stream invocations.")

	lambdaProxyPath = regexp.MustCompile(
		`^path/(?:2015-03-31/functions/.+/invocations|2021-11-15/functions/.+/response-streaming-invocations)$`)
	httpEndpoint = regexp.MustCompile(`^https?://[^\s/]+`)
)

// checkURI holds the rules for the address of a backend. Stage variables and path
// parameters in it are known only at run time.
func checkURI(integration *types.Integration) error {
	uri := aws.ToString(integration.Uri)
	switch integration.Type {
	case types.IntegrationTypeAws:
		service, _, err := parseServiceARN(uri)
		if err == nil && service != "lambda" && integration.Credentials == nil {
			err = errNoRole // a function can let API Gateway in by its own policy
		}
		return err
	case types.IntegrationTypeAwsProxy:
		service, target, err := parseServiceARN(uri)
		if err != nil {
			return err
		}
		lambda := service == "lambda" && lambdaProxyPath.MatchString(target)
		firehose := service == "firehose" && (target == "action/PutRecord" || target == "action/PutRecordBatch")
		if !lambda && !firehose {
			return errProxyTarget
		}
		if firehose && integration.Credentials == nil {
			return errNoRole
		}
	case types.IntegrationTypeHttp, types.IntegrationTypeHttpProxy:
		if !httpEndpoint.MatchString(uri) {
			return errHTTPEndpoint
		}
	case types.IntegrationTypeMock:
	}
	return nil
}

// parseServiceARN takes apart the ARN of an AWS integration:
// arn:aws:apigateway:{region}:{service}:path|action/{target}.
func parseServiceARN(arn string) (service, target string, err error) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return "", "", errARN
	}
	service, target = parts[4], parts[5]
	if !strings.HasPrefix(target, "path/") && !strings.HasPrefix(target, "action/") {
		return "", "", errARNPath
	}
	if parts[2] != "apigateway" || service == "" {
		return "", "", errARN
	}
	return service, target, nil
}

// checkCredentials wants a role's ARN, or the wildcard that stands for the caller's.
func checkCredentials(credentials *string) error {
	if credentials == nil {
		return nil
	}
	if parts := strings.SplitN(*credentials, ":", 6); len(parts) < 6 || parts[0] != "arn" || parts[2] != "iam" {
		return errARN
	}
	return nil
}
