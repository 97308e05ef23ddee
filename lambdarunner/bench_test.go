package lambdarunner

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

const benchmarkEvent = `{"resource":"/pets","path":"/pets","httpMethod":"GET","headers":{"Host":"example.com"},"body":null}`

// BenchmarkInvokeWarm compares the runner with a bare runtime loop: the least
// net/http server that serves the same Go bootstrap. Their ratio is what the
// runner costs; python and nodejs show our own bootstraps.
func BenchmarkInvokeWarm(b *testing.B) {
	b.Run("bare", benchmarkBare)
	b.Run("runner", func(b *testing.B) {
		r := newRig(b, discardLogs)
		benchmarkInvoke(b, r, r.goFunction("echo"))
	})
	b.Run("python", func(b *testing.B) {
		needTool(b, "python3")
		r := newRig(b, discardLogs)
		benchmarkInvoke(b, r, r.folderFunction("python3.13", "app.echo", "python"))
	})
	b.Run("nodejs", func(b *testing.B) {
		needTool(b, "node")
		r := newRig(b, discardLogs)
		benchmarkInvoke(b, r, r.folderFunction("nodejs20.x", "index.echo", "nodejs"))
	})
}

func discardLogs(c *Config) { c.Logs = nil }

func benchmarkInvoke(b *testing.B, r *rig, fn *deployed.Function) {
	b.Helper()
	r.call(fn, benchmarkEvent)
	b.ReportAllocs()
	for b.Loop() {
		r.call(fn, benchmarkEvent)
	}
	if live, _, _ := r.counts(); live != 1 {
		b.Errorf("%d processes, want 1", live)
	}
}

func benchmarkBare(b *testing.B) {
	events, results := make(chan string), make(chan []byte)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.HasSuffix(req.URL.Path, "/next") {
			select {
			case event := <-events:
				w.Header().Set("Lambda-Runtime-Aws-Request-Id", testRequestID)
				_, _ = io.WriteString(w, event)
			case <-req.Context().Done():
			}
			return
		}
		body, _ := io.ReadAll(req.Body)
		results <- body
		w.WriteHeader(http.StatusAccepted)
	}))
	defer server.Close()
	path := filepath.Join(b.TempDir(), "bootstrap")
	if err := os.WriteFile(path, goBootstrap, 0o700); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(path)
	cmd.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(server.URL, "http://"), "_HANDLER=echo"}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	b.ReportAllocs()
	for b.Loop() {
		events <- benchmarkEvent
		if len(<-results) != len(benchmarkEvent) {
			b.Fatal("wrong result")
		}
	}
}

// BenchmarkInvokeParallel runs as many invocations at once as there are cores.
func BenchmarkInvokeParallel(b *testing.B) {
	r := newRig(b, discardLogs)
	fn := r.goFunction("echo")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := r.callContext(b.Context(), fn, benchmarkEvent); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkInvokeCold starts a process for each invocation.
func BenchmarkInvokeCold(b *testing.B) {
	for name, make := range map[string]func(r *rig) *deployed.Function{
		"go":     func(r *rig) *deployed.Function { return r.goFunction("echo") },
		"python": func(r *rig) *deployed.Function { return r.folderFunction("python3.13", "app.echo", "python") },
		"nodejs": func(r *rig) *deployed.Function { return r.folderFunction("nodejs20.x", "index.echo", "nodejs") },
	} {
		b.Run(name, func(b *testing.B) {
			r := newRig(b, discardLogs)
			fn := make(r)
			for b.Loop() {
				r.call(fn, benchmarkEvent)
				r.Retire(fn)
			}
		})
	}
}

func BenchmarkSavePackage(b *testing.B) {
	code := zipOf(b, map[string]string{"bootstrap": string(goBootstrap)})
	b.SetBytes(int64(len(code)))
	for b.Loop() {
		p, err := OpenPackages(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Save(b.Context(), code); err != nil {
			b.Fatal(err)
		}
	}
}
