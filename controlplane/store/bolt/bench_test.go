package bolt_test

import (
	"path/filepath"
	"testing"

	"github.com/stagedoor-dev/stagedoor/controlplane/store/storetest"
)

func BenchmarkStore(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "store.db"))
	defer closeStore(b, s)
	storetest.Benchmark(b, s)
}

func BenchmarkOpen100k(b *testing.B) {
	path := filepath.Join(b.TempDir(), "store.db")
	s := open(b, path)
	fill(b, s, 100_000)
	closeStore(b, s)
	for b.Loop() {
		closeStore(b, open(b, path))
	}
}
