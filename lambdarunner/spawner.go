package lambdarunner

import (
	"errors"
	"log/slog"
	"os/exec"
)

// spawner starts the function processes and makes sure that none outlives the
// emulator, however it dies. Two things see to that: on Linux the kernel kills
// the process itself (parent-death signal), and on every Unix a watchdog, a
// tiny shell process, kills the whole group when the emulator's end of its pipe
// is closed, which the kernel does even after SIGKILL.
type spawner struct {
	starter  *starter
	watchdog *watchdog
}

func newSpawner(logger *slog.Logger, dir string, files Files) *spawner {
	return &spawner{starter: newStarter(logger, dir, files), watchdog: &watchdog{logger: logger}}
}

// start starts cmd as the leader of a process group of its own, with files of its own unless
// these are nil.
func (s *spawner) start(cmd *exec.Cmd, files *filesystem) error {
	s.watchdog.open(s.starter)
	if err := s.starter.start(cmd, files); err != nil {
		return err
	}
	s.watchdog.add(cmd.Process.Pid)
	return nil
}

// ended says that a process and its group are gone.
func (s *spawner) ended(pid int) { s.watchdog.remove(pid) }

// close ends the watchdog. No process may be running.
func (s *spawner) close() error {
	return errors.Join(s.watchdog.close(), s.starter.close())
}
