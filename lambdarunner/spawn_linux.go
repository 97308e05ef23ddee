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
	// mountErr is why processes see the machine's files alone; nil when they can have their
	// own at AWS's paths.
	mountErr error
}

type startRequest struct {
	cmd    *exec.Cmd
	files  *filesystem
	result chan<- error
}

// newStarter makes a starter; dir is a directory for its mounts.
func newStarter(logger *slog.Logger, dir string, files Files) *starter {
	s := &starter{requests: make(chan startRequest)}
	if s.mountErr = errNoMounts; files != FilesMachine {
		s.mountErr = s.openWithMounts(dir, files == FilesPrivate)
	}
	if s.mountErr != nil {
		// On another thread: the first may have got halfway.
		_ = s.open(func() error { return nil })
	}
	switch {
	case s.mountErr == nil || files == FilesMachine:
	case files == FilesPrivate:
		logger.Warn("functions see the files of this machine: private ones need root with CAP_SYS_ADMIN", "error", s.mountErr)
	default:
		logger.Debug("functions do not have their code at /var/task: that needs root with CAP_SYS_ADMIN", "error", s.mountErr)
	}
	return s
}

// openWithMounts opens the starter on a thread that can mount.
func (s *starter) openWithMounts(dir string, readOnly bool) error {
	aside, err := os.MkdirTemp(dir, "mounts-")
	if err != nil {
		return err
	}
	return errors.Join(s.open(func() error { return leaveMounts(aside, readOnly) }), os.RemoveAll(aside))
}

// open begins to serve requests on a thread that prepare has prepared, unless that fails.
func (s *starter) open(prepare func() error) error {
	prepared := make(chan error)
	s.done.Go(func() {
		// Never unlocked: the thread ends with this goroutine.
		runtime.LockOSThread()
		err := prepare()
		prepared <- err
		if err == nil {
			s.run()
		}
	})
	return <-prepared
}

func (s *starter) run() {
	for r := range s.requests {
		if r.files != nil {
			r.result <- startWith(r.cmd, r.files)
		} else {
			r.result <- r.cmd.Start()
		}
	}
}

var errNoMounts = errors.New("not asked for")

// canMount tells whether processes can have files of their own at AWS's paths.
func (s *starter) canMount() bool { return s.mountErr == nil }

func (s *starter) start(cmd *exec.Cmd, files *filesystem) error {
	result := make(chan error, 1)
	s.requests <- startRequest{cmd, files, result}
	return <-result
}

func (s *starter) close() error {
	close(s.requests)
	s.done.Wait()
	return nil
}

// maxOpenFiles is AWS's limit of file descriptors of an environment.
const maxOpenFiles = 1024

// limitFiles sets the limit of open files of a process that has just started.
func limitFiles(pid int) error {
	limit := unix.Rlimit{Cur: maxOpenFiles, Max: maxOpenFiles}
	return os.NewSyscallError("prlimit", unix.Prlimit(pid, unix.RLIMIT_NOFILE, &limit, nil))
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
