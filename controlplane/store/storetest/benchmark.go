package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// benchmarkKeys is how many keys there are before a benchmark starts.
const benchmarkKeys = 100_000

// Benchmark measures s, which is empty, after filling it.
func Benchmark(b *testing.B, s store.Store) {
	b.Helper()
	key := func(i int64) string { return fmt.Sprintf("v1/000000000000/us-east-1/pet/%08d", i*7919%benchmarkKeys) }
	value := make([]byte, 300)
	err := s.Update(b.Context(), func(tx store.Tx) error {
		for i := range int64(benchmarkKeys) {
			if err := tx.Put(key(i), value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	var i atomic.Int64
	put := func() {
		if err := s.Update(b.Context(), func(tx store.Tx) error { return tx.Put(key(i.Add(1)), value) }); err != nil {
			b.Error(err)
		}
	}

	b.Run("Update", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			put()
		}
	})
	b.Run("Update/parallel=16", func(b *testing.B) {
		b.ReportAllocs()
		work := make(chan struct{})
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for range work {
					put()
				}
			})
		}
		for b.Loop() {
			work <- struct{}{}
		}
		close(work)
		wg.Wait()
	})
	b.Run("Get", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			err := s.View(b.Context(), func(tx store.Tx) error {
				_, err := tx.Get(key(i.Add(1)))
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Scan/100", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			err := s.View(b.Context(), func(tx store.Tx) error {
				n := 0
				for _, err := range tx.Scan("v1/", key(i.Add(1))) {
					if n++; err != nil || n == 100 {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
