package lambdarunner

import (
	"errors"
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
}

type startRequest struct {
	cmd    *exec.Cmd
	result chan<- error
}

func newStarter() *starter {
	s := &starter{requests: make(chan startRequest)}
	s.done.Go(s.run)
	return s
}

func (s *starter) run() {
	// Never unlocked: the thread ends with this goroutine.
	runtime.LockOSThread()
	for r := range s.requests {
		r.result <- r.cmd.Start()
	}
}

func (s *starter) start(cmd *exec.Cmd) error {
	result := make(chan error, 1)
	s.requests <- startRequest{cmd, result}
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
