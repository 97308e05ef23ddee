package lambdarunner

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

var (
	// goBootstrap is the custom runtime of testdata, built once, and goPackage a
	// zip of it.
	goBootstrap, goPackage []byte
	// sharedPackages has it saved and unpacked for all tests: it is large.
	sharedPackages *Packages
)

// filesVariable makes all tests run with those files.
const filesVariable = "STAGEDOOR_TEST_LAMBDA_FILES"

func TestMain(m *testing.M) {
	if os.Getenv(hostVariable) != "" {
		hostFunction()
		return
	}
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "lambdarunner-test-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, "bootstrap")
		build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, "../testdata/functions/go/bootstrap")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			panic(fmt.Sprintf("build the Go bootstrap: %v\n%s", err, out))
		}
		if goBootstrap, err = os.ReadFile(path); err != nil {
			panic(err)
		}
		if sharedPackages, err = OpenPackages(filepath.Join(dir, "packages")); err != nil {
			panic(err)
		}
		goPackage = zipGoBootstrap()
		code := m.Run()
		if code == 0 {
			if err := goleak.Find(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				code = 1
			}
			if left := childProcesses(); len(left) > 0 {
				fmt.Fprintln(os.Stderr, "processes left behind:", left)
				code = 1
			}
		}
		return code
	}())
}

// zipGoBootstrap stores the bootstrap in a zip, uncompressed to spare the time.
func zipGoBootstrap() []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	h := &zip.FileHeader{Name: "bootstrap", Method: zip.Store}
	h.SetMode(0o755)
	f, err := w.CreateHeader(h)
	if err == nil {
		_, err = f.Write(goBootstrap)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// childProcesses returns the ids of this process's children, where /proc tells.
func childProcesses() []string {
	var ids []string
	tasks, _ := filepath.Glob("/proc/self/task/*/children")
	for _, task := range tasks {
		children, _ := os.ReadFile(task)
		ids = append(ids, strings.Fields(string(children))...)
	}
	return ids
}

// needTool skips the test when a program is not there, or fails it when the
// machine is one that has to have everything.
func needTool(tb testing.TB, name string) {
	tb.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return
	}
	if os.Getenv("STAGEDOOR_REQUIRE_TOOLS") == "1" {
		tb.Fatalf("%s is not on PATH, and STAGEDOOR_REQUIRE_TOOLS=1", name)
	}
	tb.Skipf("%s is not on PATH", name)
}

// logRecorder is a sink that keeps the lines.
type logRecorder struct {
	mu    sync.Mutex
	lines []LogLine
}

func (l *logRecorder) add(line LogLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
}

func (l *logRecorder) texts() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	texts := make([]string, 0, len(l.lines))
	for _, line := range l.lines {
		texts = append(texts, line.Text)
	}
	return texts
}

func (l *logRecorder) contains(part string) bool {
	return slices.ContainsFunc(l.texts(), func(s string) bool { return strings.Contains(s, part) })
}

// rig is a runner with its packages.
type rig struct {
	tb testing.TB
	*Runner
	packages *Packages
	logs     *logRecorder
}

func newRig(tb testing.TB, change func(*Config)) *rig {
	tb.Helper()
	logs := &logRecorder{}
	cfg := Config{Packages: sharedPackages, Logs: logs.add, TempDir: tb.TempDir(), Files: Files(os.Getenv(filesVariable))}
	if change != nil {
		change(&cfg)
	}
	runner, err := New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := runner.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return &rig{tb: tb, Runner: runner, packages: sharedPackages, logs: logs}
}

// function saves a package and returns a function of it.
func (r *rig) function(runtime, handler string, zip []byte) *deployed.Function {
	r.tb.Helper()
	saved, err := r.packages.Save(r.tb.Context(), zip)
	if err != nil {
		r.tb.Fatal(err)
	}
	return &deployed.Function{
		Account: "123456789012", Region: "eu-west-1", Name: "fn", Version: "$LATEST",
		ARN: "arn:aws:lambda:eu-west-1:123456789012:function:fn", RevisionID: "r1",
		Runtime: runtime, Handler: handler, CodeSHA256: saved.SHA256,
		Timeout: 10 * time.Second, MemorySizeMiB: 128,
	}
}

func (r *rig) goFunction(handler string) *deployed.Function {
	r.tb.Helper()
	return r.function("provided.al2023", handler, goPackage)
}

func (r *rig) folderFunction(runtime, handler, folder string) *deployed.Function {
	r.tb.Helper()
	return r.function(runtime, handler, zipFolder(r.tb, filepath.Join("../testdata/functions", folder)))
}

const testRequestID = "8f5b8a2e-6c1d-4b1e-9a53-111111111111"

// call invokes with the request id of the tests and fails on an error.
func (r *rig) call(fn *deployed.Function, payload string) deployed.Outcome {
	r.tb.Helper()
	out, err := r.callContext(r.tb.Context(), fn, payload)
	if err != nil {
		r.tb.Fatalf("Invoke: %v", err)
	}
	return out
}

func (r *rig) callContext(ctx context.Context, fn *deployed.Function, payload string) (deployed.Outcome, error) {
	return r.Invoke(ctx, fn, deployed.Invocation{
		RequestID: testRequestID, InvokedARN: fn.ARN + ":prod", Payload: []byte(payload),
		TraceID: "Root=1-5f84c7a1-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0",
	})
}

// counts returns how many processes live and how many of them are idle.
func (r *rig) counts() (live, idle, busy int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.families {
		for _, pl := range f.pools {
			live += pl.live
			idle += len(pl.idle)
		}
	}
	return live, idle, r.busy
}

// eventually waits for a condition that other processes bring about.
func eventually(tb testing.TB, what string, condition func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if condition() {
			return
		}
	}
	tb.Fatalf("did not happen in time: %s", what)
}

func (r *rig) eventuallyCounts(live, idle, busy int) {
	r.tb.Helper()
	eventually(r.tb, fmt.Sprintf("%d live, %d idle, %d busy", live, idle, busy), func() bool {
		l, i, b := r.counts()
		return l == live && i == idle && b == busy
	})
}

// idle waits until every process waits for an invocation, so that the next one is
// served by one of them, however busy the machine is.
func (r *rig) idle() {
	r.tb.Helper()
	eventually(r.tb, "all processes idle", func() bool { live, idle, busy := r.counts(); return live == idle && busy == 0 })
}

// zipOf makes a zip of executable files.
func zipOf(tb testing.TB, files map[string]string) []byte {
	tb.Helper()
	return zipWith(tb, files, 0o755)
}

func zipFolder(tb testing.TB, dir string) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if err := w.AddFS(os.DirFS(dir)); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// zipWith makes a zip of files that all have the given mode.
func zipWith(tb testing.TB, files map[string]string, mode os.FileMode) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range files {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		h.SetMode(mode)
		f, err := w.CreateHeader(h)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := f.Write([]byte(content)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
