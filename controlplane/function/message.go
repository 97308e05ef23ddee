package function

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// Messages sends messages to other services. It is safe for concurrent use.
type Messages interface {
	// Reachable returns an error that says what to configure for a service ("sqs", "sns",
	// "events") that is not reachable.
	Reachable(service string) error
	// Send sends a message to a queue, a topic or a bus. detailType is that of an event;
	// attributes are those of a message.
	Send(ctx context.Context, arn, body, detailType string, attributes map[string]string) error
}

// sendTimeout limits the sending of one message.
const sendTimeout = 10 * time.Second

// messageService returns the service of a queue, a topic or a bus; empty for any other ARN.
func messageService(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[3] == "" || parts[4] == "" || parts[5] == "" {
		return ""
	}
	switch parts[2] {
	case "sqs", "sns":
		return parts[2]
	case "events":
		if strings.HasPrefix(parts[5], "event-bus/") {
			return parts[2]
		}
	}
	return ""
}

// checkReachable refuses a target that nothing could be sent to.
func (s *Service) checkReachable(arn, service string) error {
	if s.messages == nil {
		return invalidParameter("Stagedoor reaches no " + service + ", so that " + arn + " is refused and not ignored.")
	}
	if err := s.messages.Reachable(service); err != nil {
		return invalidParameter("Nothing could be sent to " + arn + ": " + err.Error())
	}
	return nil
}

// checkDeadLetter refuses a dead-letter queue that is none or that nothing could be sent to.
func (s *Service) checkDeadLetter(config *types.DeadLetterConfig) error {
	if config == nil || aws.ToString(config.TargetArn) == "" {
		return nil
	}
	switch service := messageService(*config.TargetArn); service {
	case "sqs", "sns":
		return s.checkReachable(*config.TargetArn, service)
	default:
		// Unverified: the wording.
		return invalidParameter("The provided target ARN " + *config.TargetArn + " is invalid: dead-letter queues are SQS queues and SNS topics.")
	}
}

func deadLetterARN(config *types.FunctionConfiguration) string {
	if config.DeadLetterConfig == nil {
		return ""
	}
	return aws.ToString(config.DeadLetterConfig.TargetArn)
}

// deliverDead sends the event of a failed invocation to the function's dead-letter queue, if
// it has one.
func (s *Service) deliverDead(ev event, end ending) {
	if end.condition == success || s.messages == nil {
		return
	}
	p := s.index.lookup(functionKey{ev.target.scope, ev.target.name})
	if p == nil {
		return
	}
	e := p.entry(ev.target.qualifier, s.draw)
	if e == nil || e.function.DeadLetterARN == "" {
		return
	}
	status := "200"
	if end.last.version == "" {
		status = strconv.Itoa(429) // it never ran (unverified)
	}
	s.sendMessage(ev, e.function.DeadLetterARN, string(ev.request.Payload), "", map[string]string{
		"RequestID": ev.request.RequestID, "ErrorCode": status, "ErrorMessage": failureText(end),
	})
}

// errorMessageOf is the message of a function's error object; empty for none.
func errorMessageOf(payload []byte) string {
	var thrown struct {
		ErrorMessage string `json:"errorMessage"`
	}
	_ = json.Unmarshal(payload, &thrown)
	return thrown.ErrorMessage
}

// maxErrorMessage is how much of an error message a dead letter has.
const maxErrorMessage = 1024

// failureText is what went wrong, as the function said it.
func failureText(end ending) string {
	text := string(end.last.outcome.Payload)
	if message := errorMessageOf(end.last.outcome.Payload); message != "" {
		text = message
	}
	if text == "" {
		text = string(end.condition)
	}
	return text[:min(len(text), maxErrorMessage)]
}

// send sends the record of an event to a destination that is no function.
func (s *Service) send(ev event, end ending, arn string) {
	record, err := newRecord(s.now(), ev, end)
	if err != nil {
		s.logger.Error("an invocation record cannot be printed", "error", err)
		return
	}
	outcome := "Failure"
	if end.condition == success {
		outcome = "Success"
	}
	s.sendMessage(ev, arn, string(record), "Lambda Function Invocation Result - "+outcome, nil)
}

func (s *Service) sendMessage(ev event, arn, body, detailType string, attributes map[string]string) {
	log := s.logger.With("function", ev.target.name, "request_id", ev.request.RequestID, "destination", arn)
	if s.messages == nil {
		log.Warn("a destination is not reachable")
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), sendTimeout)
	defer cancel()
	if err := s.messages.Send(ctx, arn, body, detailType, attributes); err != nil {
		log.Warn("a destination was not told", "error", err)
	}
}
