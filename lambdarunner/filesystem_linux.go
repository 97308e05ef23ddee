package lambdarunner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// The thread that starts all processes has a mount namespace of its own, where the
// emulator may make one (as root with CAP_SYS_ADMIN). There it mounts what a process is to
// see, has the process take a copy of the namespace along, and takes the mounts away again:
// nothing runs between fork and exec, the machine sees no mount, and the last one goes with
// the process.

// mountPointSize is the size of filesystems that hold nothing but mount points.
const mountPointSize = "size=1m"

// leaveMounts gives the calling thread a mount namespace with places for /var/task and
// /var/runtime and tries it. aside is an empty directory to make mounts in. With readOnly
// nobody can write to any file that is there now.
func leaveMounts(aside string, readOnly bool) error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	// What the machine mounts later is seen here, but nothing goes the other way.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := makePlaces(aside); err != nil {
		return err
	}
	if readOnly {
		if err := setReadOnly("/", true); err != nil {
			return err
		}
	}
	undo, err := (&filesystem{task: aside, layers: aside, runtime: aside, tmp: &privateTmp{sizeMiB: 1}, aside: aside}).mount()
	if err != nil {
		return err
	}
	return undo()
}

// makePlaces makes the directories of AWS's that this machine does not have, in this
// namespace alone.
func makePlaces(aside string) error {
	var missing []string
	for _, dir := range []string{taskRoot, runtimeRoot} {
		if !exists(dir) {
			missing = append(missing, filepath.Base(dir))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	parent := filepath.Dir(taskRoot)
	return mountAt(parent, aside, mountPointSize+",mode=755", func(aside string) error {
		err := shareAll(parent, aside)
		for _, name := range missing {
			err = errors.Join(err, os.Mkdir(filepath.Join(aside, name), 0o755)) //nolint:gosec // as on AWS: others read it, too
		}
		return err
	})
}

// mount puts all in place for the calling thread; undo takes it away.
func (f *filesystem) mount() (undo func() error, err error) {
	var mounted []string
	undo = func() error {
		var err error
		for _, path := range slices.Backward(mounted) {
			err = errors.Join(err, unix.Unmount(path, unix.MNT_DETACH))
		}
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, undo())
		}
	}()
	bind := func(from, at string, readOnly bool) error {
		if err := bindMount(from, at); err != nil {
			return err
		}
		mounted = append(mounted, at)
		if !readOnly && !f.isPrivate {
			return nil // it is as on the machine
		}
		return setReadOnly(at, readOnly)
	}
	if err := bind(f.task, taskRoot, !f.taskWritable); err != nil {
		return nil, err
	}
	if f.isPrivate && f.taskWritable { // its own path is where it runs
		if err := bind(f.task, f.task, false); err != nil {
			return nil, err
		}
	}
	if f.runtime != "" {
		if err := bind(f.runtime, runtimeRoot, true); err != nil {
			return nil, err
		}
	}
	if f.layers != "" {
		if err := mountAt(optRoot, f.aside, mountPointSize+",mode=755", func(aside string) error {
			return errors.Join(shareAll(f.layers, aside), shareAll(optRoot, aside), setReadOnly(aside, true))
		}); err != nil {
			return nil, err
		}
		mounted = append(mounted, optRoot)
	}
	if f.isPrivate && f.tmp == nil {
		if err := bind(tmpRoot, tmpRoot, false); err != nil {
			return nil, err
		}
	}
	if f.tmp != nil {
		if err := mountAt(tmpRoot, f.aside, "mode=1777,size="+strconv.Itoa(f.tmp.sizeMiB)+"m", f.tmp.share); err != nil {
			return nil, err
		}
		mounted = append(mounted, tmpRoot)
	}
	return undo, nil
}

// share shows the shared entries of the machine's /tmp in a directory.
func (t *privateTmp) share(in string) error {
	for _, path := range t.shared {
		at := filepath.Join(in, filepath.Base(path))
		err := share(path, at)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if info, err := os.Lstat(at); err != nil || info.Mode().Type() == fs.ModeSymlink {
			continue
		}
		if err := setReadOnly(at, false); err != nil {
			return err
		}
	}
	return nil
}

// mountAt mounts a filesystem in memory at path. It is filled aside, while what it will
// hide can be seen.
func mountAt(path, aside, options string, fill func(aside string) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("mount %s: %w", path, err)
		}
	}()
	if err := unix.Mount("tmpfs", aside, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		return err
	}
	if err := fill(aside); err != nil {
		return errors.Join(err, unix.Unmount(aside, unix.MNT_DETACH))
	}
	if err := unix.Mount(aside, path, "", unix.MS_MOVE, ""); err != nil {
		return errors.Join(err, unix.Unmount(aside, unix.MNT_DETACH))
	}
	return nil
}

// shareAll shows the entries of a directory in another one that has none of the same
// name.
func shareAll(dir, in string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		err := share(filepath.Join(dir, e.Name()), filepath.Join(in, e.Name()))
		if err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// share shows a directory or a file at a path where nothing is.
func share(from, at string) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	switch info.Mode().Type() {
	case fs.ModeSymlink:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, at)
	case fs.ModeDir:
		err = os.Mkdir(at, 0o700)
	default:
		var file *os.File
		if file, err = os.OpenFile(at, os.O_CREATE|os.O_EXCL, 0o600); err == nil {
			err = file.Close()
		}
	}
	if err != nil {
		return err
	}
	return bindMount(from, at)
}

// bindMount shows a directory or a file, and what is mounted below it, at another path.
func bindMount(from, at string) error {
	return os.NewSyscallError("mount "+from+" at "+at, unix.Mount(from, at, "", unix.MS_BIND|unix.MS_REC, ""))
}

// setReadOnly forbids or allows all writing at a mount and those below it.
func setReadOnly(path string, readOnly bool) error {
	attributes := unix.MountAttr{Attr_clr: unix.MOUNT_ATTR_RDONLY}
	if readOnly {
		attributes = unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	}
	err := unix.MountSetattr(unix.AT_FDCWD, path, unix.AT_RECURSIVE, &attributes)
	if errors.Is(err, unix.ENOSYS) {
		return nil // before Linux 5.12 all stays writable
	}
	return os.NewSyscallError("mount_setattr "+path, err)
}

// startWith starts a process with files of its own. It runs on the starter's thread.
func startWith(cmd *exec.Cmd, files *filesystem) error {
	undo, err := files.mount()
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
