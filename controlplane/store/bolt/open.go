package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// Errors that Open wraps, together with the path and the cause.
var (
	// ErrLocked says that another process has the file open.
	ErrLocked = errors.New("in use by another process")
	// ErrCorrupt says that the file is damaged or is no bbolt file.
	ErrCorrupt = errors.New("damaged, or not a Stagedoor store")
	// ErrUnreadable says that the file cannot be opened for reading and writing.
	ErrUnreadable = errors.New("cannot be opened")
	// ErrVersion says that the file was written by another version of Stagedoor, in
	// a layout that this one does not know, or by another program.
	ErrVersion = errors.New("layout not known to this version of Stagedoor")
)

// DefaultLockTimeout is how long Open waits for another process to let go of the
// file: enough for one that is just exiting.
const DefaultLockTimeout = 500 * time.Millisecond

// growBytes is by how much the file grows at a time. It starts out as large, and
// bbolt's 16 MiB would be a lot for the few APIs that most people have.
const growBytes = 1 << 20

// Options configures Open. The zero value means the defaults.
type Options struct {
	// LockTimeout is how long to wait for another process that has the file open;
	// 0 means DefaultLockTimeout.
	LockTimeout time.Duration
}

// Open opens the store in the file at path and creates the file if there is none;
// its folder must exist. The whole file is read once, to find damage now rather
// than later. Errors wrap [ErrLocked], [ErrCorrupt], [ErrUnreadable] or
// [ErrVersion] and name the path.
func Open(path string, opts Options) (store.Store, error) {
	if opts.LockTimeout <= 0 {
		opts.LockTimeout = DefaultLockTimeout
	}
	db, err := open(path, opts)
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", path, err)
	}
	return &Store{db: db}, nil
}

func open(path string, opts Options) (*bbolt.DB, error) {
	info, err := os.Stat(path)
	created := errors.Is(err, fs.ErrNotExist)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: not a regular file", ErrUnreadable)
	}
	db, err := openDB(path, opts)
	if err != nil {
		return nil, err
	}
	err = guard(func() error {
		if err := checkLayout(db); err != nil {
			return err
		}
		return checkPages(db)
	})
	if err == nil && created {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func openDB(path string, opts Options) (*bbolt.DB, error) {
	var file *os.File
	options := &bbolt.Options{
		Timeout:         opts.LockTimeout,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: initialMapBytes(),
		NoStatistics:    true,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			var err error
			file, err = os.OpenFile(name, flag, mode)
			return file, err
		},
	}
	var db *bbolt.DB
	panicked := true
	err := guard(func() (err error) {
		db, err = bbolt.Open(path, 0o600, options)
		panicked = false
		return err
	})
	if panicked && file != nil { // bbolt has left it open, and locked
		unlock(file)
		_ = file.Close()
	}
	if err != nil {
		return nil, classify(err)
	}
	db.AllocSize = growBytes
	return db, nil
}

// classify adds to an error of bbolt.Open the one of ours that it amounts to.
func classify(err error) error {
	if errors.Is(err, ErrCorrupt) {
		return err
	}
	if errors.Is(err, bbolterrors.ErrTimeout) {
		return ErrLocked
	}
	// What the operating system refused is an errno; the rest is what bbolt found.
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return fmt.Errorf("%w: %w", ErrUnreadable, errno)
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}

// guard turns a panic of fn, bbolt's answer to a damaged page, into an error. So
// it does with a fault on a mapped page that the file is too short for.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrCorrupt, r)
		}
	}()
	return fn()
}

// initialMapBytes is how much address space to map from the start. Growing the
// map waits for every View to end, so one is mapped that the file hardly ever
// outgrows. On Windows the file itself would be made that large.
func initialMapBytes() int {
	if runtime.GOOS == "windows" || strconv.IntSize < 64 {
		return 0
	}
	return 1 << 30
}

// syncFolder makes the name of a new file durable.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil // has no such call
	}
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return errors.Join(folder.Sync(), folder.Close())
}
