package emulator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// messages sends what becomes of asynchronous invocations to the endpoints of SQS, SNS and
// EventBridge that are configured. Three requests do not pay for three clients of the SDK.
type messages struct {
	upstream *upstream
	now      func() time.Time
}

// Reachable implements [function.Messages].
func (m *messages) Reachable(service string) error {
	if _, failure := m.upstream.find(service); failure != nil {
		return fmt.Errorf("%s", failure.Message)
	}
	return nil
}

// errFIFO says what AWS documents: Lambda takes the ARN of a FIFO queue or topic as a
// destination and dead-letter queue, and every delivery to it fails.
var errFIFO = errors.New("AWS Lambda delivers to standard queues and topics only, not to FIFO ones")

func isFIFO(service, name string) bool {
	return (service == "sqs" || service == "sns") && strings.HasSuffix(name, ".fifo")
}

// Send implements [function.Messages].
func (m *messages) Send(ctx context.Context, arn, body, detailType string, attributes map[string]string) error {
	parts := strings.SplitN(arn, ":", 6)
	service, region, account, name := parts[2], parts[3], parts[4], parts[5]
	if isFIFO(service, name) {
		return errFIFO
	}
	endpoint, failure := m.upstream.find(service)
	if failure != nil {
		return failure
	}
	header, content, err := message(endpoint, service, arn, account, name, body, detailType, attributes)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint.String(), bytes.NewReader(content))
	if err != nil {
		return err
	}
	maps.Copy(request.Header, header)
	sum := sha256.Sum256(content)
	credentials := aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}
	if err := v4.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(sum[:]), service, region, m.now()); err != nil {
		return err
	}
	response, err := m.upstream.transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= http.StatusMultipleChoices {
		const enough = 1 << 10
		text, _ := io.ReadAll(io.LimitReader(response.Body, enough))
		return fmt.Errorf("%s answered %s: %s", service, response.Status, text)
	}
	return nil
}

// message is the request of a service for a message.
func message(endpoint *url.URL, service, arn, account, name, body, detailType string, attributes map[string]string) (http.Header, []byte, error) {
	dataType := func(key string) string {
		if key == "ErrorCode" {
			return "Number"
		}
		return "String"
	}
	switch service {
	case "sns":
		form := url.Values{"Action": {"Publish"}, "Version": {"2010-03-31"}, "TopicArn": {arn}, "Message": {body}}
		for i, key := range slices.Sorted(maps.Keys(attributes)) {
			entry := "MessageAttributes.entry." + strconv.Itoa(i+1)
			form.Set(entry+".Name", key)
			form.Set(entry+".Value.DataType", dataType(key))
			form.Set(entry+".Value.StringValue", attributes[key])
		}
		return http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(form.Encode()), nil
	case "sqs":
		type value struct{ DataType, StringValue string }
		values := make(map[string]value, len(attributes))
		for key, text := range attributes {
			values[key] = value{dataType(key), text}
		}
		content, err := json.Marshal(map[string]any{"QueueUrl": endpoint.JoinPath(account, name).String(), "MessageBody": body, "MessageAttributes": values})
		return http.Header{"Content-Type": {"application/x-amz-json-1.0"}, "X-Amz-Target": {"AmazonSQS.SendMessage"}}, content, err
	default:
		type entry struct{ Source, DetailType, Detail, EventBusName string }
		content, err := json.Marshal(map[string]any{"Entries": []entry{{"lambda", detailType, body, arn}}})
		return http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {"AWSEvents.PutEvents"}}, content, err
	}
}
