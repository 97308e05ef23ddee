package httpapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// operation is an operation of an AWS service that an integration can call by its subtype.
type operation struct {
	service, action string
	// method and path are of the request; in the path {name} is a parameter's value.
	method, path string
	members      []member
	// encode puts values into a call.
	encode func(o *operation, values []namedValue, to *integration.HTTPCall) *Failure
}

func (o *operation) has(name string) bool {
	for i := range o.members {
		if o.members[i].name == name {
			return true
		}
	}
	return false
}

// member is a parameter of an operation.
type member struct {
	name     string
	required bool
	// wire is its name in the call.
	wire string
	form form
}

// form is what a member is made of its text.
type form uint8

const (
	textForm form = iota
	// listForm is a list of texts: JSON, or one text.
	listForm
	// timeForm is a time: seconds since 1970, or RFC 3339.
	timeForm
	// attributesForm are message attributes of SQS: a JSON object.
	attributesForm
)

type namedValue struct {
	*member

	text string
}

func needs(name, wire string) member { return member{name: name, required: true, wire: wire} }
func takes(name, wire string) member { return member{name: name, wire: wire} }

func (m member) as(f form) member { m.form = f; return m }

var (
	queueURL = needs("QueueUrl", "QueueUrl")
	input    = takes("Input", "input")
	machine  = needs("StateMachineArn", "stateMachineArn")
)

// operations are those that HTTP APIs know, by subtype.
var operations = map[string]*operation{
	"EventBridge-PutEvents": {service: "events", action: "PutEvents", method: http.MethodPost, path: "/", encode: encodeEvent, members: []member{
		needs("Detail", "Detail"), needs("DetailType", "DetailType"), needs("Source", "Source"), takes("Time", "Time").as(timeForm),
		takes("EventBusName", "EventBusName"), takes("Resources", "Resources").as(listForm), takes("TraceHeader", "TraceHeader"),
	}},
	"SQS-SendMessage": sqs("SendMessage", needs("MessageBody", "MessageBody"), takes("DelaySeconds", "DelaySeconds"),
		takes("MessageAttributes", "MessageAttribute").as(attributesForm), takes("MessageDeduplicationId", "MessageDeduplicationId"),
		takes("MessageGroupId", "MessageGroupId"), takes("MessageSystemAttributes", "MessageSystemAttribute").as(attributesForm)),
	"SQS-ReceiveMessage": sqs("ReceiveMessage", takes("AttributeNames", "AttributeName").as(listForm), takes("MaxNumberOfMessages", "MaxNumberOfMessages"),
		takes("MessageAttributeNames", "MessageAttributeName").as(listForm), takes("ReceiveRequestAttemptId", "ReceiveRequestAttemptId"),
		takes("VisibilityTimeout", "VisibilityTimeout"), takes("WaitTimeSeconds", "WaitTimeSeconds")),
	"SQS-DeleteMessage": sqs("DeleteMessage", needs("ReceiptHandle", "ReceiptHandle")),
	"SQS-PurgeQueue":    sqs("PurgeQueue"),
	"Kinesis-PutRecord": {service: "kinesis", action: "PutRecord", method: http.MethodPost, path: "/", encode: encodeJSON, members: []member{
		needs("StreamName", "StreamName"), needs("Data", "Data"), needs("PartitionKey", "PartitionKey"),
		takes("SequenceNumberForOrdering", "SequenceNumberForOrdering"), takes("ExplicitHashKey", "ExplicitHashKey"),
	}},
	"StepFunctions-StartExecution":     stepFunctions("StartExecution", machine, takes("Name", "name"), input),
	"StepFunctions-StartSyncExecution": stepFunctions("StartSyncExecution", machine, takes("Name", "name"), input, takes("TraceHeader", "traceHeader")),
	"StepFunctions-StopExecution":      stepFunctions("StopExecution", needs("ExecutionArn", "executionArn"), takes("Cause", "cause"), takes("Error", "error")),
	"AppConfig-GetConfiguration": {
		service: "appconfig", action: "GetConfiguration", method: http.MethodGet, encode: encodeAppConfig,
		path: "/applications/{Application}/environments/{Environment}/configurations/{Configuration}", members: []member{
			needs("Application", ""), needs("Environment", ""), needs("Configuration", ""),
			needs("ClientId", "client_id"), takes("ClientConfigurationVersion", "client_configuration_version"),
		},
	},
}

func sqs(action string, members ...member) *operation {
	return &operation{
		service: "sqs", action: action, method: http.MethodPost, path: "/", encode: encodeForm,
		members: append([]member{queueURL}, members...),
	}
}

func stepFunctions(action string, members ...member) *operation {
	return &operation{service: "states", action: action, method: http.MethodPost, path: "/", encode: encodeJSON, members: members}
}

// encodeJSON writes the values as a JSON object.
func encodeJSON(o *operation, values []namedValue, to *integration.HTTPCall) *Failure {
	body, failure := objectOf(values)
	if failure != nil {
		return failure
	}
	return o.setJSON(to, body)
}

// encodeEvent writes the values as the one entry of a list.
func encodeEvent(o *operation, values []namedValue, to *integration.HTTPCall) *Failure {
	entry, failure := objectOf(values)
	if failure != nil {
		return failure
	}
	return o.setJSON(to, map[string]any{"Entries": []any{entry}})
}

func (o *operation) setJSON(to *integration.HTTPCall, body any) *Failure {
	text, err := json.Marshal(body)
	if err != nil {
		return configurationError(err.Error())
	}
	to.Body, to.ContentType, to.Header = text, o.jsonType(), o.target()
	return nil
}

func objectOf(values []namedValue) (map[string]any, *Failure) {
	object := make(map[string]any, len(values))
	for _, v := range values {
		switch v.form {
		case listForm:
			object[v.wire] = listOf(v.text)
		case timeForm:
			seconds, err := secondsOf(v.text)
			if err != nil {
				return nil, badParameter(v.name, err)
			}
			object[v.wire] = seconds
		case textForm, attributesForm:
			object[v.wire] = v.text
		}
	}
	return object, nil
}

// listOf reads a list of texts, in JSON; anything else is a list of one.
func listOf(text string) []string {
	var list []string
	if json.Unmarshal([]byte(text), &list) == nil {
		return list
	}
	return []string{text}
}

// secondsOf reads a time as seconds since 1970.
func secondsOf(text string) (json.Number, error) {
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return json.Number(text), nil
	}
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return "", err
	}
	return json.Number(strconv.FormatInt(parsed.Unix(), 10)), nil
}

// sqsVersion is the version of the query protocol of SQS.
const sqsVersion = "2012-11-05"

// encodeForm writes the values in the query protocol, which SQS answers with XML.
// Unverified: that this is the protocol on AWS as well.
func encodeForm(o *operation, values []namedValue, to *integration.HTTPCall) *Failure {
	form := url.Values{"Action": {o.action}, "Version": {sqsVersion}}
	for _, v := range values {
		switch v.form {
		case listForm:
			for i, one := range listOf(v.text) {
				form.Set(v.wire+"."+strconv.Itoa(i+1), one)
			}
		case attributesForm:
			if err := addAttributes(form, v.wire, v.text); err != nil {
				return badParameter(v.name, err)
			}
		case textForm, timeForm:
			form.Set(v.wire, v.text)
		}
	}
	to.Body, to.ContentType = []byte(form.Encode()), "application/x-www-form-urlencoded"
	// Without it the services of the query protocol would answer with JSON.
	to.Header = []integration.Field{{Name: "Accept", Values: []string{"application/xml"}}}
	return nil
}

// addAttributes writes message attributes: {"name":{"DataType":"String","StringValue":"v"}}.
func addAttributes(form url.Values, wire, text string) error {
	var attributes map[string]map[string]any
	if err := json.Unmarshal([]byte(text), &attributes); err != nil {
		return err
	}
	number := 0
	for _, pair := range sortedMembers(attributes) {
		number++
		prefix := wire + "." + strconv.Itoa(number) + "."
		form.Set(prefix+"Name", pair.name)
		for member, value := range pair.value {
			text, ok := value.(string)
			if !ok || member != "DataType" && member != "StringValue" && member != "BinaryValue" {
				return errors.New("an attribute has DataType and StringValue or BinaryValue, which are texts")
			}
			form.Set(prefix+"Value."+member, text)
		}
	}
	return nil
}

type namedMembers struct {
	name  string
	value map[string]any
}

func sortedMembers(m map[string]map[string]any) []namedMembers {
	names := make(map[string]string, len(m))
	for name := range m {
		names[name] = ""
	}
	members := make([]namedMembers, 0, len(m))
	for _, pair := range sortedPairs(names) {
		members = append(members, namedMembers{pair.Name, m[pair.Name]})
	}
	return members
}

// encodeAppConfig puts the values into path and query.
func encodeAppConfig(_ *operation, values []namedValue, to *integration.HTTPCall) *Failure {
	to.ContentType = applicationJSON
	for _, v := range values {
		if v.wire != "" {
			to.Query = append(to.Query, integration.Field{Name: v.wire, Values: []string{v.text}})
			continue
		}
		escaped := url.PathEscape(v.text)
		if strings.Trim(escaped, ".") == "" {
			return badParameter(v.name, errors.New("it is no name"))
		}
		to.Path = append(to.Path, integration.Pair{Name: v.name, Value: escaped})
	}
	return nil
}
