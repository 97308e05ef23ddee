package integration

import (
	"fmt"
	"strings"
)

// LambdaFunctionARN returns the function that the URI of a Lambda integration
// invokes, with its qualifier if it has one:
//
//	arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{functionArn}/invocations
//	arn:aws:apigateway:{region}:lambda:path/2021-11-15/functions/{functionArn}/response-streaming-invocations
//
// It fails for every other URI, also for other targets of AWS_PROXY that AWS knows
// (Firehose).
func LambdaFunctionARN(uri string) (string, error) {
	parts := strings.SplitN(uri, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "apigateway" || parts[4] != "lambda" {
		return "", fmt.Errorf("integration uri %q invokes no Lambda function", uri)
	}
	function, ok := strings.CutPrefix(parts[5], "path/2015-03-31/functions/")
	if ok {
		function, ok = strings.CutSuffix(function, "/invocations")
	} else if function, ok = strings.CutPrefix(parts[5], streamingPrefix); ok {
		function, ok = strings.CutSuffix(function, streamingSuffix)
	}
	if !ok {
		return "", fmt.Errorf("integration uri %q: only .../functions/{arn}/invocations is supported", uri)
	}
	if arn := strings.Split(function, ":"); len(arn) < 7 || len(arn) > 8 || arn[0] != "arn" || arn[2] != "lambda" || arn[5] != "function" || arn[6] == "" {
		return "", fmt.Errorf("integration uri %q: %q is no function ARN", uri, function)
	}
	return function, nil
}
