package function

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

func destinations(onSuccess, onFailure string) *types.DestinationConfig {
	return &types.DestinationConfig{OnSuccess: &types.OnSuccess{Destination: &onSuccess}, OnFailure: &types.OnFailure{Destination: &onFailure}}
}

func (f *fixture) invokeEvent(tb testing.TB, name, payload string) {
	tb.Helper()
	must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: &name, InvocationType: "Event", Payload: []byte(payload)}))(tb)
}

func TestEventConfig(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "fn")
	f.create(t, "other")
	name := aws.String("fn")
	must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)
	must(f.CreateAlias(f.ctx, &lambda.CreateAliasInput{FunctionName: name, Name: aws.String("live"), FunctionVersion: aws.String("1")}))(t)
	get := func(qualifier *string) (*lambda.GetFunctionEventInvokeConfigOutput, error) {
		return f.GetFunctionEventInvokeConfig(f.ctx, &lambda.GetFunctionEventInvokeConfigInput{FunctionName: name, Qualifier: qualifier})
	}
	_, err := get(nil)
	wantError(t, err, 404, "ResourceNotFoundException", "The function "+arnBase+"fn:$LATEST doesn't have an EventInvokeConfig")
	_, err = f.UpdateFunctionEventInvokeConfig(f.ctx, &lambda.UpdateFunctionEventInvokeConfigInput{FunctionName: name, MaximumRetryAttempts: aws.Int32(1)})
	wantError(t, err, 404, "ResourceNotFoundException", "")

	put := must(f.PutFunctionEventInvokeConfig(f.ctx, &eventConfig{
		FunctionName: name, MaximumRetryAttempts: aws.Int32(0), DestinationConfig: destinations(arnBase+"other", ""),
	}))(t)
	if *put.FunctionArn != arnBase+"fn:$LATEST" || put.MaximumEventAgeInSeconds != nil || put.DestinationConfig.OnFailure == nil ||
		put.DestinationConfig.OnFailure.Destination != nil || !put.LastModified.Equal(f.now()) {
		t.Errorf("got %+v", put)
	}
	updated := must(f.UpdateFunctionEventInvokeConfig(f.ctx, &lambda.UpdateFunctionEventInvokeConfigInput{
		FunctionName: name, Qualifier: aws.String(latest), MaximumEventAgeInSeconds: aws.Int32(60),
	}))(t)
	if *updated.MaximumRetryAttempts != 0 || *updated.MaximumEventAgeInSeconds != 60 || *updated.DestinationConfig.OnSuccess.Destination != arnBase+"other" {
		t.Errorf("got %+v", updated)
	}
	put = must(f.PutFunctionEventInvokeConfig(f.ctx, &eventConfig{FunctionName: aws.String("fn:live"), MaximumEventAgeInSeconds: aws.Int32(90)}))(t)
	if *put.FunctionArn != arnBase+"fn:live" || put.MaximumRetryAttempts != nil {
		t.Errorf("got %+v", put)
	}
	list := must(f.ListFunctionEventInvokeConfigs(f.ctx, &lambda.ListFunctionEventInvokeConfigsInput{FunctionName: name}))(t)
	if len(list.FunctionEventInvokeConfigs) != 2 {
		t.Errorf("%d configurations", len(list.FunctionEventInvokeConfigs))
	}
	must(f.DeleteAlias(f.ctx, &lambda.DeleteAliasInput{FunctionName: name, Name: aws.String("live")}))(t)
	must(f.DeleteFunctionEventInvokeConfig(f.ctx, &lambda.DeleteFunctionEventInvokeConfigInput{FunctionName: name}))(t)
	list = must(f.ListFunctionEventInvokeConfigs(f.ctx, &lambda.ListFunctionEventInvokeConfigsInput{FunctionName: name}))(t)
	if len(list.FunctionEventInvokeConfigs) != 0 {
		t.Errorf("%d configurations left", len(list.FunctionEventInvokeConfigs))
	}
}

func TestEventConfigRefuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "fn")
	const invalid = "InvalidParameterValueException"
	tests := map[string]struct {
		in      eventConfig
		status  int
		code    string
		message string
	}{
		"nothing":    {eventConfig{}, 400, invalid, "You must specify at least one of error handling or destination setting."},
		"3 attempts": {eventConfig{MaximumRetryAttempts: aws.Int32(3)}, 400, "ValidationException", "1 validation error detected: Value '3' at 'maximumRetryAttempts' failed to satisfy constraint: Member must have value less than or equal to 2"},
		"age 59":     {eventConfig{MaximumEventAgeInSeconds: aws.Int32(59)}, 400, "ValidationException", ""},
		"age 21601":  {eventConfig{MaximumEventAgeInSeconds: aws.Int32(21601)}, 400, "ValidationException", ""},
		"queue": {
			eventConfig{DestinationConfig: destinations("", "arn:aws:sqs:eu-west-1:111111111111:q")},
			400, invalid,
			"Stagedoor reaches no sqs, so that arn:aws:sqs:eu-west-1:111111111111:q is refused and not ignored.",
		},
		"bus":            {eventConfig{DestinationConfig: destinations("arn:aws:events:eu-west-1:111111111111:event-bus/b", "")}, 400, invalid, ""},
		"name":           {eventConfig{DestinationConfig: destinations("fn", "")}, 400, invalid, ""},
		"another region": {eventConfig{DestinationConfig: destinations("arn:aws:lambda:us-east-1:111111111111:function:fn", "")}, 400, invalid, ""},
		"missing":        {eventConfig{FunctionName: aws.String("nope"), MaximumRetryAttempts: aws.Int32(1)}, 404, "ResourceNotFoundException", ""},
		"missing alias":  {eventConfig{Qualifier: aws.String("nope"), MaximumRetryAttempts: aws.Int32(1)}, 404, "ResourceNotFoundException", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.in.FunctionName == nil {
				tt.in.FunctionName = aws.String("fn")
			}
			_, err := f.PutFunctionEventInvokeConfig(f.ctx, &tt.in)
			wantError(t, err, tt.status, tt.code, tt.message)
		})
	}
}

// TestEventConfigIsHeeded counts the runs of an event that always fails.
func TestEventConfigIsHeeded(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		config eventConfig
		runs   int
		want   string
	}{
		"no retries":            {eventConfig{MaximumRetryAttempts: aws.Int32(0)}, 1, "RetriesExhausted"},
		"one retry":             {eventConfig{MaximumRetryAttempts: aws.Int32(1)}, 2, "RetriesExhausted"},
		"too old after a while": {eventConfig{MaximumEventAgeInSeconds: aws.Int32(90)}, 2, "EventAgeExceeded"},
		"too old":               {eventConfig{MaximumEventAgeInSeconds: aws.Int32(61)}, 2, "EventAgeExceeded"},
		"old enough":            {eventConfig{MaximumEventAgeInSeconds: aws.Int32(180)}, 3, "RetriesExhausted"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t)
				f.create(t, "fn")
				f.create(t, "failed")
				runs, record := 0, invocationRecord{}
				f.runner.invoke = func(_ context.Context, fn *deployed.Function, in deployed.Invocation) (deployed.Outcome, error) {
					if fn.Name == "failed" {
						return deployed.Outcome{}, json.Unmarshal(in.Payload, &record)
					}
					runs++
					return deployed.Outcome{FunctionError: "Unhandled", Payload: []byte(`{"errorType":"E"}`)}, nil
				}
				tt.config.FunctionName, tt.config.DestinationConfig = aws.String("fn"), destinations("", arnBase+"failed")
				must(f.PutFunctionEventInvokeConfig(f.ctx, &tt.config))(t)
				f.invokeEvent(t, "fn", `1`)
				f.events.background.jobs.Wait()
				if got := record.RequestContext; runs != tt.runs || got.ApproximateInvokeCount != tt.runs || string(got.Condition) != tt.want {
					t.Errorf("%d runs, record %+v", runs, got)
				}
			})
		})
	}
}

func TestInvocationRecords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		for _, name := range []string{"fn", "done", "failed"} {
			f.create(t, name)
		}
		must(f.PutFunctionEventInvokeConfig(f.ctx, &eventConfig{
			FunctionName: aws.String("fn"), MaximumRetryAttempts: aws.Int32(0), DestinationConfig: destinations(arnBase+"done", arnBase+"failed:$LATEST"),
		}))(t)
		got := map[string]string{}
		var id string
		f.runner.invoke = func(_ context.Context, fn *deployed.Function, in deployed.Invocation) (deployed.Outcome, error) {
			switch {
			case fn.Name != "fn":
				got[fn.Name] = strings.ReplaceAll(string(in.Payload), id, "ID")
				if in.RequestID == id {
					t.Error("a destination's request has the id of the event")
				}
				return deployed.Outcome{}, nil
			case string(in.Payload) == `{"a":"<1>"}`:
				id = in.RequestID
				return deployed.Outcome{Payload: []byte(`"ok"`)}, nil
			}
			id = in.RequestID
			return deployed.Outcome{Payload: []byte(`{"errorType":"E"}`), FunctionError: "Unhandled"}, nil
		}
		f.invokeEvent(t, "fn", `{"a":"<1>"}`)
		synctest.Wait()
		f.invokeEvent(t, "fn", `{"b":2}`)
		synctest.Wait()
		want := map[string]string{
			"done": `{"version":"1.0","timestamp":"2026-11-23T04:05:06.007Z","requestContext":{"requestId":"ID","functionArn":"` + arnBase +
				`fn:$LATEST","condition":"Success","approximateInvokeCount":1},"requestPayload":{"a":"<1>"},` +
				`"responseContext":{"statusCode":200,"executedVersion":"$LATEST"},"responsePayload":"ok"}`,
			"failed": `{"version":"1.0","timestamp":"2026-11-23T04:05:06.007Z","requestContext":{"requestId":"ID","functionArn":"` + arnBase +
				`fn:$LATEST","condition":"RetriesExhausted","approximateInvokeCount":1},"requestPayload":{"b":2},` +
				`"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},"responsePayload":{"errorType":"E"}}`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// TestRecordOfThrottledEvent is that of an event that never ran.
func TestRecordOfThrottledEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.create(t, "fn")
		f.create(t, "failed")
		must(f.PutFunctionConcurrency(f.ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: aws.String("fn"), ReservedConcurrentExecutions: aws.Int32(0)}))(t)
		must(f.PutFunctionEventInvokeConfig(f.ctx, &eventConfig{
			FunctionName: aws.String("fn"), MaximumEventAgeInSeconds: aws.Int32(60), DestinationConfig: destinations("", arnBase+"failed"),
		}))(t)
		var record invocationRecord
		f.runner.invoke = func(_ context.Context, _ *deployed.Function, in deployed.Invocation) (deployed.Outcome, error) {
			return deployed.Outcome{}, json.Unmarshal(in.Payload, &record)
		}
		f.invokeEvent(t, "fn", `1`)
		time.Sleep(time.Minute)
		synctest.Wait()
		if c := record.RequestContext; c.Condition != ageExceeded || c.ApproximateInvokeCount != 0 || record.ResponseContext != nil || record.ResponsePayload != nil {
			t.Errorf("got %+v", record)
		}
	})
}

func TestDestinationLoopEnds(t *testing.T) {
	t.Parallel()
	for loop, want := range map[types.RecursiveLoop]int{"": 16, types.RecursiveLoopTerminate: 16, types.RecursiveLoopAllow: 40} {
		t.Run(string(loop), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.create(t, "fn")
			runs := 0
			f.runner.invoke = func(context.Context, *deployed.Function, deployed.Invocation) (deployed.Outcome, error) {
				if runs++; runs == 40 {
					return deployed.Outcome{FunctionError: "Unhandled"}, nil
				}
				return deployed.Outcome{Payload: []byte("1")}, nil
			}
			must(f.PutFunctionEventInvokeConfig(f.ctx, &eventConfig{
				FunctionName: aws.String("fn"), MaximumRetryAttempts: aws.Int32(0), DestinationConfig: destinations(arnBase+"fn", ""),
			}))(t)
			if loop != "" {
				must(f.PutFunctionRecursionConfig(f.ctx, &lambda.PutFunctionRecursionConfigInput{FunctionName: aws.String("fn"), RecursiveLoop: loop}))(t)
			}
			f.invokeEvent(t, "fn", `1`)
			f.events.background.jobs.Wait()
			shown := must(f.GetFunctionRecursionConfig(f.ctx, &lambda.GetFunctionRecursionConfigInput{FunctionName: aws.String("fn")}))(t).RecursiveLoop
			if runs != want || shown == "" {
				t.Errorf("%d runs, %s", runs, shown)
			}
		})
	}
}
