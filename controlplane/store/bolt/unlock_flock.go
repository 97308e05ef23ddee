//go:build !windows && !plan9 && !solaris && !aix && !android

package bolt

import (
	"os"
	"syscall"
)

// unlock lets go of the lock on file. Closing the file does not where bbolt locks
// with flock, since the memory map that it leaves behind keeps the file open.
func unlock(file *os.File) {
	_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN)
}
