package function

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	// maxEvents and maxEventsBytes bound the events that wait, run, or wait to be
	// tried again. They are kept in memory and end with the process.
	maxEvents      = 10_000
	maxEventsBytes = 256 << 20
	// maxEventRuns is how many events run at a time.
	maxEventRuns = 100
	// firstThrottleWait and maxThrottleWait are the ends of the growing wait
	// between tries of a throttled event.
	firstThrottleWait = time.Second
	maxThrottleWait   = 5 * time.Minute
)

// retryWaits are the waits before an event whose run failed runs again.
var retryWaits = []time.Duration{time.Minute, 2 * time.Minute}

// event is an asynchronous invocation.
type event struct {
	target  reference
	request deployed.Invocation
	// chain counts the invocations of each function that led here, by destinations
	// only; nil for none.
	chain map[functionKey]int
}

// extended is the chain of an event that this one causes.
func (ev event) extended() map[functionKey]int {
	chain := maps.Clone(ev.chain)
	if chain == nil {
		chain = map[functionKey]int{}
	}
	chain[functionKey{ev.target.scope, ev.target.name}]++
	return chain
}

// attempt is a run of an event.
type attempt struct {
	// version is the version that ran, empty when none did.
	version string
	outcome deployed.Outcome
	err     error
}

func (a attempt) succeeded() bool { return a.err == nil && a.outcome.FunctionError == "" }

// events is the queue of asynchronous invocations. Each event has a goroutine,
// which is cheap while it waits; slots keeps those that run to maxEventRuns.
type events struct {
	// run runs an event once, policy tells how it is treated, and finish is told how
	// it ended.
	run        func(context.Context, event) attempt
	policy     func(reference) eventPolicy
	finish     func(event, ending)
	logger     *slog.Logger
	background *background
	slots      chan struct{}

	// mu guards the size of the queue.
	mu    sync.Mutex
	count int
	bytes int
}

func newEvents(
	run func(context.Context, event) attempt, policy func(reference) eventPolicy, finish func(event, ending), logger *slog.Logger,
) *events {
	return &events{
		run: run, policy: policy, finish: finish, logger: logger, background: newBackground(), slots: make(chan struct{}, maxEventRuns),
	}
}

// close drops the events that wait, cancels those that run and waits for them.
func (q *events) close() {
	q.background.close()
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.count > 0 {
		q.logger.Warn("asynchronous invocations were dropped at the end of the service", "events", q.count)
	}
}

// add queues an event; it returns false when the queue is full or closed.
func (q *events) add(ev event) bool {
	if !q.reserve(len(ev.request.Payload)) {
		return false
	}
	started := q.background.start(func(ctx context.Context) {
		if q.work(ctx, ev) {
			q.free(len(ev.request.Payload))
		}
	})
	if !started {
		q.free(len(ev.request.Payload))
	}
	return started
}

func (q *events) reserve(size int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.count >= maxEvents || q.bytes+size > maxEventsBytes {
		return false
	}
	q.count++
	q.bytes += size
	return true
}

func (q *events) free(size int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.count--
	q.bytes -= size
}

// work runs an event until it succeeds or there is no point in trying again. It
// returns false when ctx ended before that.
func (q *events) work(ctx context.Context, ev event) (finished bool) {
	log := q.logger.With("function", ev.target.name, "request_id", ev.request.RequestID)
	began, runs, failures, throttleWait := time.Now(), 0, 0, firstThrottleWait
	for {
		last := q.runOnce(ctx, ev)
		if last.version != "" {
			runs++
		}
		policy := q.policy(ev.target)
		var wait time.Duration
		switch {
		case last.succeeded():
			q.finish(ev, ending{success, runs, last})
			return true
		case ctx.Err() != nil:
			return false
		case wire.Is(last.err, "ResourceNotFoundException"):
			log.Warn("an asynchronous invocation was dropped: the function is gone")
			return true
		case isThrottle(last.err):
			wait = throttleWait
			throttleWait = min(2*throttleWait, maxThrottleWait)
		case failures >= policy.retries:
			log.Warn("an asynchronous invocation failed for good", "error", last.failure())
			q.finish(ev, ending{retriesExhausted, runs, last})
			return true
		default:
			wait = retryWaits[failures]
			failures++
			log.Info("an asynchronous invocation failed and will be tried again", "error", last.failure(), "wait", wait)
		}
		if time.Since(began)+wait > policy.maxAge {
			log.Warn("an asynchronous invocation became too old", "error", last.failure())
			q.finish(ev, ending{ageExceeded, runs, last})
			return true
		}
		if !pause(ctx, wait) {
			return false
		}
	}
}

// failure is what an attempt failed with, for the log.
func (a attempt) failure() string {
	if a.err != nil {
		return a.err.Error()
	}
	return a.outcome.FunctionError
}

func (q *events) runOnce(ctx context.Context, ev event) attempt {
	select {
	case q.slots <- struct{}{}:
		defer func() { <-q.slots }()
		return q.run(ctx, ev)
	case <-ctx.Done():
		return attempt{err: ctx.Err()}
	}
}

// pause waits; it returns false when ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// invokeLater queues an invocation of something that exists.
func (s *Service) invokeLater(ctx context.Context, r reference, request deployed.Invocation) (*lambda.InvokeOutput, error) {
	_, e, err := s.pick(ctx, r)
	if err != nil {
		return nil, err
	}
	e.release()
	if !s.events.add(event{target: r, request: request}) {
		return nil, throttled("CallerRateLimitExceeded")
	}
	return &lambda.InvokeOutput{StatusCode: http.StatusAccepted}, nil
}

// runEvent runs an event once, on the version that is due now.
func (s *Service) runEvent(ctx context.Context, ev event) attempt {
	e, outcome, err := s.run(ctx, ev.target, ev.request)
	if err != nil {
		return attempt{err: err}
	}
	return attempt{version: e.function.Version, outcome: outcome}
}
