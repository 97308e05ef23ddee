package lambdarunner

import (
	"errors"
	"log/slog"
	"os/exec"
	"sync"
)

// spawner starts the function processes and makes sure that none outlives the
// emulator, however it dies. Two things see to that: on Linux the kernel kills
// the process itself (parent-death signal), and on every Unix a watchdog, a
// tiny shell process, kills the whole group when the emulator's end of its pipe
// is closed, which the kernel does even after SIGKILL.
type spawner struct {
	logger   *slog.Logger
	starter  *starter
	watchdog *watchdog

	openGroups sync.Once
	// groups are the control groups of the processes; nil where there are none.
	groups *cgroups
}

func newSpawner(logger *slog.Logger, dir string, files Files) *spawner {
	return &spawner{logger: logger, starter: newStarter(logger, dir, files), watchdog: &watchdog{logger: logger}}
}

// start starts cmd as the leader of a process group of its own, with files of its own unless
// these are nil.
func (s *spawner) start(cmd *exec.Cmd, files *filesystem) error {
	s.watchdog.open(s.starter, s.cgroups().path())
	if err := s.starter.start(cmd, files); err != nil {
		return err
	}
	s.watchdog.add(cmd.Process.Pid)
	return nil
}

// startFunction starts the process of a function as start does, with AWS's limits. Its control group is nil where
// the limit of memory has to be kept otherwise; zero for no limit.
func (s *spawner) startFunction(cmd *exec.Cmd, limitMiB int64, files *filesystem) (*cgroup, error) {
	if limitMiB > 0 && files != nil && files.tmp != nil {
		limitMiB += int64(files.tmp.sizeMiB)
	}
	group, err := s.cgroups().limited(limitMiB)
	if err != nil {
		s.logger.Warn("a process has no control group", "program", cmd.Path, "error", err)
	}
	group.adopt(cmd)
	if err := s.start(cmd, files); err != nil {
		return nil, errors.Join(err, group.remove())
	}
	if err := limitFiles(cmd.Process.Pid); err != nil {
		s.logger.Debug("a process may open any number of files", "program", cmd.Path, "error", err)
	}
	return group, nil
}

// cgroups returns the control groups of the processes, which the first call makes.
func (s *spawner) cgroups() *cgroups {
	s.openGroups.Do(func() {
		var err error
		if s.groups, err = openCgroups(); err != nil {
			s.logger.Debug("functions have no control groups: their memory is looked at regularly", "error", err)
		}
	})
	return s.groups
}

// ended says that a process and its group are gone.
func (s *spawner) ended(pid int) { s.watchdog.remove(pid) }

// close removes the control groups and ends the watchdog. No process may be running.
func (s *spawner) close() error {
	return errors.Join(s.groups.close(), s.watchdog.close(), s.starter.close())
}
