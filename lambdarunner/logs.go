package lambdarunner

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

const (
	// maxLineBytes is the size of a log event; a longer line is split.
	maxLineBytes = 256 << 10
	// maxTailBytes is AWS's limit of the log tail of an invocation.
	maxTailBytes = 4 << 10
	// maxDrainBytes bounds what drain reads: twice what a pipe holds.
	maxDrainBytes = 128 << 10
)

// logIdentity is where the lines of a process go.
type logIdentity struct {
	account, region, function, version, group, stream string
	format                                            systemFormat
}

// newLogIdentity names the log group of the function and a new stream in it.
func newLogIdentity(fn *deployed.Function, now time.Time) logIdentity {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	return logIdentity{
		account:  fn.Account,
		format:   systemFormatOf(fn),
		function: fn.Name,
		version:  fn.Version,
		region:   fn.Region,
		group:    cmp.Or(fn.LogGroup, "/aws/lambda/"+fn.Name),
		stream:   now.UTC().Format("2006/01/02") + "/[" + fn.Version + "]" + hex.EncodeToString(id[:]),
	}
}

// functionLog reads what a process prints, both streams through one pipe so
// that their order is kept, and cuts it into lines.
//
// Reading happens under the lock, in whichever goroutine comes first: run, or
// the one that has the function's answer in hand and wants all that was printed
// before it.
type functionLog struct {
	identity logIdentity
	sink     func(LogLine)
	now      func() time.Time
	pipe     *os.File
	raw      syscall.RawConn

	// mu guards the fields below and the order of lines. It is taken last.
	mu      sync.Mutex
	buffer  []byte
	partial []byte
	// inv is the invocation that the lines belong to; nil between invocations.
	inv    *invocation
	lastID string
}

// newFunctionLog returns the log and the end of its pipe that the process is to
// have as standard output and error.
func newFunctionLog(identity logIdentity, sink func(LogLine), now func() time.Time) (*functionLog, *os.File, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	l := &functionLog{identity: identity, sink: sink, now: now, pipe: read, buffer: make([]byte, 16<<10)}
	if l.raw, err = read.SyscallConn(); err != nil {
		_ = write.Close()
		_ = read.Close()
		return nil, nil, err
	}
	return l, write, nil
}

// begin makes the following lines those of inv and writes its START line. What
// was printed before belongs to the time before.
func (l *functionLog) begin(inv *invocation) {
	l.drain()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inv, l.lastID = inv, inv.in.RequestID
	l.systemLocked(systemLine{
		level: logInfo, text: "START RequestId: " + inv.in.RequestID + " Version: " + inv.fn.Version,
		kind: "platform.start", record: startRecord{inv.in.RequestID, inv.fn.Version},
	})
}

// finish writes the last lines of inv after all that the function has printed,
// and returns its tail.
func (l *functionLog) finish(inv *invocation, lines ...systemLine) []byte {
	l.drain()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flushLocked()
	for _, line := range lines {
		l.systemLocked(line)
	}
	if l.inv == inv {
		l.inv = nil
	}
	return inv.tail.bytes()
}

// line writes a line of the runner's own.
func (l *functionLog) line(line systemLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.systemLocked(line)
}

func (l *functionLog) systemLocked(line systemLine) {
	if text, ok := l.identity.format.render(line, l.now()); ok {
		l.emitLocked(text)
	}
}

// close reads what is left in the pipe and closes it.
func (l *functionLog) close() error {
	l.drain()
	l.mu.Lock()
	l.flushLocked()
	l.mu.Unlock()
	return l.pipe.Close()
}

// addLocked takes bytes as read from the pipe.
func (l *functionLog) addLocked(b []byte) {
	for len(b) > 0 {
		line, rest, ended := bytes.Cut(b, []byte{'\n'})
		b = rest
		if len(l.partial) > 0 || !ended || len(line) > maxLineBytes {
			l.partial = append(l.partial, line...)
			line = l.splitLocked()
		}
		if !ended {
			return
		}
		l.emitLocked(string(bytes.TrimSuffix(line, []byte{'\r'})))
		l.partial = l.partial[:0]
	}
}

// splitLocked writes the full pieces of a line that is too long and returns what
// is left of it.
func (l *functionLog) splitLocked() []byte {
	for len(l.partial) > maxLineBytes {
		l.emitLocked(string(l.partial[:maxLineBytes]))
		l.partial = append(l.partial[:0], l.partial[maxLineBytes:]...)
	}
	return l.partial
}

// flushLocked ends a line that the function left open.
func (l *functionLog) flushLocked() {
	if len(l.partial) > 0 {
		l.emitLocked(string(l.partial))
		l.partial = l.partial[:0]
	}
}

func (l *functionLog) emitLocked(text string) {
	if l.inv != nil {
		l.inv.tail.add(text)
	}
	l.sink(LogLine{
		Account: l.identity.account, Region: l.identity.region, Function: l.identity.function, Version: l.identity.version,
		Group: l.identity.group, Stream: l.identity.stream,
		RequestID: l.lastID, Time: l.now(), Text: text,
	})
}

// tail keeps the last 4 KB of what is added.
type tail struct{ kept []byte }

func (t *tail) add(line string) {
	if len(line) >= maxTailBytes {
		t.kept = t.kept[:0]
		line = line[len(line)-maxTailBytes+1:]
	}
	t.kept = append(t.kept, line...)
	t.kept = append(t.kept, '\n')
	if len(t.kept) > 4*maxTailBytes {
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-maxTailBytes:]...)
	}
}

// bytes returns the tail.
func (t *tail) bytes() []byte {
	return t.kept[max(0, len(t.kept)-maxTailBytes):]
}
