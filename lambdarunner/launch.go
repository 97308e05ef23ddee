package lambdarunner

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// initErrorGrace is how long a runtime that reported init/error may take to exit.
const initErrorGrace = 500 * time.Millisecond

// connectionGrace is how long after the end of a process its connections are
// read for an answer that was already on its way.
const connectionGrace = 250 * time.Millisecond

// launch starts a process for an invocation. The caller holds a slot in pl. It
// runs in a goroutine that the runner owns.
func (r *Runner) launch(pl *pool, launch launcher, inv *invocation) {
	p, err := r.start(pl, launch, inv.fn, inv)
	if err == nil {
		r.owned.Go(p.supervise)
		return
	}
	r.free(pl)
	f, ok := errors.AsType[*fault](err)
	if !ok {
		r.cfg.Logger.Error("function process did not start", "function", inv.fn.ARN, "request_id", inv.in.RequestID, "error", err)
		inv.fail(fmt.Errorf("start function %s: %w", inv.fn.ARN, err))
		return
	}
	r.cfg.Logger.Warn("function process did not start", "function", inv.fn.ARN, "request_id", inv.in.RequestID, "error", err)
	inv.complete(deployed.Outcome{Payload: f.payload(inv.in.RequestID), FunctionError: unhandled})
}

// start makes the process and what belongs to it, or nothing. Without an invocation
// it is one of those that are kept warm.
func (r *Runner) start(pl *pool, launch launcher, fn *deployed.Function, inv *invocation) (_ *process, err error) {
	at, release, err := r.placeOf(fn)
	if err != nil {
		return nil, err
	}
	cleanup := []func() error{release}
	defer func() {
		if err != nil {
			for _, f := range cleanup {
				err = errors.Join(err, f())
			}
		}
	}()
	scratch, err := os.MkdirTemp(r.runtimes.dir, "tmp-")
	if err != nil {
		return nil, fmt.Errorf("make the directory for temporary files: %w", err)
	}
	cleanup = append(cleanup, func() error { return os.RemoveAll(scratch) })
	at.scratch = scratch
	port := r.cfg.Debug[fn.Name]
	if r.spawner.starter.canMount() {
		at = at.mounted(fn.LocalDir == "" && port == 0) // debuggers know the files of this machine
	}
	command, err := launch.command(r.life, r.runtimes, fn, at)
	if err != nil {
		return nil, err
	}
	if port != 0 {
		if command, err = debugged(r.life, command, fn, port); err != nil {
			return nil, err
		}
	}
	command = wrapped(command, fn, at)
	files := r.files(fn, at, command, port != 0)
	if files != nil && files.tmp != nil {
		at.scratch = ""
	}
	listener, err := (&net.ListenConfig{}).Listen(r.life, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the Runtime API: %w", err)
	}
	cleanup = append(cleanup, listener.Close)
	p := &process{
		runner: r, pool: pl, fn: fn, launch: launch, listener: listener,
		release: func() error { return errors.Join(os.RemoveAll(scratch), release()) }, inv: inv, spawned: r.cfg.Now(), conns: make(map[*apiConn]struct{}),
		provisioned: inv == nil, starting: inv == nil, debugged: port != 0,
	}
	identity := newLogIdentity(fn, p.spawned)
	logs, output, err := newFunctionLog(identity, r.cfg.Logs, r.cfg.Now)
	if err != nil {
		return nil, fmt.Errorf("make log pipe: %w", err)
	}
	cleanup = append(cleanup, logs.close)
	p.logs = logs

	p.cmd = exec.Command(command.path, command.args...) //nolint:noctx // its life is the process's own, supervise ends it
	p.cmd.Dir = at.task
	p.cmd.Env = r.environment(fn, command, at, listener.Addr().String(), identity, inv == nil)
	p.cmd.Stdout, p.cmd.Stderr = output, output
	setProcessAttributes(p.cmd)
	limitMiB := int64(fn.MemorySizeMiB)
	if p.debugged {
		limitMiB = 0
	}
	p.cgroup, err = r.spawner.startFunction(p.cmd, limitMiB, files)
	// What is in a /tmp of its own counts as memory in its control group.
	p.watched = limitMiB > 0 && (p.cgroup == nil || (files != nil && files.tmp != nil))
	closeErr := output.Close()
	if err != nil {
		return nil, startFault(err, at.task)
	}
	if closeErr != nil {
		r.cfg.Logger.Warn("log pipe did not close", "function", fn.ARN, "error", closeErr)
	}
	p.memory.pid = p.cmd.Process.Pid
	p.begin(command.version)
	r.owned.Go(logs.run)
	r.owned.Go(p.accept)
	r.register(p)
	r.compileAhead(fn, at, command)
	return p, nil
}

// begin sets the limit of the init phase: ten seconds for the first try; a
// second try counts against the function's own limit.
func (p *process) begin(runtimeVersion string) {
	p.logs.line(initStart(p.fn, runtimeVersion, p.inv == nil))
	inv := p.inv
	switch {
	case p.debugged && (inv == nil || !inv.retry):
		p.initTimer = time.AfterFunc(debugTimeout, p.initExpired)
		return
	case inv == nil:
		p.initTimer = time.AfterFunc(max(p.runner.cfg.InitTimeout, provisionedInitTimeout), p.initExpired)
		return
	case !inv.retry:
		p.initTimer = time.AfterFunc(p.runner.cfg.InitTimeout, p.initExpired)
		return
	}
	// Never fires by itself: initFailed resets it, when the runtime stays.
	p.initTimer = time.AfterFunc(inv.timeout+time.Hour, p.initExpired)
	p.logs.begin(inv)
	inv.begin(p.spawned, func() { p.timedOut(inv) })
}

// startFault words the failure to start a program that is the function's own
// fault as AWS does, with the path that it has there. Others are the machine's.
func startFault(err error, root string) error {
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.ENOEXEC) {
		return err
	}
	return &fault{Type: "Runtime.InvalidEntrypoint", Reason: strings.ReplaceAll(err.Error(), root, taskRoot)}
}

// register puts the process on the runner's books, where Close finds it. When
// Close has been there already, the process is killed; supervise does the rest.
func (r *Runner) register(p *process) {
	r.mu.Lock()
	r.processes[p] = struct{}{}
	closed := r.closed
	r.mu.Unlock()
	if closed {
		p.stop()
	}
}

// supervise waits for the end of the process, clears up after it and settles
// the invocation it may have left behind.
func (p *process) supervise() {
	awaitExit(p.cmd.Process)
	p.mu.Lock()
	p.reaped = true
	// Children of the function end with it; on Linux the process is not reaped
	// yet, so that the group's id cannot belong to anybody else.
	p.kill()
	p.mu.Unlock()
	waitErr := p.cmd.Wait()
	p.runner.spawner.ended(p.cmd.Process.Pid)
	p.disconnect()

	p.mu.Lock()
	was, inv, failure, initOver := p.state, p.inv, p.initFailure, p.initOver
	outOfMemory := p.outOfMemory || p.cgroup.outOfMemory()
	if outOfMemory {
		p.memory.note(int64(p.fn.MemorySizeMiB))
	}
	p.inv, p.state = nil, stateStopped
	p.initTimer.Stop()
	p.mu.Unlock()

	r := p.runner
	closed := r.life.Err() != nil
	retry := inv != nil && was == stateInit && !inv.retry && !closed
	f := p.exitFault(waitErr)
	if was == stateInit && !closed && (!initOver || failure != nil) {
		p.reportInit(inv != nil && inv.retry, f, failure)
	}
	var tail []byte
	if inv != nil && !retry {
		errorType := f.Type
		switch {
		case failure != nil:
			errorType = failure.errorType
		case outOfMemory:
			errorType = "Runtime.OutOfMemory"
		}
		tail = p.logs.finish(inv, p.report(inv, statusError, errorType)...)
	}
	if err := p.logs.close(); err != nil {
		r.cfg.Logger.Warn("log pipe did not close", "function", p.fn.ARN, "error", err)
	}
	if err := errors.Join(p.cgroup.remove(), p.release()); err != nil {
		r.cfg.Logger.Warn("files of a process could not be removed", "function", p.fn.ARN, "error", err)
	}
	r.gone(p, was == stateAnswered, retry)
	switch {
	case inv == nil:
	case retry:
		inv.retry = true
		r.launch(p.pool, p.launch, inv)
	case closed:
		inv.fail(ErrClosed)
	case failure != nil:
		inv.complete(deployed.Outcome{Payload: failure.payload, FunctionError: unhandled, LogTail: tail})
	default:
		inv.complete(deployed.Outcome{Payload: f.payload(inv.in.RequestID), FunctionError: unhandled, LogTail: tail})
	}
}

// exitFault words the end of the process; waitErr is the result of Wait.
func (p *process) exitFault(waitErr error) *fault {
	if waitErr == nil {
		return &fault{Type: "Runtime.ExitError", Reason: "Runtime exited without providing a reason"}
	}
	return &fault{Type: "Runtime.ExitError", Reason: "Runtime exited with error: " + waitErr.Error()}
}

// reportInit logs that an init came to nothing.
func (p *process) reportInit(retry bool, f *fault, failure *runtimeError) {
	took := p.runner.cfg.Now().Sub(p.spawned)
	phase, errorType := "init", f.Type
	if retry {
		phase = "invoke"
	}
	if failure != nil {
		errorType = failure.errorType
	}
	p.logs.line(p.initReport(took, phase, statusError, errorType))
}

// disconnect ends the Runtime API of the process. Answers that arrived are read
// first: a runtime may exit right after sending one.
func (p *process) disconnect() {
	if err := p.listener.Close(); err != nil {
		p.runner.cfg.Logger.Warn("runtime API listener did not close", "function", p.fn.ARN, "error", err)
	}
	p.mu.Lock()
	for c := range p.conns {
		c.expire(connectionGrace)
	}
	p.mu.Unlock()
	p.connected.Wait()
}
