package emulator_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// TestStartLiveTailSDK: the SDK's event stream begins with the session, tells what a function
// prints meanwhile, filtered, and ends when the client ends it.
func TestStartLiveTailSDK(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	ctx := t.Context()
	c := newClients(t, start(t, emulator.Config{}).AWSConfig())
	name := aws.String("talk")
	must(c.lambda.CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: name, Runtime: types.RuntimePython313, Handler: aws.String("app.handler"),
		Role: aws.String("arn:aws:iam::000000000000:role/test"), Timeout: aws.Int32(30),
		Code: &types.FunctionCode{ZipFile: zipOf(t, "app.py", "def handler(event, context):\n    print('so it goes', event['n'])\n    print('not this')\n")},
	}))(t)
	invoke := func(n int) {
		t.Helper()
		must(c.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: name, Payload: fmt.Appendf(nil, `{"n":%d}`, n)}))(t)
	}
	invoke(0) // the log group is there from the first line on
	logs := cloudwatchlogs.NewFromConfig(c.config)
	const arn = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/talk"
	// AWS has a host of its own for the streams, "streaming-logs…"; the emulator has one for all.
	in := &cloudwatchlogs.StartLiveTailInput{LogGroupIdentifiers: []string{arn}, LogEventFilterPattern: aws.String(`"so it goes"`)}
	var got []string
	err := net.ErrClosed
	// Now and then the client's side of the connection is closed under the SDK's reader, in a
	// process that has the emulator in it as well. Then the session is begun anew.
	for attempt := 0; attempt < 5 && errors.Is(err, net.ErrClosed); attempt++ {
		got, err = tailed(ctx, logs, in, 2, func() { invoke(1); invoke(2) })
	}
	if err != nil || strings.Join(got, ", ") != "so it goes 1, so it goes 2" {
		t.Errorf("events %q, %v", got, err)
	}

	_, err = logs.StartLiveTail(ctx, &cloudwatchlogs.StartLiveTailInput{LogGroupIdentifiers: []string{arn + "-none"}}, withoutHostPrefix)
	if _, ok := errors.AsType[*logstypes.ResourceNotFoundException](err); !ok {
		t.Errorf("a group that is not there: %v", err)
	}
}

// TestLogPages: the SDK's paginators come to an end and have everything once, in both directions.
func TestLogPages(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := newClients(t, start(t, emulator.Config{}).AWSConfig())
	logs := cloudwatchlogs.NewFromConfig(c.config)
	group, stream := aws.String("/app"), aws.String("one")
	must(logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: group}))(t)
	now := time.Now().UnixMilli()
	for _, name := range []*string{stream, aws.String("two")} {
		must(logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: group, LogStreamName: name}))(t)
		var events []logstypes.InputLogEvent
		for i := range 7 {
			events = append(events, logstypes.InputLogEvent{Timestamp: aws.Int64(now + int64(i)), Message: aws.String(fmt.Sprintf("%s%d", *name, i))})
		}
		must(logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: group, LogStreamName: name, LogEvents: events}))(t)
	}

	in := &cloudwatchlogs.GetLogEventsInput{LogGroupName: group, LogStreamName: stream, Limit: aws.Int32(3), StartFromHead: aws.Bool(true)}
	pages := cloudwatchlogs.NewGetLogEventsPaginator(logs, in, func(o *cloudwatchlogs.GetLogEventsPaginatorOptions) { o.StopOnDuplicateToken = true })
	var got []string
	var last *cloudwatchlogs.GetLogEventsOutput
	for count := 0; pages.HasMorePages() && count < 10; count++ {
		last = must(pages.NextPage(ctx))(t)
		got = append(got, texts(last.Events)+"|")
	}
	// Back from the end, as the console does.
	back := *in
	for range 4 {
		back.NextToken = last.NextBackwardToken
		last = must(logs.GetLogEvents(ctx, &back))(t)
		got = append(got, texts(last.Events)+"|")
	}
	if all := strings.Join(got, ""); all != "one0 one1 one2|one3 one4 one5|one6||one4 one5 one6|one1 one2 one3|one0||" {
		t.Errorf("pages %s", all)
	}
	if *last.NextBackwardToken != *back.NextToken {
		t.Error("at the beginning the token is another one")
	}
	in.NextToken = aws.String("nonsense")
	if _, err := logs.GetLogEvents(ctx, in); errorCode(err) != "InvalidParameterException" || !strings.Contains(err.Error(), "The specified nextToken is invalid.") {
		t.Errorf("a wrong token: %v", err)
	}

	filter := cloudwatchlogs.NewFilterLogEventsPaginator(logs, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: group, FilterPattern: aws.String("?one1 ?two ?one6"), StartTime: aws.Int64(now + 1), EndTime: aws.Int64(now + 6), Limit: aws.Int32(3),
	})
	got = nil
	ids := map[string]bool{}
	for filter.HasMorePages() && len(got) < 10 {
		var page []string
		for _, e := range must(filter.NextPage(ctx))(t).Events {
			page = append(page, *e.Message)
			ids[*e.EventId] = true
		}
		got = append(got, strings.Join(page, " "))
	}
	if all := strings.Join(got, "|"); all != "one1 two1 two2|two3 two4 two5|one6 two6" || len(ids) != 8 {
		t.Errorf("filtered %s, %d ids", all, len(ids))
	}
}

// withoutHostPrefix lets the SDK leave "streaming-" out of the host.
func withoutHostPrefix(o *cloudwatchlogs.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("withoutHostPrefix", func(
			ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (middleware.InitializeOutput, middleware.Metadata, error) {
			return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
		}), middleware.Before)
	})
}

func texts(events []logstypes.OutputLogEvent) string {
	var all []string
	for _, e := range events {
		all = append(all, *e.Message)
	}
	return strings.Join(all, " ")
}

// tailed runs a session until count events came; printing is called when it has begun.
func tailed(ctx context.Context, logs *cloudwatchlogs.Client, in *cloudwatchlogs.StartLiveTailInput, count int, printing func()) ([]string, error) {
	out, err := logs.StartLiveTail(ctx, in, withoutHostPrefix)
	if err != nil {
		return nil, err
	}
	stream := out.GetStream()
	defer func() { _ = stream.Close() }()
	deadline := time.After(30 * time.Second)
	var got []string
	for len(got) < count {
		select {
		case <-deadline:
			return got, errors.New("no event")
		case event, ok := <-stream.Events():
			if !ok {
				return got, cmp.Or(stream.Err(), errors.New("the stream has ended"))
			}
			switch event := event.(type) {
			case *logstypes.StartLiveTailResponseStreamMemberSessionStart:
				start := event.Value
				if aws.ToString(start.SessionId) == "" || !slices.Equal(start.LogGroupIdentifiers, in.LogGroupIdentifiers) || aws.ToString(start.LogEventFilterPattern) != *in.LogEventFilterPattern {
					return nil, fmt.Errorf("session %+v", start)
				}
				printing()
			case *logstypes.StartLiveTailResponseStreamMemberSessionUpdate:
				if event.Value.SessionMetadata == nil || event.Value.SessionMetadata.Sampled {
					return got, fmt.Errorf("update %+v", event.Value)
				}
				for _, e := range event.Value.SessionResults {
					if aws.ToString(e.LogGroupIdentifier) == "" || aws.ToString(e.LogStreamName) == "" || aws.ToInt64(e.Timestamp) == 0 || aws.ToInt64(e.IngestionTime) == 0 {
						return got, fmt.Errorf("event %+v", e)
					}
					got = append(got, strings.TrimSpace(*e.Message))
				}
			default:
				return got, fmt.Errorf("event %T", event)
			}
		}
	}
	return got, nil
}
