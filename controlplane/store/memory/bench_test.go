package memory_test

import (
	"testing"

	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/storetest"
)

func BenchmarkStore(b *testing.B) { storetest.Benchmark(b, memory.New()) }
