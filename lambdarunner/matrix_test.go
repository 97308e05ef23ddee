package lambdarunner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// matrixRuntime is a runtime with the handlers that the matrix needs.
type matrixRuntime struct {
	tools []string
	// function makes a function with that handler.
	function func(r *rig, handler string) *deployed.Function
	handler  string
	// fails is the handler of a module that fails to load, missing one that is not
	// there; empty where the runtime has no such thing.
	fails, missing string
	// errorType is that of the exception; the others those of fails and missing.
	errorType, failsType, missingType string
	// posts tells whether the function posts its responses itself: then it is the one to
	// name their type.
	posts bool
}

func folderOf(runtime, folder string) func(*rig, string) *deployed.Function {
	return func(r *rig, handler string) *deployed.Function {
		return r.folderFunction(runtime, handler, folder)
	}
}

var matrix = map[string]matrixRuntime{
	"python": {
		tools: []string{"python3"}, function: folderOf("python3.13", "matrix/python"), handler: "app.handler", errorType: "ValueError",
		fails: "fails.handler", failsType: "RuntimeError", missing: "app.missing", missingType: "Runtime.HandlerNotFound",
	},
	"nodejs": {
		tools: []string{"node"}, function: folderOf("nodejs22.x", "matrix/nodejs"), handler: "index.handler", errorType: "RangeError",
		fails: "fails.handler", failsType: "Error", missing: "index.missing", missingType: "Runtime.HandlerNotFound",
	},
	"ruby": {
		tools: []string{"ruby"}, function: folderOf("ruby3.3", "matrix/ruby"), handler: "app.handler", errorType: "Function<ArgumentError>",
		fails: "fails.handler", failsType: "Init<RuntimeError>", missing: "app.missing", missingType: "Function<NoMethodError>",
	},
	"java": {
		tools: []string{"java", "javac", "jar"}, function: (*rig).javaFunction, handler: "example.Matrix::handle", errorType: "java.lang.IllegalStateException",
		fails: "example.Broken::handle", failsType: "java.lang.ExceptionInInitializerError",
		missing: "example.Missing::handle", missingType: "java.lang.ClassNotFoundException",
	},
	"go": {function: (*rig).goFunction, handler: "matrix", errorType: "errorString", fails: "init.exit", failsType: "Runtime.ExitError", posts: true},
}

// TestRuntimeMatrix checks what every runtime has to do alike. The processes of a
// runtime are shared where that is no part of what is checked.
func TestRuntimeMatrix(t *testing.T) {
	t.Parallel()
	for name, runtime := range matrix {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, tool := range runtime.tools {
				needTool(t, tool)
			}
			r := newRig(t, nil)
			fn := runtime.function(r, runtime.handler)
			fn.Timeout = time.Minute
			fn.Environment = map[string]string{"MY_VARIABLE": "mine"}
			fn.Layers = r.layers(
				zipOf(t, map[string]string{"bin/layered": "#!/bin/sh\nprintf 'from the first'\n"}),
				zipOf(t, map[string]string{"bin/layered": "#!/bin/sh\nprintf 'from the second'\n"}),
			)
			warm(r, fn, runtime)
			scaleOut(r, fn)
			exits(r, fn)
			timesOut(r, *fn)
			broken := map[string]string{runtime.fails: runtime.failsType, runtime.missing: runtime.missingType}
			delete(broken, "")
			for handler, errorType := range broken {
				fn := runtime.function(r, handler)
				fn.RevisionID = handler
				r.wantError(fn, "{}", errorType, "")
			}
		})
	}
}

// wantError checks the error object of an invocation; message "" = any.
func (r *rig) wantError(fn *deployed.Function, payload, errorType, message string) {
	r.tb.Helper()
	out := r.call(fn, payload)
	var got struct{ ErrorType, ErrorMessage string }
	if err := json.Unmarshal(out.Payload, &got); err != nil || out.FunctionError != "Unhandled" {
		r.tb.Errorf("%.80s: %q %.300s, %v", payload, out.FunctionError, out.Payload, err)
	}
	if got.ErrorType != errorType || message != "" && got.ErrorMessage != message {
		r.tb.Errorf("%.80s: %s: %s\nwant %s: %s", payload, got.ErrorType, got.ErrorMessage, errorType, message)
	}
}

// warm makes calls that one process answers.
func warm(r *rig, fn *deployed.Function, runtime matrixRuntime) {
	r.tb.Helper()
	calls := 0
	want := func(payload, want string) {
		r.tb.Helper()
		calls++
		r.idle()
		out := r.call(fn, payload)
		var compact bytes.Buffer // Python puts spaces between members
		if err := json.Compact(&compact, out.Payload); err != nil {
			r.tb.Error(err)
		}
		if got := compact.String(); got != want || out.FunctionError != "" {
			r.tb.Errorf("%.80s: %s %.300s, want %.80s", payload, out.FunctionError, got, want)
		}
	}
	for _, value := range []string{`{"a":[1,2.5,true,null,{}]}`, `"zażółć 😀 \" \\ \n"`, `null`, `0`, `[]`, `""`} {
		want(`{"do":"echo","value":`+value+`}`, value)
	}
	want(`{"do":"variable"}`, `"mine"`)
	want(`{"do":"layer"}`, `"from the second"`)
	calls += streams(r, fn, runtime)

	const frame = `{"do":"length","value":""}`
	const maxEventBytes = 6 << 20
	text := strings.Repeat("x", maxEventBytes-len(frame))
	want(`{"do":"length","value":"`+text+`"}`, strconv.Itoa(len(text)))

	const maxText = maxResponseBytes - len(`""`)
	want(fmt.Sprintf(`{"do":"large","size":%d}`, maxText), `"`+strings.Repeat("x", maxText)+`"`)
	calls++
	r.idle()
	r.wantError(fn, fmt.Sprintf(`{"do":"large","size":%d}`, maxText+1), typeResponseTooLarge, tooLargeReason)
	calls++
	r.idle()
	r.wantError(fn, `{"do":"fail"}`, runtime.errorType, "broken")

	calls++
	r.idle()
	if got := string(r.call(fn, `{"do":"count"}`).Payload); got != strconv.Itoa(calls) {
		r.tb.Errorf("the process has answered %s of %d calls", got, calls)
	}
	r.eventuallyCounts(1, 1, 0)
}

// streams has what a handler returns sent as a stream, and what it throws as its end; the
// handlers that write streams have tests of their own. It returns the number of calls.
func streams(r *rig, fn *deployed.Function, runtime matrixRuntime) int {
	r.tb.Helper()
	r.idle()
	got := &recorder{}
	out, err := r.stream(r.tb.Context(), fn, `{"do":"echo","value":"streamed"}`, got)
	if err != nil || out.FunctionError != "" || got.String() != `"streamed"` || !runtime.posts && got.contentType != "application/json" {
		r.tb.Errorf("stream %q of %s: %s %s, %v", got.String(), got.contentType, out.FunctionError, out.Payload, err)
	}
	r.idle()
	got = &recorder{}
	var thrown struct{ ErrorType, ErrorMessage string }
	out, err = r.stream(r.tb.Context(), fn, `{"do":"fail"}`, got)
	if err == nil {
		err = json.Unmarshal(out.Payload, &thrown)
	}
	if err != nil || out.FunctionError != "Unhandled" || got.begun || thrown.ErrorType != runtime.errorType || thrown.ErrorMessage != "broken" {
		r.tb.Errorf("stream %q that fails: %s %s, %v", got.String(), out.FunctionError, out.Payload, err)
	}
	return 2
}

// scaleOut has invocations wait for each other.
func scaleOut(r *rig, fn *deployed.Function) {
	r.tb.Helper()
	const count = 3
	dir, err := json.Marshal(r.tb.(*testing.T).TempDir())
	if err != nil {
		r.tb.Fatal(err)
	}
	payload := fmt.Sprintf(`{"do":"meet","dir":%s,"count":%d}`, dir, count)
	var mu sync.Mutex
	seen := map[string]bool{}
	var wg sync.WaitGroup
	for range count {
		wg.Go(func() {
			out, err := r.callContext(r.tb.Context(), fn, payload)
			if err != nil || out.FunctionError != "" {
				r.tb.Errorf("outcome %s %s, error %v", out.FunctionError, out.Payload, err)
			}
			mu.Lock()
			defer mu.Unlock()
			seen[string(out.Payload)] = true
		})
	}
	wg.Wait()
	if len(seen) != count {
		r.tb.Errorf("%d calls at a time were answered by processes %v", count, seen)
	}
	r.eventuallyCounts(count, count, 0)
}

// exits ends a process in the middle of a call; the others go on.
func exits(r *rig, fn *deployed.Function) {
	r.tb.Helper()
	r.wantError(fn, `{"do":"exit"}`, "Runtime.ExitError", "RequestId: "+testRequestID+" Error: Runtime exited with error: exit status 3")
	r.eventuallyCounts(2, 2, 0)
	if got := string(r.call(fn, `{"do":"echo","value":1}`).Payload); got != "1" {
		r.tb.Errorf("after an exit: %s", got)
	}
}

// timesOut has a revision with a short time limit overrun it.
func timesOut(r *rig, fn deployed.Function) {
	r.tb.Helper()
	fn.Timeout, fn.RevisionID = time.Second, "short"
	r.wantError(&fn, `{"do":"hang"}`, "Sandbox.Timedout", "RequestId: "+testRequestID+" Error: Task timed out after 1.00 seconds")
	r.eventuallyCounts(0, 0, 0)
}

func TestDotnet(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	fn := r.function("dotnet8", "echo", goPackage)
	if got := string(r.call(fn, `{"a":1}`).Payload); got != `{"a":1}` {
		t.Errorf("a package with a bootstrap: %s", got)
	}
	library := r.function("dotnet8", "App::App.Function::Handler", zipOf(t, map[string]string{"App.dll": "MZ"}))
	library.RevisionID = "r2"
	out := string(r.call(library, "{}").Payload)
	for _, part := range []string{"Runtime.InvalidEntrypoint", "App::App.Function::Handler", "bootstrap", "self-contained"} {
		if !strings.Contains(out, part) {
			t.Errorf("a class library: %s lacks %s", out, part)
		}
	}
}
