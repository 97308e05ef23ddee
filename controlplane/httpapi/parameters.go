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
	requestMappingPattern  = regexp.MustCompile(`^(append|overwrite|remove):(header|querystring)\.([^\s]+)$|^overwrite:path$`)
	responseMappingPattern = regexp.MustCompile("^(append|overwrite|remove):(header)\\.([a-zA-Z0-9!#$%&'*+.^_`|~-]+)$|^overwrite:statuscode$")
	// The variables of values, named without "$".
	requestVariablePattern  = regexp.MustCompile(`^(request\.(header|querystring|path)\..+|request\.path|request\.body([.\[].+)?|context\..+|stageVariables\..+)$`)
	responseVariablePattern = regexp.MustCompile(`^((request|response)\.header\..+|request\.(querystring|path)\..+|request\.path|(request|response)\.body([.\[].+)?|context\..+|stageVariables\..+)$`)
	webSocketMappingPattern = regexp.MustCompile(`^integration\.request\.(header|querystring|path)\.[^\s]+$`)

	// reservedHeaders cannot be mapped; nor those with a reserved prefix.
	reservedHeaders = []string{
		"authorization", "connection", "content-encoding", "content-length", "content-location", "forwarded", "keep-alive", "origin",
		"proxy-authenticate", "proxy-authorization", "te", "trailers", "transfer-encoding", "upgrade", "x-forwarded-for", "x-forwarded-host",
		"x-forwarded-proto", "via",
	}
	reservedPrefixes = []string{"access-control-", "apigw-", "x-amz-", "x-amzn-"}
)

func errMapping(key string) error {
	return wire.BadRequest("Invalid mapping expression specified: " + key) // Unverified: the wording.
}

// checkRequestParameters holds the rules for the parameter mapping of HTTP APIs.
func checkRequestParameters(parameters map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(parameters)) {
		if err := checkMapping(requestMappingPattern, key, requestVariablePattern, parameters[key]); err != nil {
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
			if err := checkMapping(responseMappingPattern, key, responseVariablePattern, byStatus[status][key]); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkMapping(keys *regexp.Regexp, key string, variables *regexp.Regexp, value string) error {
	m := keys.FindStringSubmatch(key)
	if m == nil {
		return errMapping(key)
	}
	if header := strings.ToLower(m[3]); m[2] == "header" && isReserved(header) {
		return wire.BadRequest("Operations on header " + header + " are restricted") // Unverified: the wording.
	}
	if m[1] == "remove" {
		return nil // its value means nothing
	}
	return checkValue(variables, value)
}

// checkValue refuses a value with a variable that there is not, "$foo" or "a ${foo}": each
// call of its route would fail. Other text is static. Unverified: that AWS refuses it.
func checkValue(variables *regexp.Regexp, value string) error {
	name, isVariable := strings.CutPrefix(value, "$")
	if isVariable && !strings.HasPrefix(name, "{") {
		return checkVariable(variables, name, value)
	}
	for rest := value; ; {
		_, after, ok := strings.Cut(rest, "${")
		name, left, closed := strings.Cut(after, "}")
		if !ok || !closed {
			return nil
		}
		if err := checkVariable(variables, name, value); err != nil {
			return err
		}
		rest = left
	}
}

// checkVariable holds the rules for a variable. JSONPaths have neither recursive descent nor
// filters.
func checkVariable(variables *regexp.Regexp, name, value string) error {
	isBody := strings.HasPrefix(name, "request.body") || strings.HasPrefix(name, "response.body")
	if !variables.MatchString(name) || isBody && (strings.Contains(name, "..") || strings.Contains(name, "?")) {
		return errMapping(value)
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
			return errMapping(key)
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
		if err := checkValue(requestVariablePattern, i.RequestParameters[name]); err != nil {
			return err
		}
	}
	return nil
}
