package function

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// maxLoop is how often a function is invoked in one chain of destinations, unless
// its recursion configuration allows loops.
const maxLoop = 16

// eventPolicy is an event invoke configuration compiled for the queue. Nil is the
// default.
type eventPolicy struct {
	retries              int
	maxAge               time.Duration
	onSuccess, onFailure string
}

var defaultEventPolicy = eventPolicy{retries: maxRetryAttempts, maxAge: maxEventAgeSeconds * time.Second}

func newEventPolicy(config *types.FunctionEventInvokeConfig) eventPolicy {
	p := defaultEventPolicy
	if config.MaximumRetryAttempts != nil {
		p.retries = int(*config.MaximumRetryAttempts)
	}
	if config.MaximumEventAgeInSeconds != nil {
		p.maxAge = time.Duration(*config.MaximumEventAgeInSeconds) * time.Second
	}
	if to := config.DestinationConfig; to != nil && to.OnSuccess != nil {
		p.onSuccess = aws.ToString(to.OnSuccess.Destination)
	}
	if to := config.DestinationConfig; to != nil && to.OnFailure != nil {
		p.onFailure = aws.ToString(to.OnFailure.Destination)
	}
	return p
}

// checkDestination refuses a destination that nothing would be sent to. Empty is none.
func (s *Service) checkDestination(r reference, arn string) error {
	if arn == "" {
		return nil
	}
	if service := messageService(arn); service != "" {
		return s.checkReachable(arn, service)
	}
	to, ok := parseReference(arn)
	if !ok || !strings.HasPrefix(arn, "arn:") || to.scope.Region == "" || to.scope.Account == "" {
		return invalidParameter("The destination " + arn + " is not supported by Stagedoor, so that it is refused and not ignored: " +
			"destinations are functions, SQS queues, SNS topics and EventBridge buses.")
	}
	if to.scope.Region != r.scope.Region {
		// Unverified: the wording.
		return invalidParameter("The destination " + arn + " has to be in the function's region (" + r.scope.Region + ").")
	}
	return nil
}

// condition says how an event ended, in an invocation record's own words.
type condition string

const (
	success          condition = "Success"
	retriesExhausted condition = "RetriesExhausted"
	ageExceeded      condition = "EventAgeExceeded"
)

// ending is how an event ended: its condition, the number of its runs, and the
// last of them.
type ending struct {
	condition condition
	runs      int
	last      attempt
}

// invocationRecord is what a destination is told; the order of members is AWS's.
type invocationRecord struct {
	Version         string           `json:"version"`
	Timestamp       string           `json:"timestamp"`
	RequestContext  recordRequest    `json:"requestContext"`
	RequestPayload  json.RawMessage  `json:"requestPayload"`
	ResponseContext *recordResponse  `json:"responseContext,omitempty"`
	ResponsePayload *json.RawMessage `json:"responsePayload,omitempty"`
}

type recordRequest struct {
	RequestID              string    `json:"requestId"`
	FunctionArn            string    `json:"functionArn"`
	Condition              condition `json:"condition"`
	ApproximateInvokeCount int       `json:"approximateInvokeCount"`
}

type recordResponse struct {
	StatusCode      int    `json:"statusCode"`
	ExecutedVersion string `json:"executedVersion"`
	FunctionError   string `json:"functionError,omitempty"`
}

// newRecord prints the invocation record of an event. One that never ran has no
// response. Unverified: that one's form.
func newRecord(at time.Time, ev event, end ending) ([]byte, error) {
	record := invocationRecord{
		Version:   "1.0",
		Timestamp: at.UTC().Format("2006-01-02T15:04:05.000Z"),
		RequestContext: recordRequest{
			RequestID: ev.request.RequestID, FunctionArn: ev.target.versionedARN(), Condition: end.condition, ApproximateInvokeCount: end.runs,
		},
		RequestPayload: ev.request.Payload,
	}
	if end.last.version != "" {
		record.ResponseContext = &recordResponse{StatusCode: 200, ExecutedVersion: end.last.version, FunctionError: end.last.outcome.FunctionError}
		payload := json.RawMessage(end.last.outcome.Payload)
		if !json.Valid(payload) {
			text, err := json.Marshal(string(end.last.outcome.Payload))
			if err != nil {
				return nil, fmt.Errorf("print response: %w", err)
			}
			payload = text
		}
		record.ResponsePayload = &payload
	}
	text, err := compact(record)
	return []byte(text), err
}

// eventPolicyOf is how the events of what r names are treated now.
func (s *Service) eventPolicyOf(r reference) eventPolicy {
	if p := s.index.lookup(functionKey{r.scope, r.name}); p != nil {
		if configured, ok := p.events[r.policyQualifier()]; ok {
			return configured
		}
	}
	return defaultEventPolicy
}

// deliver tells the destination of an event, when it has one, how it ended.
func (s *Service) deliver(ev event, end ending) {
	s.deliverDead(ev, end)
	policy := s.eventPolicyOf(ev.target)
	arn := policy.onFailure
	if end.condition == success {
		arn = policy.onSuccess
	}
	if arn == "" {
		return
	}
	log := s.logger.With("function", ev.target.name, "request_id", ev.request.RequestID, "destination", arn)
	if messageService(arn) != "" {
		s.send(ev, end, arn)
		return
	}
	target, ok := parseReference(arn)
	if !ok {
		log.Error("a destination cannot be read")
		return
	}
	if target.scope.Account != ev.target.scope.Account {
		caller := ev.target.scope.Account
		if err := s.authorize(target, access{account: caller}, rootOf(caller)); err != nil {
			log.Warn("a destination does not allow the invocation", "error", err)
			return
		}
	}
	to := s.index.lookup(functionKey{target.scope, target.name})
	if to == nil || to.entry(target.qualifier, s.draw) == nil {
		log.Warn("a destination does not exist")
		return
	}
	chain := ev.extended()
	if chain[functionKey{target.scope, target.name}] >= maxLoop && !to.loops {
		log.Warn("a loop of destinations was ended: its function is in the chain too often, and its recursion configuration says Terminate")
		return
	}
	record, err := newRecord(s.now(), ev, end)
	if err != nil {
		log.Error("an invocation record cannot be printed", "error", err)
		return
	}
	if len(record) > maxEventBytes {
		log.Warn("an invocation record is too large for its destination", "bytes", len(record))
		return
	}
	request := deployed.Invocation{RequestID: newUUID(), InvokedARN: target.qualifiedARN(), Payload: record, TraceID: ev.request.TraceID}
	if !s.events.add(event{target: target, request: request, chain: chain}) {
		log.Warn("a destination was not told: the queue is full or closed")
	}
}
