package txn

import (
	"bytes"
	"runtime"
	"strconv"
)

// goroutineID returns the number of the calling goroutine, as stack traces show
// it. Nothing else tells a watcher that cancels itself, which must not wait for
// itself, from another goroutine that cancels it, which must wait.
func goroutineID() uint64 {
	var buf [64]byte
	header := buf[:runtime.Stack(buf[:], false)] // "goroutine 18 [running]:..."
	header = bytes.TrimPrefix(header, []byte("goroutine "))
	digits, _, _ := bytes.Cut(header, []byte(" "))
	id, err := strconv.ParseUint(string(digits), 10, 64)
	if err != nil {
		// The form is as old as Go; a test fails first should it ever change.
		panic("txn: unexpected stack header: " + err.Error())
	}
	return id
}
