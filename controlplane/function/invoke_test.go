package function

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

func TestInvokeHandsOver(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var fn deployed.Function
	var got deployed.Invocation
	f.runner.invoke = func(_ context.Context, d *deployed.Function, in deployed.Invocation) (deployed.Outcome, error) {
		fn, got = *d, in
		return deployed.Outcome{Payload: []byte(`1`), LogTail: []byte("log")}, nil
	}
	in := createInput(t, "fn")
	in.Environment = &types.Environment{Variables: map[string]string{"AB": "c"}}
	must(f.CreateFunction(f.ctx, in))(t)
	ctx := wire.WithRequestID(f.ctx, "request-1")
	out := must(f.Invoke(ctx, &lambda.InvokeInput{
		FunctionName: aws.String("fn:$LATEST"), LogType: types.LogTypeTail,
		ClientContext: aws.String(base64.StdEncoding.EncodeToString([]byte(`{"custom":{}}`))),
	}))(t)
	if out.StatusCode != 200 || *out.ExecutedVersion != latest || *out.LogResult != "bG9n" || string(out.Payload) != "1" || out.FunctionError != nil {
		t.Errorf("got %+v", out)
	}
	wantIn := deployed.Invocation{
		RequestID: "request-1", InvokedARN: arnBase + "fn:$LATEST", Payload: []byte(`{}`), ClientContext: []byte(`{"custom":{}}`),
	}
	if diff := cmp.Diff(wantIn, got); diff != "" {
		t.Error(diff)
	}
	wantFn := deployed.Function{
		Account: account, Region: region, Name: "fn", Version: latest, ARN: arnBase + "fn", RevisionID: fn.RevisionID,
		Initialization: deployed.OnDemand, Runtime: "python3.13", Handler: "app.handler", CodeSHA256: shaOf(zipOf(t, "fn")), Environment: map[string]string{"AB": "c"},
		Timeout: 3e9, MemorySizeMiB: 128, EphemeralStorageMiB: 512,
		LogGroup: "/aws/lambda/fn", Role: role,
	}
	if diff := cmp.Diff(wantFn, fn); diff != "" {
		t.Error(diff)
	}

	// A permission ends no warm process; a change of configuration does.
	revision := fn.RevisionID
	must(f.AddPermission(f.ctx, permission("fn", "", "s")))(t)
	must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: aws.String("fn")}))(t)
	if fn.RevisionID != revision {
		t.Error("a permission made a new revision to run")
	}
	if len(got.RequestID) != 36 {
		t.Errorf("request id %q is no UUID", got.RequestID)
	}
	must(f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: aws.String("fn")}))(t)
	must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: aws.String("fn")}))(t)
	if fn.RevisionID == revision {
		t.Error("an update made no new revision to run")
	}
}

func TestInvokeOutcomes(t *testing.T) {
	t.Parallel()
	broken := errors.New("no such interpreter")
	throttle := &smithy.GenericAPIError{Code: "TooManyRequestsException", Message: "full"}
	tests := map[string]struct {
		outcome deployed.Outcome
		err     error
		want    string
		code    string
	}{
		"result":                  {outcome: deployed.Outcome{Payload: []byte("null")}, want: "null"},
		"function error":          {outcome: deployed.Outcome{Payload: []byte(`{"errorType":"E"}`), FunctionError: "Unhandled"}, want: `Unhandled {"errorType":"E"}`},
		"the runner's API errors": {err: throttle, code: "TooManyRequestsException"},
		"other errors":            {err: broken, code: "ServiceException"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.runner.invoke = func(context.Context, *deployed.Function, deployed.Invocation) (deployed.Outcome, error) {
				return tt.outcome, tt.err
			}
			f.create(t, "fn")
			out, err := f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: aws.String("fn")})
			if tt.err != nil {
				api, ok := errors.AsType[smithy.APIError](err)
				if !ok || api.ErrorCode() != tt.code || !errors.Is(err, tt.err) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(aws.ToString(out.FunctionError) + " " + string(out.Payload)); got != tt.want || out.StatusCode != 200 || out.LogResult != nil {
				t.Errorf("got %s %+v", got, out)
			}
		})
	}
}

func TestInvokeRefuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "fn")
	f.runner.invoke = func(context.Context, *deployed.Function, deployed.Invocation) (deployed.Outcome, error) {
		t.Error("the function was invoked")
		return deployed.Outcome{}, nil
	}
	tests := map[string]struct {
		in      lambda.InvokeInput
		status  int
		code    string
		message string
	}{
		"not JSON":           {lambda.InvokeInput{Payload: []byte(`{"a":`)}, 400, "InvalidRequestContentException", "Could not parse request body into json: Could not parse payload into json: unexpected end of JSON input"},
		"two values":         {lambda.InvokeInput{Payload: []byte(`1 2`)}, 400, "InvalidRequestContentException", ""},
		"over 6 MB":          {lambda.InvokeInput{Payload: make([]byte, maxPayloadBytes+1)}, 413, "RequestTooLargeException", "Request must be smaller than 6291456 bytes for the InvokeFunction operation"},
		"event over 1 MB":    {lambda.InvokeInput{InvocationType: "Event", Payload: make([]byte, maxEventBytes+1)}, 413, "RequestTooLargeException", "Request must be smaller than 1048576 bytes for the InvokeFunction operation"},
		"client context":     {lambda.InvokeInput{ClientContext: aws.String("e")}, 400, "InvalidRequestContentException", ""},
		"big client context": {lambda.InvokeInput{ClientContext: aws.String(base64.StdEncoding.EncodeToString([]byte(`"` + strings.Repeat("x", 3000) + `"`)))}, 400, "InvalidRequestContentException", ""},
		"type":               {lambda.InvokeInput{InvocationType: "Later"}, 400, "ValidationException", ""},
		"log type":           {lambda.InvokeInput{LogType: "All"}, 400, "ValidationException", ""},
		"tenant":             {lambda.InvokeInput{TenantId: aws.String("t")}, 400, "InvalidParameterValueException", ""},
		"durable":            {lambda.InvokeInput{DurableExecutionName: aws.String("d")}, 400, "InvalidParameterValueException", ""},
		"missing":            {lambda.InvokeInput{FunctionName: aws.String("nope")}, 404, "ResourceNotFoundException", "Function not found: " + arnBase + "nope"},
		"missing, event":     {lambda.InvokeInput{FunctionName: aws.String("nope"), InvocationType: "Event"}, 404, "ResourceNotFoundException", "Function not found: " + arnBase + "nope"},
		"missing, dry run":   {lambda.InvokeInput{FunctionName: aws.String("fn:3"), InvocationType: "DryRun"}, 404, "ResourceNotFoundException", "Function not found: " + arnBase + "fn:3"},
		"another region":     {lambda.InvokeInput{FunctionName: aws.String("arn:aws:lambda:us-east-1:111111111111:function:fn")}, 404, "ResourceNotFoundException", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.in.FunctionName == nil {
				tt.in.FunctionName = aws.String("fn")
			}
			_, err := f.Invoke(f.ctx, &tt.in)
			wantError(t, err, tt.status, tt.code, tt.message)
		})
	}
	if out := must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: aws.String("fn"), InvocationType: "DryRun"}))(t); out.StatusCode != 204 {
		t.Errorf("dry run answers %d", out.StatusCode)
	}
}

func TestInvokeFromAnotherAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "fn")
	stranger := callerContext("222222222222", region)
	in := &lambda.InvokeInput{FunctionName: aws.String(arnBase + "fn")}
	_, err := f.Invoke(stranger, in)
	wantError(t, err, 403, "AccessDeniedException", "User: arn:aws:iam::222222222222:root is not authorized to perform: lambda:InvokeFunction on resource: "+
		arnBase+"fn because no resource-based policy allows the lambda:InvokeFunction action")
	grant := permission("fn", "", "s")
	grant.Principal = aws.String("222222222222")
	must(f.AddPermission(f.ctx, grant))(t)
	must(f.Invoke(stranger, in))(t)
}

func TestReservedConcurrency(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "fn")
	name := aws.String("fn")
	entered, leave := make(chan struct{}), make(chan struct{})
	f.runner.invoke = func(context.Context, *deployed.Function, deployed.Invocation) (deployed.Outcome, error) {
		entered <- struct{}{}
		<-leave
		return deployed.Outcome{}, nil
	}
	reserve := func(n int32) {
		t.Helper()
		must(f.PutFunctionConcurrency(f.ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: name, ReservedConcurrentExecutions: &n}))(t)
	}
	wantThrottled := func() {
		t.Helper()
		_, err := f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: name})
		wantError(t, err, 429, "TooManyRequestsException", "Rate Exceeded.")
		if e, _ := errors.AsType[*wire.Error](err); e.Members["Reason"] != "ReservedFunctionConcurrentInvocationLimitExceeded" {
			t.Errorf("members %v", e.Members)
		}
	}
	reserve(0)
	wantThrottled()
	reserve(1)
	// A caller that goes away leaves the function running, and counted.
	ctx, cancel := context.WithCancel(f.ctx)
	gone := make(chan error)
	go func() {
		_, err := f.Invoke(ctx, &lambda.InvokeInput{FunctionName: name})
		gone <- err
	}()
	<-entered
	wantThrottled()
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	wantThrottled()
	close(leave)
	f.runs.jobs.Wait()
	go func() { <-entered }()
	must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: name}))(t)

	_, err := f.PutFunctionConcurrency(f.ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: name, ReservedConcurrentExecutions: aws.Int32(901)})
	wantError(t, err, 400, "InvalidParameterValueException",
		"Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].")
	if out := must(f.GetFunctionConcurrency(f.ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: name}))(t); *out.ReservedConcurrentExecutions != 1 {
		t.Errorf("got %d", *out.ReservedConcurrentExecutions)
	}
	if out := must(f.GetFunction(f.ctx, &lambda.GetFunctionInput{FunctionName: name}))(t); *out.Concurrency.ReservedConcurrentExecutions != 1 {
		t.Errorf("got %+v", out.Concurrency)
	}
	settings := must(f.GetAccountSettings(f.ctx, &lambda.GetAccountSettingsInput{}))(t)
	if *settings.AccountLimit.UnreservedConcurrentExecutions != 999 || settings.AccountUsage.FunctionCount != 1 || settings.AccountUsage.TotalCodeSize == 0 {
		t.Errorf("got %+v %+v", settings.AccountLimit, settings.AccountUsage)
	}
	must(f.DeleteFunctionConcurrency(f.ctx, &lambda.DeleteFunctionConcurrencyInput{FunctionName: name}))(t)
	if out := must(f.GetFunctionConcurrency(f.ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: name}))(t); out.ReservedConcurrentExecutions != nil {
		t.Errorf("got %d", *out.ReservedConcurrentExecutions)
	}
	_, err = f.PutFunctionConcurrency(f.ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: aws.String("fn:1"), ReservedConcurrentExecutions: aws.Int32(1)})
	wantError(t, err, 400, "InvalidParameterValueException", "")
}
