package lambdarunner

import (
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// setProcessAttributes puts the process into its own group and has the kernel
// kill it when the thread that started it ends.
func setProcessAttributes(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// starter starts all processes on one OS thread. The parent-death signal comes
// when the starting *thread* ends, and Go ends idle threads as it likes.
type starter struct {
	requests chan startRequest
	done     sync.WaitGroup
	// mountErr is why processes get no /tmp of their own; nil when they do.
	mountErr error
}

type startRequest struct {
	cmd    *exec.Cmd
	tmp    *privateTmp
	result chan<- error
}

func newStarter(logger *slog.Logger, privateTmp bool) *starter {
	s := &starter{requests: make(chan startRequest)}
	ready := make(chan struct{})
	s.done.Go(func() { s.run(ready, privateTmp) })
	<-ready
	if privateTmp && s.mountErr != nil {
		logger.Warn("functions share the /tmp of this machine: a private one needs root with CAP_SYS_ADMIN", "error", s.mountErr)
	}
	return s
}

func (s *starter) run(ready chan<- struct{}, privateTmp bool) {
	// Never unlocked: the thread ends with this goroutine.
	runtime.LockOSThread()
	if s.mountErr = errNoMounts; privateTmp {
		s.mountErr = leaveMounts()
	}
	close(ready)
	for r := range s.requests {
		if r.tmp != nil {
			r.result <- startWith(r.cmd, r.tmp)
		} else {
			r.result <- r.cmd.Start()
		}
	}
}

var errNoMounts = errors.New("not asked for")

// canMount tells whether processes can have a /tmp of their own.
func (s *starter) canMount() bool { return s.mountErr == nil }

func (s *starter) start(cmd *exec.Cmd, tmp *privateTmp) error {
	result := make(chan error, 1)
	s.requests <- startRequest{cmd, tmp, result}
	return <-result
}

func (s *starter) close() error {
	close(s.requests)
	s.done.Wait()
	return nil
}

// awaitExit returns when the process has ended, without reaping it.
func awaitExit(p *os.Process) {
	for {
		err := unix.Waitid(unix.P_PID, p.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return
		}
	}
}
