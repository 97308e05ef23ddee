package txn

import (
	"errors"
	"sync"
	"testing"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

func TestGateNested(t *testing.T) {
	var g Gate
	for range 2 { // a View within a View
		if err := g.Enter(); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	firsts := make(chan bool, 2)
	for range 2 {
		wg.Go(func() { firsts <- g.Close() })
	}
	for g.Enter() == nil {
		g.Leave()
	}
	if err := g.Enter(); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Enter while closing: %v", err)
	}
	g.Leave()
	select {
	case <-firsts:
		t.Error("Close returned with one inside")
	default:
	}
	g.Leave()
	wg.Wait()
	if a, b := <-firsts, <-firsts; a == b {
		t.Errorf("two Closes report first = %v and %v", a, b)
	}
}
