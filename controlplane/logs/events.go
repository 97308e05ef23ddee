package logs

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stagedoor-dev/stagedoor/controlplane/logs/filterpattern"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

const maxEvents = 10_000

type putLogEventsInput struct {
	streamInput

	LogEvents []struct {
		Timestamp int64
		Message   string
	}
}

type putLogEventsOutput struct {
	NextSequenceToken string `json:"nextSequenceToken"`
}

func (s *Service) putLogEvents(ctx context.Context, scope store.Scope, in *putLogEventsInput) (*putLogEventsOutput, error) {
	if len(in.LogEvents) == 0 || len(in.LogEvents) > maxEvents {
		return nil, invalid("1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length between 1 and 10000")
	}
	if err := s.needStream(ctx, scope, in.name(), in.LogStreamName); err != nil {
		return nil, err
	}
	for i := 1; i < len(in.LogEvents); i++ {
		if in.LogEvents[i].Timestamp < in.LogEvents[i-1].Timestamp {
			return nil, invalid("Log events in a single PutLogEvents request must be in chronological order.")
		}
	}
	for _, e := range in.LogEvents {
		s.Append(scope, in.name(), in.LogStreamName, time.UnixMilli(e.Timestamp), e.Message)
	}
	return &putLogEventsOutput{NextSequenceToken: strconv.FormatInt(s.config.Now().UnixNano(), 10)}, nil
}

// needStream returns an error when there is no such stream.
func (s *Service) needStream(ctx context.Context, scope store.Scope, groupName, streamName string) error {
	if err := s.sync(ctx); err != nil {
		return err
	}
	return s.config.Store.View(ctx, func(tx store.Tx) error {
		_, err := groupRecords().Get(tx, scope, groupName)
		if errors.Is(err, store.ErrNotFound) {
			return noGroup()
		}
		if err == nil {
			_, err = streamRecords().Get(tx, scope, groupName, streamName)
		}
		if errors.Is(err, store.ErrNotFound) {
			return noStream()
		}
		return err
	})
}

// span is the time range of a request; its end is included on AWS in FilterLogEvents
// only, which adds one.
func span(start, end *int64) (from, to int64) {
	to = math.MaxInt64
	if start != nil {
		from = *start
	}
	if end != nil {
		to = *end
	}
	return from, to
}

type filterLogEventsInput struct {
	named

	LogStreamNames                                []string
	LogStreamNamePrefix, FilterPattern, NextToken string
	StartTime, EndTime                            *int64
	Limit                                         *int
}

// filteredEvent is an event as FilterLogEvents shows it.
type filteredEvent struct {
	LogStreamName string `json:"logStreamName"`
	Timestamp     int64  `json:"timestamp"`
	Message       string `json:"message"`
	IngestionTime int64  `json:"ingestionTime"`
	EventID       string `json:"eventId"`
}

type filterLogEventsOutput struct {
	Events             []filteredEvent `json:"events"`
	SearchedLogStreams []struct{}      `json:"searchedLogStreams"`
	NextToken          string          `json:"nextToken,omitempty"`
}

// maxPatternLength is that of a filter pattern, in characters.
const maxPatternLength = 1024

// compilePattern compiles the filter pattern in a member of a request.
func compilePattern(member, text string) (*filterpattern.Pattern, error) {
	if utf8.RuneCountInString(text) > maxPatternLength {
		return nil, invalid("1 validation error detected: Value at '" + member + "' failed to satisfy constraint: Member must have length less than or equal to 1024")
	}
	pattern, err := filterpattern.Compile(text)
	if err != nil {
		return nil, invalid(err.Error())
	}
	return pattern, nil
}

func (s *Service) filterLogEvents(ctx context.Context, scope store.Scope, in *filterLogEventsInput) (*filterLogEventsOutput, error) {
	limit, err := pageSize(in.Limit, maxEvents)
	if err != nil {
		return nil, err
	}
	if len(in.LogStreamNames) > 0 && in.LogStreamNamePrefix != "" {
		return nil, invalid("logStreamNames and logStreamNamePrefix exclude each other.")
	}
	pattern, err := compilePattern("filterPattern", in.FilterPattern)
	if err != nil {
		return nil, err
	}
	from, to := span(in.StartTime, in.EndTime)
	if in.EndTime != nil {
		to++
	}
	var after position
	if in.NextToken != "" {
		var ok bool
		if after, ok = parsePosition(in.NextToken); !ok {
			return nil, invalid("The specified nextToken is invalid.")
		}
	}
	events, err := s.read(ctx, scope, in.name(), from, to, func(e *event) bool {
		return (len(in.LogStreamNames) == 0 || slices.Contains(in.LogStreamNames, e.Stream)) && strings.HasPrefix(e.Stream, in.LogStreamNamePrefix) &&
			(in.NextToken == "" || e.position().compare(after) > 0) && pattern.Match(e.Message)
	})
	if err != nil {
		return nil, err
	}
	out := &filterLogEventsOutput{Events: []filteredEvent{}, SearchedLogStreams: []struct{}{}}
	size := fitting(slices.Values(events), limit)
	for _, e := range events[:size] {
		out.Events = append(out.Events, filteredEvent{e.Stream, e.Time, e.Message, e.Ingested, e.position().String()})
	}
	if len(events) > size {
		out.NextToken = out.Events[size-1].EventID
	}
	return out, nil
}
