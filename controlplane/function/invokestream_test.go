package function

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// streamingRunner is a fakeRunner that streams.
type streamingRunner struct {
	fakeRunner
	stream func(context.Context, deployed.Invocation, deployed.ResponseStream) (deployed.Outcome, error)
}

func (r *streamingRunner) InvokeStream(ctx context.Context, _ *deployed.Function, in deployed.Invocation, w deployed.ResponseStream) (deployed.Outcome, error) {
	return r.stream(ctx, in, w)
}

// withStream is an edit for newFixture.
func withStream(stream func(context.Context, deployed.Invocation, deployed.ResponseStream) (deployed.Outcome, error)) func(*Config) {
	return func(c *Config) { c.Runner = &streamingRunner{stream: stream} }
}

// pieces makes a stream of them.
func pieces(outcome deployed.Outcome, pieces ...string) func(context.Context, deployed.Invocation, deployed.ResponseStream) (deployed.Outcome, error) {
	return func(_ context.Context, _ deployed.Invocation, w deployed.ResponseStream) (deployed.Outcome, error) {
		err := w.Begin("text/plain")
		for _, piece := range pieces {
			_, writeErr := w.Write([]byte(piece))
			err = errors.Join(err, writeErr)
		}
		return outcome, err
	}
}

// streamed is what a client saw.
type streamed struct {
	Version, ContentType string
	Chunks               []string
	Complete             map[string]string
}

func readStream(t *testing.T, out *lambda.InvokeWithResponseStreamOutput) streamed {
	t.Helper()
	got := streamed{Version: aws.ToString(out.ExecutedVersion), ContentType: aws.ToString(out.ResponseStreamContentType)}
	stream := out.GetStream()
	for event := range stream.Events() {
		switch event := event.(type) {
		case *types.InvokeWithResponseStreamResponseEventMemberPayloadChunk:
			got.Chunks = append(got.Chunks, string(event.Value.Payload))
		case *types.InvokeWithResponseStreamResponseEventMemberInvokeComplete:
			if got.Complete != nil {
				t.Error("completed twice")
			}
			got.Complete = map[string]string{}
			for name, value := range map[string]*string{"code": event.Value.ErrorCode, "details": event.Value.ErrorDetails, "log": event.Value.LogResult} {
				if value != nil {
					got.Complete[name] = *value
				}
			}
		}
	}
	if err := errors.Join(stream.Err(), stream.Close()); err != nil {
		t.Errorf("stream: %v", err)
	}
	return got
}

func TestSDKInvokeWithResponseStream(t *testing.T) {
	t.Parallel()
	failure := deployed.Outcome{FunctionError: "Unhandled", Payload: []byte(`{"errorType":"E"}`), LogTail: []byte("log")}
	const events = "application/vnd.amazon.eventstream"
	tests := map[string]struct {
		edit func(*Config)
		tail bool
		want streamed
	}{
		"pieces":            {withStream(pieces(deployed.Outcome{}, "a", "\x00b", "c")), false, streamed{latest, events, []string{"a", "\x00b", "c"}, map[string]string{}}},
		"log":               {withStream(pieces(deployed.Outcome{LogTail: []byte("log")}, "a")), true, streamed{latest, events, []string{"a"}, map[string]string{"log": "bG9n"}}},
		"nothing":           {withStream(pieces(deployed.Outcome{})), false, streamed{latest, events, nil, map[string]string{}}},
		"failed at the end": {withStream(pieces(failure, "a")), true, streamed{latest, events, []string{"a"}, map[string]string{"code": "Unhandled", "details": `{"errorType":"E"}`, "log": "bG9n"}}},
		"failed before": {
			withStream(func(context.Context, deployed.Invocation, deployed.ResponseStream) (deployed.Outcome, error) {
				return failure, nil
			}),
			false,
			streamed{latest, events, nil, map[string]string{"code": "Unhandled", "details": `{"errorType":"E"}`}},
		},
		"a runner that does not stream": {func(*Config) {}, false, streamed{latest, events, []string{`{"a":1}`}, map[string]string{}}},
		"a runner that does not stream, failed": {func(c *Config) {
			c.Runner.(*fakeRunner).invoke = func(context.Context, *deployed.Function, deployed.Invocation) (deployed.Outcome, error) {
				return failure, nil
			}
		}, false, streamed{latest, events, nil, map[string]string{"code": "Unhandled", "details": `{"errorType":"E"}`}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, tt.edit)
			f.create(t, "fn")
			_, client := f.overHTTP(t)
			in := &lambda.InvokeWithResponseStreamInput{FunctionName: aws.String("fn"), Payload: []byte(`{"a":1}`)}
			if tt.tail {
				in.LogType = types.LogTypeTail
			}
			out, err := client.InvokeWithResponseStream(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, readStream(t, out)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSDKInvokeWithResponseStreamErrors(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withStream(pieces(deployed.Outcome{}, "a")))
	f.create(t, "fn")
	f.create(t, "full")
	must(f.PutFunctionConcurrency(f.ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: aws.String("full"), ReservedConcurrentExecutions: aws.Int32(0)}))(t)
	_, client := f.overHTTP(t)
	ctx := t.Context()
	tests := map[string]struct {
		in   lambda.InvokeWithResponseStreamInput
		code string
	}{
		"missing":       {lambda.InvokeWithResponseStreamInput{FunctionName: aws.String("nope")}, "ResourceNotFoundException"},
		"not JSON":      {lambda.InvokeWithResponseStreamInput{Payload: []byte("{")}, "InvalidRequestContentException"},
		"too large":     {lambda.InvokeWithResponseStreamInput{Payload: make([]byte, maxPayloadBytes+1)}, "RequestTooLargeException"},
		"throttled":     {lambda.InvokeWithResponseStreamInput{FunctionName: aws.String("full")}, "TooManyRequestsException"},
		"event":         {lambda.InvokeWithResponseStreamInput{InvocationType: "Event"}, "ValidationException"},
		"dry, missing":  {lambda.InvokeWithResponseStreamInput{FunctionName: aws.String("nope"), InvocationType: "DryRun"}, "ResourceNotFoundException"},
		"region":        {lambda.InvokeWithResponseStreamInput{FunctionName: aws.String("arn:aws:lambda:us-east-1:111111111111:function:fn")}, "ResourceNotFoundException"},
		"other account": {lambda.InvokeWithResponseStreamInput{FunctionName: aws.String("arn:aws:lambda:" + region + ":222222222222:function:fn")}, "ResourceNotFoundException"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.in.FunctionName == nil {
				tt.in.FunctionName = aws.String("fn")
			}
			_, err := client.InvokeWithResponseStream(ctx, &tt.in)
			var api interface{ ErrorCode() string }
			if !errors.As(err, &api) || api.ErrorCode() != tt.code {
				t.Errorf("got %v, want %s", err, tt.code)
			}
		})
	}
	dry := must(client.InvokeWithResponseStream(ctx, &lambda.InvokeWithResponseStreamInput{FunctionName: aws.String("fn"), InvocationType: types.ResponseStreamingInvocationTypeDryRun}))(t)
	if dry.StatusCode != 204 {
		t.Errorf("dry run answers %d", dry.StatusCode)
	}
	_ = dry.GetStream().Close()
}

// TestStreamArrivesAsItIsWritten has the function wait for the client.
func TestStreamArrivesAsItIsWritten(t *testing.T) {
	t.Parallel()
	seen := make(chan struct{})
	f := newFixture(t, withStream(func(ctx context.Context, _ deployed.Invocation, w deployed.ResponseStream) (deployed.Outcome, error) {
		if err := w.Begin(""); err != nil {
			return deployed.Outcome{}, err
		}
		_, err := w.Write([]byte("one"))
		select {
		case <-seen:
		case <-ctx.Done():
		}
		_, err2 := w.Write([]byte("two"))
		return deployed.Outcome{}, errors.Join(err, err2)
	}))
	f.create(t, "fn")
	_, client := f.overHTTP(t)
	out := must(client.InvokeWithResponseStream(t.Context(), &lambda.InvokeWithResponseStreamInput{FunctionName: aws.String("fn")}))(t)
	event := <-out.GetStream().Events()
	if chunk, ok := event.(*types.InvokeWithResponseStreamResponseEventMemberPayloadChunk); !ok || string(chunk.Value.Payload) != "one" {
		t.Errorf("first event %+v", event)
	}
	close(seen)
	if got := readStream(t, out); len(got.Chunks) != 1 || got.Chunks[0] != "two" || got.Complete == nil {
		t.Errorf("then %+v", got)
	}
}

// recorded is a response stream of a test.
type recorded struct {
	strings.Builder
	contentType string
	onWrite     func()
}

func (r *recorded) Begin(contentType string) error {
	r.contentType = contentType
	return nil
}

func (r *recorded) Write(piece []byte) (int, error) {
	if r.onWrite != nil {
		r.onWrite()
	}
	return r.Builder.Write(piece)
}

func TestInvokeFunctionStream(t *testing.T) {
	t.Parallel()
	leave, left := make(chan struct{}), make(chan error, 1)
	f := newFixture(t, withStream(func(_ context.Context, in deployed.Invocation, w deployed.ResponseStream) (deployed.Outcome, error) {
		err := w.Begin("text/plain")
		_, writeErr := w.Write(in.Payload)
		if string(in.Payload) == `"twice"` {
			<-leave
			_, writeErr := w.Write(in.Payload)
			left <- writeErr
		}
		return deployed.Outcome{LogTail: []byte("log")}, errors.Join(err, writeErr)
	}))
	f.create(t, "fn")
	source := "arn:aws:execute-api:" + region + ":" + account + ":api/dev/GET/"
	in := &lambda.InvokeInput{FunctionName: aws.String("fn"), Payload: []byte(`"once"`), LogType: types.LogTypeTail}
	_, err := f.InvokeFunctionStream(t.Context(), in, source, "", &recorded{})
	wantError(t, err, 403, "AccessDeniedException", "")
	must(f.AddPermission(f.ctx, permission("fn", "", "s")))(t)

	var w recorded
	out := must(f.InvokeFunctionStream(t.Context(), in, source, role, &w))(t)
	if w.String() != `"once"` || w.contentType != "text/plain" || out.Payload != nil || *out.ExecutedVersion != latest || *out.LogResult != "bG9n" {
		t.Errorf("%q %q %+v", w.String(), w.contentType, out)
	}
	in.InvocationType = types.InvocationTypeEvent
	_, err = f.InvokeFunctionStream(t.Context(), in, source, role, &w)
	wantError(t, err, 400, "ValidationException", "")

	// A caller that leaves is back at once; the function finds its stream gone.
	ctx, cancel := context.WithCancel(t.Context())
	w = recorded{onWrite: cancel}
	in = &lambda.InvokeInput{FunctionName: aws.String("fn"), Payload: []byte(`"twice"`)}
	if _, err := f.InvokeFunctionStream(ctx, in, source, role, &w); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(leave)
	if err := <-left; !errors.Is(err, errStreamGone) || w.String() != `"twice"` {
		t.Errorf("a stream whose client is gone took %q, error %v", w.String(), err)
	}
}

func TestInvokeAsync(t *testing.T) {
	t.Parallel()
	ran := make(chan string, 1)
	f := newFixture(t)
	f.runner.invoke = func(_ context.Context, _ *deployed.Function, in deployed.Invocation) (deployed.Outcome, error) {
		ran <- string(in.Payload)
		return deployed.Outcome{}, nil
	}
	f.create(t, "fn")
	_, client := f.overHTTP(t)
	invoke := func(name, args string) (*lambda.InvokeAsyncOutput, error) {
		return client.InvokeAsync(t.Context(), &lambda.InvokeAsyncInput{FunctionName: aws.String(name), InvokeArgs: strings.NewReader(args)}) //nolint:staticcheck // the deprecated operation is what is tested
	}
	if out := must(invoke("fn", `{"a":1}`))(t); out.Status != 202 {
		t.Errorf("answers %d", out.Status)
	}
	if got := <-ran; got != `{"a":1}` {
		t.Errorf("the function got %s", got)
	}
	_, err := invoke("fn", "{")
	if _, ok := errors.AsType[*types.InvalidRequestContentException](err); !ok {
		t.Errorf("got %v", err)
	}
	_, err = invoke("nope", "{}")
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); !ok {
		t.Errorf("got %v", err)
	}
	if _, err = invoke("fn", `"`+strings.Repeat("x", maxInvokeArgsBytes)+`"`); err == nil || !strings.Contains(err.Error(), "262144 bytes") {
		t.Errorf("got %v", err)
	}
}

const botoStream = `
import sys, json, boto3
client = boto3.client("lambda", endpoint_url=sys.argv[1], region_name=sys.argv[2], aws_access_key_id=sys.argv[3], aws_secret_access_key="x")
out = client.invoke_with_response_stream(FunctionName="fn", Payload=b"{}", LogType="Tail")
events = []
for event in out["EventStream"]:
    if "PayloadChunk" in event:
        events.append(event["PayloadChunk"]["Payload"].decode())
    else:
        events.append(event["InvokeComplete"])
print(json.dumps({"status": out["StatusCode"], "version": out["ExecutedVersion"], "type": out["ResponseStreamContentType"], "events": events}))
`

func TestBotoInvokeWithResponseStream(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err == nil {
		err = exec.CommandContext(t.Context(), python, "-c", "import boto3").Run()
	}
	if err != nil {
		if os.Getenv("STAGEDOOR_REQUIRE_TOOLS") == "1" {
			t.Fatalf("python3 with boto3 is not there: %v", err)
		}
		t.Skip("python3 with boto3 is not there")
	}
	failure := deployed.Outcome{FunctionError: "Unhandled", Payload: []byte(`{"errorType":"E"}`), LogTail: []byte("log")}
	f := newFixture(t, withStream(pieces(failure, "a", "b")))
	f.create(t, "fn")
	url, _ := f.overHTTP(t)
	out, err := exec.CommandContext(t.Context(), python, "-c", botoStream, url, region, account).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var got, want any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{"status":200,"version":"$LATEST","type":"application/vnd.amazon.eventstream",
		"events":["a","b",{"ErrorCode":"Unhandled","ErrorDetails":"{\"errorType\":\"E\"}","LogResult":"bG9n"}]}`), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
