package lambdarunner

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// freePort returns a port that nobody listens on now.
func freePort(t *testing.T) int {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().(*net.TCPAddr).Port
}

func TestDebuggedFunction(t *testing.T) {
	t.Parallel()
	needTool(t, "node")
	port := freePort(t)
	r := newRig(t, func(c *Config) { c.Debug = map[string]int{"debugged": port} })
	fn := r.function("nodejs20.x", "index.handler", zipOf(t, map[string]string{"index.js": `
let calls = 0
exports.handler = async () => {
  await new Promise((done) => setTimeout(done, 400))
  return { pid: process.pid, calls: ++calls }
}`}))
	fn.Name, fn.Timeout = "debugged", 200*time.Millisecond

	// Its time limit is lifted, and all calls go to one process.
	type answer struct{ PID, Calls int }
	answers := make([]answer, 3)
	var callers sync.WaitGroup
	for i := range answers {
		callers.Go(func() {
			out := r.call(fn, "{}")
			if err := json.Unmarshal(out.Payload, &answers[i]); err != nil || out.FunctionError != "" {
				t.Errorf("%s, %v", out.Payload, err)
			}
		})
	}
	callers.Wait()
	calls := 0
	for _, a := range answers {
		calls += a.Calls
		if a.PID != answers[0].PID {
			t.Errorf("processes %d and %d", a.PID, answers[0].PID)
		}
	}
	if calls != 1+2+3 {
		t.Errorf("answers %v", answers)
	}
	r.idle()
	stopAll(r.takeExpired(r.cfg.Now().Add(2 * DefaultIdleTimeout)))
	r.eventuallyCounts(1, 1, 0)

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/json/version", port), nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	inspector := map[string]string{}
	if err := json.NewDecoder(response.Body).Decode(&inspector); err != nil || !strings.HasPrefix(inspector["Browser"], "node.js/") {
		t.Errorf("inspector %v, %v", inspector, err)
	}

	// Another revision takes the port over.
	next := *fn
	next.RevisionID = "next"
	if out := r.call(&next, "{}"); out.FunctionError != "" || strings.Contains(string(out.Payload), fmt.Sprint(answers[0].PID)) {
		t.Errorf("next revision: %s", out.Payload)
	}
}

func TestFunctionThatCannotBeDebugged(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	for _, test := range []struct {
		name, runtime string
		port          int
		want          string
	}{
		{"runtime", "provided.al2023", freePort(t), "cannot be debugged"},
		{"port", "nodejs20.x", listener.Addr().(*net.TCPAddr).Port, "debugger port of f is taken"},
	} {
		_, err := debugged(t.Context(), command{}, &deployed.Function{Name: "f", Runtime: test.runtime}, test.port)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}
