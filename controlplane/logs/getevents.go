package logs

import (
	"context"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

type getLogEventsInput struct {
	streamInput

	StartTime, EndTime *int64
	NextToken          string
	Limit              *int
	StartFromHead      bool
}

// outputEvent is an event as GetLogEvents shows it.
type outputEvent struct {
	Timestamp     int64  `json:"timestamp"`
	Message       string `json:"message"`
	IngestionTime int64  `json:"ingestionTime"`
}

type getLogEventsOutput struct {
	Events            []outputEvent `json:"events"`
	NextForwardToken  string        `json:"nextForwardToken"`
	NextBackwardToken string        `json:"nextBackwardToken"`
}

// getLogEvents returns a page of a stream: the newest events, or with startFromHead the oldest.
// A token names the event that it goes on behind ("f/") or in front of ("b/"). At an end of the
// stream the token that was sent comes back, and the other one turns round, to the events that
// were seen last.
func (s *Service) getLogEvents(ctx context.Context, scope store.Scope, in *getLogEventsInput) (*getLogEventsOutput, error) {
	limit, err := pageSize(in.Limit, maxEvents)
	if err != nil {
		return nil, err
	}
	if err := s.needStream(ctx, scope, in.name(), in.LogStreamName); err != nil {
		return nil, err
	}
	token, err := parseToken(in.NextToken, in.StartFromHead)
	if err != nil {
		return nil, err
	}
	from, to := span(in.StartTime, in.EndTime)
	events, err := s.read(ctx, scope, in.name(), from, to, func(e *event) bool {
		return e.Stream == in.LogStreamName && token.leadsTo(e.position())
	})
	if err != nil {
		return nil, err
	}
	page := token.page(events, limit)
	forward, backward := token.ends()
	if len(page) > 0 {
		forward, backward = page[len(page)-1].position(), page[0].position()
	}
	out := &getLogEventsOutput{Events: []outputEvent{}, NextForwardToken: "f/" + forward.String(), NextBackwardToken: "b/" + backward.String()}
	for _, e := range page {
		out.Events = append(out.Events, outputEvent{e.Time, e.Message, e.Ingested})
	}
	return out, nil
}
