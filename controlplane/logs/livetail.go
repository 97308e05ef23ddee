package logs

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/logs/filterpattern"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Limits of StartLiveTail, as AWS documents them.
const (
	maxTails         = 15 // at a time in an account and region
	maxTailGroups    = 10
	maxTailStreams   = 10
	maxTailEvents    = 500 // in an update; more are sampled
	maxTailBacklog   = 5000
	tailInterval     = time.Second
	maxTailDuration  = 3 * time.Hour
	typeTailTimeout  = "SessionTimeoutException"
	messageOfTimeout = "Session timed out." // unverified
)

type startLiveTailInput struct {
	LogGroupIdentifiers, LogStreamNames, LogStreamNamePrefixes []string
	LogEventFilterPattern                                      string
}

// tailStart is the first event of a session.
type tailStart struct {
	RequestID             string   `json:"requestId"`
	SessionID             string   `json:"sessionId"`
	LogGroupIdentifiers   []string `json:"logGroupIdentifiers"`
	LogStreamNames        []string `json:"logStreamNames,omitempty"`
	LogStreamNamePrefixes []string `json:"logStreamNamePrefixes,omitempty"`
	LogEventFilterPattern string   `json:"logEventFilterPattern,omitempty"`
}

// tailUpdate is what has come in since the update before.
type tailUpdate struct {
	SessionMetadata struct {
		Sampled bool `json:"sampled"`
	} `json:"sessionMetadata"`
	SessionResults []tailEvent `json:"sessionResults"`
}

type tailEvent struct {
	LogGroupIdentifier string `json:"logGroupIdentifier"`
	LogStreamName      string `json:"logStreamName"`
	Message            string `json:"message"`
	Timestamp          int64  `json:"timestamp"`
	IngestionTime      int64  `json:"ingestionTime"`
}

// tail is a session: what it wants, and what waits to be sent.
type tail struct {
	// groups are the identifiers that the client named, by group.
	groups            map[groupKey]string
	streams, prefixes []string
	pattern           *filterpattern.Pattern

	mu      sync.Mutex
	waiting []tailEvent
}

// tails are the sessions. They are told of events when these are in the files.
type tails struct {
	mu   sync.RWMutex
	open map[*tail]store.Scope
	// ended is closed to end them all.
	ended chan struct{}
	once  sync.Once
}

// EndSessions ends the sessions of StartLiveTail, now and to come; their connections close.
func (s *Service) EndSessions() { s.tails.once.Do(func() { close(s.tails.ended) }) }

func (t *tails) add(scope store.Scope, session *tail) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	count := 0
	for _, other := range t.open {
		if other == scope {
			count++
		}
	}
	if count >= maxTails {
		// Unverified: the wording.
		return wire.NewError(http.StatusBadRequest, "LimitExceededException", "The maximum number of concurrent Live Tail sessions has been reached.")
	}
	t.open[session] = scope
	return nil
}

func (t *tails) remove(session *tail) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, session)
}

// tell hands events of a group to the sessions that want them.
func (t *tails) tell(key groupKey, events []*event) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for session := range t.open {
		if identifier, ok := session.groups[key]; ok {
			session.take(identifier, events)
		}
	}
}

// take keeps what the session wants of events; the oldest go when too many wait.
func (t *tail) take(identifier string, events []*event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range events {
		if t.wants(e) {
			t.waiting = append(t.waiting, tailEvent{identifier, e.Stream, e.Message, e.Time, e.Ingested})
		}
	}
	if surplus := len(t.waiting) - maxTailBacklog; surplus > 0 {
		t.waiting = slices.Delete(t.waiting, 0, surplus)
	}
}

func (t *tail) wants(e *event) bool {
	if len(t.streams) > 0 && !slices.Contains(t.streams, e.Stream) {
		return false
	}
	begins := func(prefix string) bool { return strings.HasPrefix(e.Stream, prefix) }
	if len(t.prefixes) > 0 && !slices.ContainsFunc(t.prefixes, begins) {
		return false
	}
	return t.pattern.Match(e.Message)
}

// update takes what waits; of too many every so manieth.
func (t *tail) update() *tailUpdate {
	t.mu.Lock()
	events := t.waiting
	t.waiting = nil
	t.mu.Unlock()
	out := &tailUpdate{SessionResults: events}
	if n := len(events); n > maxTailEvents {
		out.SessionMetadata.Sampled = true
		out.SessionResults = make([]tailEvent, maxTailEvents)
		for i := range out.SessionResults {
			out.SessionResults[i] = events[i*n/maxTailEvents]
		}
	}
	if out.SessionResults == nil {
		out.SessionResults = []tailEvent{}
	}
	return out
}

// newTail checks the input of StartLiveTail.
func (s *Service) newTail(ctx context.Context, scope store.Scope, body []byte) (*tail, *tailStart, error) {
	in := new(startLiveTailInput)
	if err := json.Unmarshal(body, in); err != nil {
		return nil, nil, notJSON(err)
	}
	switch {
	case len(in.LogGroupIdentifiers) == 0 || len(in.LogGroupIdentifiers) > maxTailGroups:
		return nil, nil, invalid("1 validation error detected: Value at 'logGroupIdentifiers' failed to satisfy constraint: Member must have length between 1 and 10")
	case len(in.LogStreamNames) > maxTailStreams:
		return nil, nil, invalid("1 validation error detected: Value at 'logStreamNames' failed to satisfy constraint: Member must have length less than or equal to 10")
	case len(in.LogStreamNamePrefixes) > maxTailStreams:
		return nil, nil, invalid("1 validation error detected: Value at 'logStreamNamePrefixes' failed to satisfy constraint: Member must have length less than or equal to 10")
	case len(in.LogStreamNames) > 0 && len(in.LogStreamNamePrefixes) > 0:
		// Unverified: the wording, here and below; AWS documents the rules.
		return nil, nil, invalid("LogStreamNames and LogStreamNamePrefixes cannot be specified together.")
	case len(in.LogGroupIdentifiers) > 1 && len(in.LogStreamNames)+len(in.LogStreamNamePrefixes) > 0:
		return nil, nil, invalid("LogStreamNames and LogStreamNamePrefixes can be specified with one log group only.")
	}
	pattern, err := compilePattern("logEventFilterPattern", in.LogEventFilterPattern)
	if err != nil {
		return nil, nil, err
	}
	session := &tail{groups: map[groupKey]string{}, streams: in.LogStreamNames, prefixes: in.LogStreamNamePrefixes, pattern: pattern}
	for _, identifier := range in.LogGroupIdentifiers {
		if strings.HasSuffix(identifier, "*") {
			return nil, nil, invalid("Log group ARN cannot end with an asterisk: " + identifier)
		}
		name := nameOf(identifier)
		if name != identifier && identifier != arnOf(scope, name) {
			return nil, nil, noGroup() // of another account or region
		}
		session.groups[groupKey{scope, name}] = identifier
	}
	if err := s.needGroups(ctx, session); err != nil {
		return nil, nil, err
	}
	return session, &tailStart{
		RequestID: wire.RequestID(ctx), SessionID: newSessionID(), LogGroupIdentifiers: in.LogGroupIdentifiers,
		LogStreamNames: in.LogStreamNames, LogStreamNamePrefixes: in.LogStreamNamePrefixes, LogEventFilterPattern: in.LogEventFilterPattern,
	}, nil
}

// needGroups returns an error when a group of a session is not there.
func (s *Service) needGroups(ctx context.Context, session *tail) error {
	if err := s.sync(ctx); err != nil { // functions' groups come into being with their first line
		return err
	}
	return s.config.Store.View(ctx, func(tx store.Tx) error {
		for key := range session.groups {
			if _, err := groupRecords().Get(tx, key.scope, key.name); errors.Is(err, store.ErrNotFound) {
				return noGroup()
			} else if err != nil {
				return err
			}
		}
		return nil
	})
}

// startLiveTail answers StartLiveTail: the start of the session, then an update each second,
// until the client goes. An error is for the client; without one the response was sent.
func (s *Service) startLiveTail(ctx context.Context, w http.ResponseWriter, scope store.Scope, body []byte) error {
	session, start, err := s.newTail(ctx, scope, body)
	if err != nil {
		return err
	}
	if err := s.tails.add(scope, session); err != nil {
		return err
	}
	defer s.tails.remove(session)
	to := newTailWriter(ctx, w)
	if to.send("initial-response", struct{}{}) != nil || to.send("sessionStart", start) != nil {
		return nil // the client is gone
	}
	ticker := time.NewTicker(tailInterval)
	defer ticker.Stop()
	timeout := time.NewTimer(maxTailDuration)
	defer timeout.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.tails.ended:
			return nil
		case <-timeout.C:
			_ = to.fail(typeTailTimeout, messageOfTimeout) // an error means that the client is gone
			return nil
		case <-ticker.C:
			if to.send("sessionUpdate", session.update()) != nil {
				return nil
			}
		}
	}
}
