//go:build !unix

package lambdarunner

// run reads the pipe until its last writer is gone or the log is closed.
func (l *functionLog) run() {
	buffer := make([]byte, 16<<10)
	for {
		n, err := l.pipe.Read(buffer)
		l.mu.Lock()
		l.addLocked(buffer[:n])
		l.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// drain does nothing: pipes cannot be polled here, so lines printed just before
// an answer may come too late for the tail of their invocation.
func (l *functionLog) drain() {}
