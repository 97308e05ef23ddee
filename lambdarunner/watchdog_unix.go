//go:build unix

package lambdarunner

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
)

// killGroup kills a process and all its children that stayed in its group. The
// process must not have been reaped.
func killGroup(p *os.Process) {
	// ESRCH is the only error to expect: everybody is gone.
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL)
}

// watchdogScript keeps the list of process groups that it is told, "+ 123" and
// "- 123", and kills what is left of them when its input ends. Its argument is the control
// group of all processes, or empty.
const watchdogScript = `trap '' HUP INT TERM PIPE
groups=' '
while read -r op group; do
  case $op in
  +) groups="$groups$group " ;;
  -) case $groups in *" $group "*) groups="${groups%% $group *} ${groups#* $group }" ;; esac ;;
  esac
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
[ -d "$1" ] || exit 0
echo 1 >"$1/cgroup.kill"
for i in 1 2 3 4 5 6 7 8 9 10; do
  rmdir "$1"/*/ "$1" && exit 0
  sleep 0.1
done 2>/dev/null
`

// watchdog is a shell in a group of its own that outlives the emulator for the
// moment it takes to kill the function processes.
type watchdog struct {
	logger *slog.Logger

	mu     sync.Mutex // guards the fields below
	opened bool
	cmd    *exec.Cmd
	pipe   io.WriteCloser // nil when there is no watchdog
}

// open starts the watchdog at the first call. Without a shell there is none.
func (w *watchdog) open(s *starter, group string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.opened {
		return
	}
	w.opened = true
	cmd := exec.Command("/bin/sh", "-c", watchdogScript, "watchdog", group) //nolint:noctx // it is to outlive us
	cmd.Dir = "/"
	cmd.Env = []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	pipe, err := cmd.StdinPipe()
	if err == nil {
		err = s.start(cmd, nil)
	}
	if err != nil {
		w.logger.Warn("no watchdog: children of functions may outlive a killed emulator", "error", err)
		return
	}
	w.cmd, w.pipe = cmd, pipe
}

func (w *watchdog) add(pid int) { w.tell("+ " + strconv.Itoa(pid) + "\n") }

func (w *watchdog) remove(pid int) { w.tell("- " + strconv.Itoa(pid) + "\n") }

func (w *watchdog) tell(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pipe == nil {
		return
	}
	if _, err := io.WriteString(w.pipe, line); err != nil {
		w.logger.Warn("watchdog is gone: children of functions may outlive a killed emulator", "error", err)
		_ = w.pipe.Close()
		w.pipe = nil
	}
}

// close ends the watchdog and waits for it.
func (w *watchdog) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cmd == nil {
		return nil
	}
	var err error
	if w.pipe != nil {
		err = w.pipe.Close()
	}
	waitErr := w.cmd.Wait()
	if _, ok := errors.AsType[*exec.ExitError](waitErr); ok {
		waitErr = nil // the status is that of the last kill; nothing was left to kill
	}
	w.cmd, w.pipe = nil, nil
	return errors.Join(err, waitErr)
}
