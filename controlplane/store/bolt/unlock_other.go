//go:build windows || plan9 || solaris || aix || android

package bolt

import "os"

// unlock does nothing: here closing the file lets go of its locks.
func unlock(*os.File) {}
