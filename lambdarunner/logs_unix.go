//go:build unix

package lambdarunner

import (
	"errors"
	"syscall"
)

// run reads the pipe until its last writer is gone or the log is closed.
func (l *functionLog) run() {
	// An error means that the pipe was closed: nothing is left to read.
	_ = l.raw.Read(func(fd uintptr) bool {
		return l.readAvailable(int(fd), -1)
	})
}

// drain reads what is in the pipe now.
func (l *functionLog) drain() {
	// Control, unlike Read, does not wait for run, which is parked in Read.
	_ = l.raw.Control(func(fd uintptr) {
		l.readAvailable(int(fd), maxDrainBytes)
	})
}

// readAvailable reads until the pipe is empty or limit bytes are read (negative:
// no limit), and tells whether the pipe has come to its end.
func (l *functionLog) readAvailable(fd, limit int) (end bool) {
	for limit != 0 {
		n, end, again := l.readOnce(fd, limit)
		if end || again {
			return end
		}
		if limit > 0 {
			limit -= n
		}
	}
	return false
}

// readOnce is one read under the lock, so that lines stay in order and the lock
// is free between reads, however much the function prints.
func (l *functionLog) readOnce(fd, limit int) (n int, end, again bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	buffer := l.buffer
	if limit > 0 && limit < len(buffer) {
		buffer = buffer[:limit]
	}
	for {
		n, err := syscall.Read(fd, buffer)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EAGAIN):
			return 0, false, true
		case err != nil || n <= 0:
			return 0, true, false
		}
		l.addLocked(buffer[:n])
		return n, false, false
	}
}
