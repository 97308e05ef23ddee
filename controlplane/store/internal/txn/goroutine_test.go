package txn

import "testing"

func TestGoroutineID(t *testing.T) {
	mine := goroutineID()
	if mine == 0 || mine != goroutineID() {
		t.Errorf("goroutine is %d, then %d", mine, goroutineID())
	}
	other := make(chan uint64)
	go func() { other <- goroutineID() }()
	if got := <-other; got == mine {
		t.Errorf("two goroutines with number %d", got)
	}
}
