package function

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// TestEventRetries runs an event whose first runs fail, on a clock of its own.
func TestEventRetries(t *testing.T) {
	t.Parallel()
	const minute = time.Minute
	tests := map[string]struct {
		failures int
		want     []time.Duration
	}{
		"success at once":          {0, []time.Duration{0}},
		"one failure":              {1, []time.Duration{0, minute}},
		"two failures":             {2, []time.Duration{0, minute, 3 * minute}},
		"no more than two retries": {9, []time.Duration{0, minute, 3 * minute}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t)
				f.create(t, "fn")
				began := time.Now()
				var runs []time.Duration
				ids := map[string]bool{}
				f.runner.invoke = func(_ context.Context, _ *deployed.Function, in deployed.Invocation) (deployed.Outcome, error) {
					runs, ids[in.RequestID] = append(runs, time.Since(began)), true
					if len(runs) <= tt.failures {
						return deployed.Outcome{FunctionError: "Unhandled"}, nil
					}
					return deployed.Outcome{}, nil
				}
				out := must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: aws.String("fn"), InvocationType: "Event", Payload: []byte(`1`)}))(t)
				if out.StatusCode != 202 || len(out.Payload) > 0 || out.ExecutedVersion != nil {
					t.Errorf("got %+v", out)
				}
				f.events.background.jobs.Wait()
				if diff := cmp.Diff(tt.want, runs); diff != "" {
					t.Error(diff)
				}
				if len(ids) != 1 || f.events.count != 0 || f.events.bytes != 0 {
					t.Errorf("%d request ids, %d events of %d bytes left", len(ids), f.events.count, f.events.bytes)
				}
			})
		})
	}
}

func TestThrottledEventsWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.create(t, "fn")
		runs := 0
		f.runner.invoke = func(context.Context, *deployed.Function, deployed.Invocation) (deployed.Outcome, error) {
			runs++
			return deployed.Outcome{}, nil
		}
		name := aws.String("fn")
		must(f.PutFunctionConcurrency(f.ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: name, ReservedConcurrentExecutions: aws.Int32(0)}))(t)
		must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: name, InvocationType: "Event"}))(t)
		time.Sleep(time.Hour)
		must(f.DeleteFunctionConcurrency(f.ctx, &lambda.DeleteFunctionConcurrencyInput{FunctionName: name}))(t)
		time.Sleep(maxThrottleWait)
		synctest.Wait()
		if runs != 1 || f.events.count != 0 {
			t.Errorf("%d runs, %d events left", runs, f.events.count)
		}
		must(f.PutFunctionConcurrency(f.ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: name, ReservedConcurrentExecutions: aws.Int32(0)}))(t)
		must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: name, InvocationType: "Event"}))(t)
		time.Sleep(defaultEventPolicy.maxAge)
		synctest.Wait()
		if runs != 1 || f.events.count != 0 {
			t.Errorf("%d runs, %d events left after their time", runs, f.events.count)
		}
	})
}

func TestEventsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.create(t, "fn")
		f.runner.invoke = func(ctx context.Context, _ *deployed.Function, in deployed.Invocation) (deployed.Outcome, error) {
			if string(in.Payload) == `"fail"` {
				return deployed.Outcome{FunctionError: "Unhandled"}, nil
			}
			<-ctx.Done()
			return deployed.Outcome{}, ctx.Err()
		}
		for _, payload := range []string{`"fail"`, `"hang"`} {
			must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: aws.String("fn"), InvocationType: "Event", Payload: []byte(payload)}))(t)
		}
		synctest.Wait()
		if err := f.Close(); err != nil { // returns though one event runs and one waits
			t.Fatal(err)
		}
		_, err := f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: aws.String("fn"), InvocationType: "Event"})
		wantError(t, err, 429, "TooManyRequestsException", "")
		_, err = f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: aws.String("fn")})
		wantError(t, err, 500, "ServiceException", "")
	})
}

func TestEventOfDeletedFunction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.create(t, "fn")
		f.runner.invoke = func(context.Context, *deployed.Function, deployed.Invocation) (deployed.Outcome, error) {
			return deployed.Outcome{FunctionError: "Unhandled"}, nil
		}
		must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: aws.String("fn"), InvocationType: "Event"}))(t)
		synctest.Wait()
		must(f.DeleteFunction(f.ctx, &lambda.DeleteFunctionInput{FunctionName: aws.String("fn")}))(t)
		time.Sleep(time.Minute)
		synctest.Wait()
		if f.events.count != 0 {
			t.Error("the event is still queued")
		}
	})
}

func TestEventsAreBounded(t *testing.T) {
	t.Parallel()
	block := make(chan struct{})
	q := newEvents(func(context.Context, event) attempt { <-block; return attempt{} },
		func(reference) eventPolicy { return defaultEventPolicy }, func(event, ending) {}, slog.New(slog.DiscardHandler))
	megabyte := event{request: deployed.Invocation{Payload: make([]byte, maxEventBytes)}}
	for i := range maxEventsBytes / maxEventBytes {
		if !q.add(megabyte) {
			t.Fatalf("event %d refused", i)
		}
	}
	if q.add(megabyte) {
		t.Error("there is no limit of bytes")
	}
	close(block)
	q.background.jobs.Wait()
	if !q.add(event{}) {
		t.Error("the queue is still full")
	}
	q.close()
}
