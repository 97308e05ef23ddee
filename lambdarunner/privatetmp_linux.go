package lambdarunner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// The thread that starts all processes has a mount namespace of its own, where the
// emulator may make one (as root with CAP_SYS_ADMIN). There it mounts a process's /tmp, has
// the process take a copy of the namespace along, and takes the mount away again: nothing
// runs between fork and exec, the machine sees no mount, and the last one goes with the
// process.

// leaveMounts gives the calling thread a mount namespace, and tries it.
func leaveMounts() error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	// What the machine mounts later is seen here, but nothing goes the other way.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	undo, err := (&privateTmp{sizeMiB: 1}).mount()
	if err != nil {
		return err
	}
	return undo()
}

// mount puts the /tmp in place for the calling thread; undo takes it away.
func (t *privateTmp) mount() (undo func() error, err error) {
	shared, err := t.open()
	defer func() {
		for _, fd := range shared {
			err = errors.Join(err, unix.Close(fd))
		}
	}()
	if err != nil {
		return nil, err
	}
	options := "mode=1777,size=" + strconv.Itoa(t.sizeMiB) + "m"
	if err := unix.Mount("tmpfs", tmpRoot, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		return nil, fmt.Errorf("mount %s: %w", tmpRoot, err)
	}
	undo = func() error { return unix.Unmount(tmpRoot, unix.MNT_DETACH) }
	for path, fd := range shared {
		if err := bind(fd, path); err != nil {
			return nil, errors.Join(fmt.Errorf("bind %s: %w", path, err), undo())
		}
	}
	return undo, nil
}

// open opens what is shared, before the mount hides it. What does not exist is left out.
func (t *privateTmp) open() (map[string]int, error) {
	fds := map[string]int{}
	for _, path := range t.shared {
		fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fds, &os.PathError{Op: "open", Path: path, Err: err}
		}
		fds[path] = fd
	}
	return fds, nil
}

// bind shows what a descriptor stands for at a path of the new /tmp.
func bind(fd int, path string) error {
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return err
	}
	if stat.Mode&unix.S_IFMT == unix.S_IFDIR {
		if err := os.Mkdir(path, 0o700); err != nil {
			return err
		}
	} else if err := os.WriteFile(path, nil, 0o600); err != nil {
		return err
	}
	return unix.Mount(filepath.Join("/proc/self/fd", strconv.Itoa(fd)), path, "", unix.MS_BIND|unix.MS_REC, "")
}

// startWith starts a process with a /tmp of its own. It runs on the starter's thread.
func startWith(cmd *exec.Cmd, tmp *privateTmp) error {
	undo, err := tmp.mount()
	if err != nil {
		return err
	}
	cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWNS
	err = cmd.Start()
	if undoErr := undo(); undoErr != nil {
		if err == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
		err = errors.Join(err, undoErr)
	}
	return err
}
