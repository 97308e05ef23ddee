package httpapi

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	requestMappingPattern   = regexp.MustCompile(`^(append|overwrite|remove):(header|querystring)\.([^\s]+)$|^overwrite:path$`)
	responseMappingPattern  = regexp.MustCompile("^(append|overwrite|remove):(header)\\.([a-zA-Z0-9!#$%&'*+.^_`|~-]+)$|^overwrite:statuscode$")
	webSocketMappingPattern = regexp.MustCompile(`^integration\.request\.(header|querystring|path)\.[^\s]+$`)

	// reservedHeaders cannot be mapped; nor those with a reserved prefix.
	reservedHeaders = []string{
		"authorization", "connection", "content-encoding", "content-length", "content-location", "forwarded", "keep-alive", "origin",
		"proxy-authenticate", "proxy-authorization", "te", "trailers", "transfer-encoding", "upgrade", "x-forwarded-for", "x-forwarded-host",
		"x-forwarded-proto", "via",
	}
	reservedPrefixes = []string{"access-control-", "apigw-", "x-amz-", "x-amzn-"}
)

func errMappingKey(key string) error {
	return wire.BadRequest("Invalid mapping expression specified: " + key) // Unverified: the wording.
}

// checkRequestParameters holds the rules for the parameter mapping of HTTP APIs.
func checkRequestParameters(parameters map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(parameters)) {
		if err := checkMapping(requestMappingPattern, key); err != nil {
			return err
		}
	}
	return nil
}

// checkResponseParameters holds the rules for response parameters by status.
func checkResponseParameters(byStatus map[string]map[string]string) error {
	for _, status := range slices.Sorted(maps.Keys(byStatus)) {
		if code, err := strconv.Atoi(status); err != nil || code < 200 || code > 599 {
			return wire.BadRequest("Invalid status code in responseParameters: " + status) // Unverified: the wording.
		}
		for _, key := range slices.Sorted(maps.Keys(byStatus[status])) {
			if err := checkMapping(responseMappingPattern, key); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkMapping(pattern *regexp.Regexp, key string) error {
	m := pattern.FindStringSubmatch(key)
	if m == nil {
		return errMappingKey(key)
	}
	if header := strings.ToLower(m[3]); m[2] == "header" && isReserved(header) {
		return wire.BadRequest("Operations on header " + header + " are restricted") // Unverified: the wording.
	}
	return nil
}

func isReserved(header string) bool {
	return slices.Contains(reservedHeaders, header) ||
		slices.ContainsFunc(reservedPrefixes, func(prefix string) bool { return strings.HasPrefix(header, prefix) })
}

// checkWebSocketParameters holds the rules for request parameters of WebSocket APIs.
func checkWebSocketParameters(parameters map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(parameters)) {
		if !webSocketMappingPattern.MatchString(key) {
			return errMappingKey(key)
		}
	}
	return nil
}

// subtype is what an AWS service integration takes.
type subtype struct{ required, optional []string }

var subtypes = map[string]subtype{
	"EventBridge-PutEvents": {[]string{"Detail", "DetailType", "Source"}, []string{"Time", "EventBusName", "Resources", "TraceHeader"}},
	"SQS-SendMessage": {[]string{"QueueUrl", "MessageBody"}, []string{
		"DelaySeconds", "MessageAttributes", "MessageDeduplicationId", "MessageGroupId", "MessageSystemAttributes",
	}},
	"SQS-ReceiveMessage": {[]string{"QueueUrl"}, []string{
		"AttributeNames", "MaxNumberOfMessages", "MessageAttributeNames", "ReceiveRequestAttemptId", "VisibilityTimeout", "WaitTimeSeconds",
	}},
	"SQS-DeleteMessage":                {[]string{"ReceiptHandle", "QueueUrl"}, nil},
	"SQS-PurgeQueue":                   {[]string{"QueueUrl"}, nil},
	"AppConfig-GetConfiguration":       {[]string{"Application", "Environment", "Configuration", "ClientId"}, []string{"ClientConfigurationVersion"}},
	"Kinesis-PutRecord":                {[]string{"StreamName", "Data", "PartitionKey"}, []string{"SequenceNumberForOrdering", "ExplicitHashKey"}},
	"StepFunctions-StartExecution":     {[]string{"StateMachineArn"}, []string{"Name", "Input"}},
	"StepFunctions-StartSyncExecution": {[]string{"StateMachineArn"}, []string{"Name", "Input", "TraceHeader"}},
	"StepFunctions-StopExecution":      {[]string{"ExecutionArn"}, []string{"Cause", "Error"}},
}

// checkSubtype holds the rules for an AWS service integration.
func checkSubtype(i *types.Integration) error {
	taken, ok := subtypes[*i.IntegrationSubtype]
	switch {
	case i.IntegrationType != types.IntegrationTypeAwsProxy:
		return errWebSocketSubtype
	case !ok:
		return errSubtype
	case i.IntegrationUri != nil:
		return errSubtypeURI
	case aws.ToString(i.CredentialsArn) == "":
		return errSubtypeCredentials
	}
	for _, name := range taken.required {
		if i.RequestParameters[name] == "" {
			return wire.BadRequest("Parameter: " + name + " is required for integration subtype: " + *i.IntegrationSubtype) // Unverified: the wording.
		}
	}
	for _, name := range slices.Sorted(maps.Keys(i.RequestParameters)) {
		if name != "Region" && !slices.Contains(taken.required, name) && !slices.Contains(taken.optional, name) {
			return wire.BadRequest("Parameter: " + name + " does not fit schema for integration subtype: " + *i.IntegrationSubtype) // Unverified: the wording.
		}
	}
	return nil
}
