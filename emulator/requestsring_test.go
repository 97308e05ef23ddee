package emulator

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// serveNothing sends requests to an API that does not exist: each is an exchange.
func serveNothing(plane *dataplane.DataPlane, path string) {
	plane.Serve(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), dataplane.Address{ApiID: "none", Path: path})
}

func TestRequestsBounds(t *testing.T) {
	for name, tt := range map[string]struct{ maxCount, maxBytes, want int }{
		"count": {3, 1 << 30, 3},
		"bytes": {1000, 1, 1}, // the latest is kept in any case
	} {
		r := newRequests(tt.maxCount, tt.maxBytes)
		plane := dataplane.New(dataplane.Config{Logger: slog.New(slog.DiscardHandler), Observe: r.observe})
		for range 10 {
			serveNothing(plane, "/dev/x")
		}
		serveNothing(plane, "/dev/last")
		list := r.latest(100)
		if len(list) != tt.want || list[0].Path != "/dev/last" || r.position() != 11 {
			t.Errorf("%s: %d kept, latest %v, next %d", name, len(list), list[0], r.position())
		}
		total := 0
		for _, kept := range r.kept {
			total += kept.bytes
		}
		if r.bytes != total {
			t.Errorf("%s: counted %d bytes, there are %d", name, r.bytes, total)
		}
		if err := plane.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestRequestsConcurrently has readers meet exchanges whose traces are used again.
func TestRequestsConcurrently(t *testing.T) {
	r := newRequests(4, 1<<20)
	plane := dataplane.New(dataplane.Config{Logger: slog.New(slog.DiscardHandler), Observe: r.observe})
	defer plane.Close()
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for range 200 {
				serveNothing(plane, "/dev/x")
			}
		})
	}
	wg.Go(func() {
		next := uint64(0)
		for next < 600 {
			list, following, more := r.since(next)
			next = following
			for _, line := range list {
				if line.Path != "/dev/x" || line.Status != http.StatusForbidden {
					t.Errorf("got %+v", line)
				}
			}
			for _, line := range r.latest(10) {
				if detail := r.find(line.ID); detail != nil && detail.ID != line.ID {
					t.Errorf("asked for %s, got %s", line.ID, detail.ID)
				}
			}
			if next < 600 {
				<-more
			}
		}
	})
	wg.Wait()
	r.end()
	if _, _, more := r.since(0); more != nil {
		t.Error("there is more after the end")
	}
}

// BenchmarkRequests is the smallest exchange with and without its trace being kept.
func BenchmarkRequests(b *testing.B) {
	for name, observe := range map[string]trace.Observer{"off": nil, "on": newRequests(maxRequests, maxRequestBytes).observe} {
		b.Run(name, func(b *testing.B) {
			plane := dataplane.New(dataplane.Config{Logger: slog.New(slog.DiscardHandler), Observe: observe})
			defer plane.Close()
			r := httptest.NewRequest(http.MethodGet, "/dev/x", nil)
			r.Header.Set("User-Agent", "bench")
			b.ReportAllocs()
			for b.Loop() {
				plane.Serve(httptest.NewRecorder(), r, dataplane.Address{ApiID: "none", Path: "/dev/x"})
			}
		})
	}
}
