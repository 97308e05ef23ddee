package lambdarunner

import (
	"net"
	"os/exec"
	"sync"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// state is where a process stands in the life of a Lambda execution environment.
//
//	initialising -> idle -> invoking -> answered -> idle ...    any -> stopped
type state int

const (
	// stateInit: started, has not asked for an invocation yet.
	stateInit state = iota
	// stateIdle: its next call is waiting for an answer.
	stateIdle
	// stateInvoking: has an event and owes the response.
	stateInvoking
	// stateAnswered: has responded, not yet asked for next.
	stateAnswered
	// stateStopped: killed for a timeout, or gone.
	stateStopped
)

// process is a running function process and the Runtime API that it talks to.
type process struct {
	runner *Runner
	pool   *pool
	fn     *deployed.Function
	launch launcher

	cmd      *exec.Cmd
	listener net.Listener
	logs     *functionLog
	memory   memoryGauge
	// cgroup keeps the limit of memory, nil for none; watched says that watchMemory does.
	cgroup  *cgroup
	watched bool
	spawned time.Time
	// release gives up the files that only this process needed.
	release func() error
	// debugged says that a debugger may be at work: no limit applies.
	debugged bool
	// connected counts the goroutines that serve its connections.
	connected sync.WaitGroup

	// idleSince and unused are guarded by Runner.mu; unused says that the process
	// is being stopped after having been idle.
	idleSince time.Time
	unused    bool
	// provisioned says that it is kept warm, starting that it is so and has not been
	// ready yet; they are guarded by Runner.mu too.
	provisioned, starting bool

	// mu guards the fields below. Runner.mu and the log's lock may be taken while
	// it is held.
	mu    sync.Mutex
	state state
	// inv is the invocation attached: during init it waits for the first next,
	// later it is the one being run.
	inv *invocation
	// lastID is the request id of the invocation answered last.
	lastID string
	// waiting is the connection whose next is unanswered.
	waiting *apiConn
	conns   map[*apiConn]struct{}
	// initFailure is what the runtime reported to init/error.
	initFailure *runtimeError
	// initOver says that the init phase was given up: a late next changes nothing.
	initOver  bool
	initTimer *time.Timer
	// outOfMemory says that it was ended for that.
	outOfMemory bool
	// reaped says that the process id is no longer ours to signal.
	reaped bool
}

// runtimeError is an error object as a runtime reported it.
type runtimeError struct {
	errorType string
	payload   []byte
}

// attach gives an idle process its next invocation. It reports false when the
// process has ended meanwhile.
func (p *process) attach(inv *invocation) bool {
	p.mu.Lock()
	if p.state != stateIdle || p.waiting == nil {
		lost := p.state == stateIdle // its connection broke: it cannot be reached
		p.mu.Unlock()
		if lost {
			p.stop()
		}
		return false
	}
	p.inv = inv
	c := p.deliverLocked()
	p.mu.Unlock()

	if len(inv.in.Payload) <= maxInlineEvent {
		c.writeEvent(inv)
		return true
	}
	// A large event waits for the function to read it, the caller need not.
	p.runner.goOwned(func() { c.writeEvent(inv) }, func() {})
	return true
}

// deliverLocked moves the process to invoking and returns the connection to
// which the event is to be written once the lock is released.
func (p *process) deliverLocked() *apiConn {
	inv, c := p.inv, p.waiting
	p.waiting = nil
	p.state = stateInvoking
	now := p.runner.cfg.Now()
	if inv.in.TraceID == "" {
		inv.in.TraceID = newTraceID(now)
	}
	if !inv.retry {
		p.logs.begin(inv)
	}
	inv.begin(now, func() { p.timedOut(inv) })
	return c
}

// next is called when a connection asks for an invocation.
func (p *process) next(c *apiConn) error {
	p.mu.Lock()
	was := p.state
	switch was {
	case stateInvoking, stateStopped:
		p.mu.Unlock()
		return errTransition
	case stateIdle:
		// The former connection may be dead without our knowing: the last one that
		// asks is served.
		p.waiting = c
		p.mu.Unlock()
		return nil
	case stateInit, stateAnswered:
	}
	if p.initFailure != nil || p.initOver {
		p.mu.Unlock()
		return errTransition
	}
	p.waiting = c
	p.state = stateIdle
	if p.inv != nil { // the invocation that it was started for
		p.initTimer.Stop()
		inv := p.inv
		if !inv.retry {
			inv.init = p.runner.cfg.Now().Sub(p.spawned)
		}
		c := p.deliverLocked()
		p.mu.Unlock()
		c.writeEvent(inv)
		return nil
	}
	if was == stateInit {
		p.initTimer.Stop()
	}
	p.mu.Unlock()
	p.logs.drain()
	if !p.runner.release(p, was == stateAnswered) {
		p.stop()
	}
	return nil
}

// answer is called with what the runtime sent for an invocation.
func (p *process) answer(requestID string, out deployed.Outcome, failure *fault) error {
	p.mu.Lock()
	switch {
	case p.state == stateInvoking && p.inv.in.RequestID != requestID:
		p.mu.Unlock()
		return errRequestID
	case p.state == stateAnswered && p.lastID != requestID:
		p.mu.Unlock()
		return errRequestID
	case p.state != stateInvoking:
		p.mu.Unlock()
		return errTransition
	}
	inv := p.inv
	p.inv, p.lastID, p.state = nil, requestID, stateAnswered
	inv.stopTimer()
	p.mu.Unlock()

	status, errorType := statusSuccess, ""
	if failure != nil {
		out = deployed.Outcome{Payload: failure.payload(requestID), FunctionError: unhandled}
		status, errorType = statusError, failure.Type
	}
	out.LogTail = p.logs.finish(inv, p.report(inv, status, errorType)...)
	// Before the caller knows, so that its next invocation waits for this process.
	p.runner.answered(p)
	inv.complete(out)
	return nil
}

// initFailed is called when the runtime reports that it could not initialise.
func (p *process) initFailed(e *runtimeError) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state != stateInit || p.initFailure != nil {
		return errTransition
	}
	p.initFailure = e
	// It should exit now; one that stays is ended.
	p.initTimer.Reset(initErrorGrace)
	return nil
}

// initExpired ends a process whose init took too long or that failed and stayed.
func (p *process) initExpired() {
	p.mu.Lock()
	expired := p.state == stateInit
	p.initOver = expired
	failed := p.initFailure != nil
	p.mu.Unlock()
	if !expired {
		return
	}
	if !failed {
		p.logs.line(p.initReport(p.runner.cfg.Now().Sub(p.spawned), "init", statusTimeout, ""))
	}
	p.stop()
}

// timedOut ends a process that overran the time limit of an invocation.
func (p *process) timedOut(inv *invocation) {
	p.mu.Lock()
	if p.inv != inv {
		p.mu.Unlock()
		return
	}
	initialising := p.state == stateInit
	p.inv, p.state = nil, stateStopped
	p.mu.Unlock()

	f := timeoutFault(inv.timeout)
	if initialising {
		p.logs.line(p.initReport(p.runner.cfg.Now().Sub(p.spawned), "invoke", statusTimeout, ""))
	}
	now := p.runner.cfg.Now().UTC().Format(logTimeFormat)
	lines := append([]systemLine{{text: now + " " + inv.in.RequestID + " " + f.Reason}, {}}, p.report(inv, statusTimeout, "")...)
	tail := p.logs.finish(inv, lines...)
	p.stop()
	inv.complete(deployed.Outcome{Payload: f.payload(inv.in.RequestID), FunctionError: unhandled, LogTail: tail})
}

// stop kills the process and its group. It does not wait; supervise does.
func (p *process) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.reaped {
		p.kill()
	}
}

// kill kills the process and what it started. The process must not have been waited for.
func (p *process) kill() {
	killGroup(p.cmd.Process)
	p.cgroup.kill()
}
