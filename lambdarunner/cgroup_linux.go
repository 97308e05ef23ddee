package lambdarunner

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	cgroupRoot = "/sys/fs/cgroup"
	// maxProcesses is AWS's limit of processes and threads of an environment.
	maxProcesses = 1024
	// cgroupGrace is how long processes that were killed may take to be gone.
	cgroupGrace = 2 * time.Second
)

// cgroups is a control group (version 2) of a runner's own, with one below it for each
// process of a function: there the kernel keeps the limit of memory, and kills whatever the
// process started with it.
type cgroups struct{ dir string }

// openCgroups makes a control group in the nearest one, from the emulator's own upwards, that
// lets us. That is so for root where systemd or nobody else manages the groups, and for
// users in groups that systemd has delegated to them, for instance those of a desktop session.
func openCgroups() (*cgroups, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(cgroupRoot, &stat); err != nil {
		return nil, &os.PathError{Op: "statfs", Path: cgroupRoot, Err: err}
	}
	if stat.Type != unix.CGROUP2_SUPER_MAGIC {
		return nil, errors.New("the machine has no control groups of version 2")
	}
	own, err := ownCgroup()
	if err != nil {
		return nil, err
	}
	for parent := filepath.Join(cgroupRoot, own); ; parent = filepath.Dir(parent) {
		c, openErr := openCgroupsIn(parent)
		if openErr == nil {
			return c, nil
		}
		err = errors.Join(err, openErr)
		if len(parent) <= len(cgroupRoot) {
			return nil, err
		}
	}
}

// ownCgroup is the group of this process below the root that it sees.
func ownCgroup() (string, error) {
	const file = "/proc/self/cgroup"
	groups, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(groups)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok && !strings.HasPrefix(path, "/..") {
			return path, nil
		}
	}
	return "", errors.New(file + " names no group of version 2")
}

func openCgroupsIn(parent string) (_ *cgroups, err error) {
	// Processes get from the emulator's group into the new one only with this right.
	procs, err := os.OpenFile(filepath.Join(parent, "cgroup.procs"), os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(procs.Close(), delegate(parent)); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(parent, "stagedoor-"+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return nil, err
	}
	c := &cgroups{dir: dir}
	err = delegate(dir)
	if err == nil {
		var trial *cgroup
		if trial, err = c.make(1); err == nil {
			err = trial.remove()
		}
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// delegate lets the groups below a group have limits.
func delegate(dir string) error {
	file := filepath.Join(dir, "cgroup.subtree_control")
	controllers, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !bytes.Contains(controllers, []byte("pids")) {
		// Without it nothing but the number of processes is unlimited.
		_ = os.WriteFile(file, []byte("+pids"), 0)
	}
	if bytes.Contains(controllers, []byte("memory")) {
		return nil
	}
	return os.WriteFile(file, []byte("+memory"), 0)
}

// close removes the group. No process may be in it.
func (c *cgroups) close() error {
	if c == nil {
		return nil
	}
	return removeGroup(c.dir)
}

// path is the directory of the group, empty for none.
func (c *cgroups) path() string {
	if c == nil {
		return ""
	}
	return c.dir
}

// cgroup is the control group of one process and all that it starts.
type cgroup struct{ dir *os.File }

// limited makes the group for a process; nil without control groups and for no limit.
func (c *cgroups) limited(limitMiB int64) (*cgroup, error) {
	if c == nil || limitMiB <= 0 {
		return nil, nil //nolint:nilnil // there is none, and that is no error
	}
	return c.make(limitMiB)
}

func (c *cgroups) make(limitMiB int64) (_ *cgroup, err error) {
	dir, err := os.MkdirTemp(c.dir, "environment-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(dir))
		}
	}()
	set := func(name string, value int64) error {
		return os.WriteFile(filepath.Join(dir, name), strconv.AppendInt(nil, value, 10), 0)
	}
	// A runtime whose child was killed for want of memory is of no use.
	if err := errors.Join(set("memory.max", limitMiB<<20), set("memory.oom.group", 1)); err != nil {
		return nil, err
	}
	for name, value := range map[string]int64{"memory.swap.max": 0, "pids.max": maxProcesses} {
		if err := set(name, value); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	open, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	return &cgroup{dir: open}, nil
}

// adopt has a command start in the group.
func (g *cgroup) adopt(cmd *exec.Cmd) {
	if g != nil {
		cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(g.dir.Fd())
	}
}

// kill kills everything in the group; before Linux 5.14 it does nothing.
func (g *cgroup) kill() {
	if g != nil {
		_ = os.WriteFile(filepath.Join(g.dir.Name(), "cgroup.kill"), []byte("1"), 0)
	}
}

// outOfMemory tells whether the kernel killed it for its use of memory.
func (g *cgroup) outOfMemory() bool {
	if g == nil {
		return false
	}
	events, err := os.ReadFile(filepath.Join(g.dir.Name(), "memory.events"))
	if err != nil {
		return false
	}
	for line := range bytes.Lines(events) {
		if count, ok := bytes.CutPrefix(line, []byte("oom_kill ")); ok {
			return string(bytes.TrimSpace(count)) != "0"
		}
	}
	return false
}

// remove kills what is left in the group and removes it.
func (g *cgroup) remove() error {
	if g == nil {
		return nil
	}
	g.kill()
	return errors.Join(removeGroup(g.dir.Name()), g.dir.Close())
}

// removeGroup removes a group as soon as its last process is gone.
func removeGroup(dir string) error {
	for wait := time.Millisecond; ; wait *= 2 {
		err := os.Remove(dir)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if !errors.Is(err, unix.EBUSY) || wait > cgroupGrace/2 {
			return fmt.Errorf("remove control group: %w", err)
		}
		<-time.After(wait)
	}
}
