package lambdarunner

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

func TestNodeResults(t *testing.T) {
	t.Parallel()
	needTool(t, "node")
	tests := map[string]struct {
		folder, handler, payload, want string
	}{
		"async":                           {handler: "index.echo", payload: `{"a":"ü"}`, want: `{"a":"ü"}`},
		"callback":                        {handler: "index.callback", payload: `[1]`, want: `{"got":[1]}`},
		"callback waits for empty loop":   {handler: "index.callbackWaits", payload: `{"wait":true}`, want: `{"timerRan":true}`},
		"callback does not wait":          {handler: "index.callbackWaits", payload: `{"wait":false}`, want: `{"timerRan":false}`},
		"nothing returned, nothing to do": {handler: "index.never", want: `null`},
		"context.succeed":                 {handler: "index.succeed", want: `"done"`},
		"handler in a folder":             {handler: "src/app.handler", want: `"from src"`},
		"ES module with top-level await": {
			folder: "nodejs-esm", handler: "index.handler", payload: `1`, want: `{"started":"top-level await","event":1}`,
		},
		"ES module by package.json": {folder: "nodejs-esm", handler: "package/app.handler", want: `"typed as module"`},
		"streamed":                  {handler: "index.stream", payload: `{}`, want: `part one, part two`},
	}
	r := newRig(t, nil)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := tt.folder
			if folder == "" {
				folder = "nodejs"
			}
			fn := *r.folderFunction("nodejs20.x", tt.handler, folder)
			fn.ARN += "-" + name
			for range 2 { // cold and warm
				out := r.call(&fn, tt.payload)
				if got := string(out.Payload); got != tt.want || out.FunctionError != "" {
					t.Errorf("payload = %s, error %q, want %s", got, out.FunctionError, tt.want)
				}
			}
		})
	}
}

func TestNodeErrors(t *testing.T) {
	t.Parallel()
	needTool(t, "node")
	tests := map[string]struct {
		handler, payload       string
		errorType, message     string
		traceStart, traceHolds string
		runtime                string
	}{
		"exception": {
			handler: "index.fail", errorType: "TypeError", message: "broken",
			traceStart: "TypeError: broken", traceHolds: "    at exports.fail (/var/task/index.js:",
		},
		"callback with an error": {
			handler: "index.callbackError", errorType: "RangeError", message: "called back", traceStart: "RangeError: called back",
		},
		"string thrown":   {handler: "index.throwString", errorType: "string", message: "just text"},
		"handler missing": {handler: "index.nope", errorType: "Runtime.HandlerNotFound", message: "index.nope is undefined or not exported", traceStart: "Runtime.HandlerNotFound: index.nope is undefined or not exported"},
		"not a function":  {handler: "index.notFunction", errorType: "Runtime.HandlerNotFound", message: "index.notFunction is not a function", traceStart: "Runtime.HandlerNotFound: "},
		"malformed":       {handler: "index", errorType: "Runtime.MalformedHandlerName", message: "Bad handler", traceStart: "Runtime.MalformedHandlerName: Bad handler"},
		"climbing": {
			handler: "../index.handler", errorType: "Runtime.MalformedHandlerName",
			message:    "'../index.handler' is not a valid handler name. Use absolute paths when specifying root directories in handler names.",
			traceStart: "Runtime.MalformedHandlerName: ",
		},
		"module missing": {
			handler: "gone.handler", errorType: "Runtime.ImportModuleError",
			message: "Error: Cannot find module 'gone'\nRequire stack:\n- /var/runtime/index.mjs", traceStart: "Runtime.ImportModuleError: Error: Cannot find module 'gone'",
		},
		"module needs another": {
			handler: "needs.handler", errorType: "Runtime.ImportModuleError",
			message:    "Error: Cannot find module 'module-that-is-not-installed'\nRequire stack:\n- /var/task/needs.js\n- /var/runtime/index.mjs",
			traceStart: "Runtime.ImportModuleError: Error: Cannot find module",
		},
		"syntax error": {
			handler: "broken.handler", errorType: "Runtime.UserCodeSyntaxError", message: "SyntaxError: Unexpected end of input",
			traceStart: "Runtime.UserCodeSyntaxError: ", traceHolds: "/var/task/broken.js:",
		},
		"rejection outside the handler": {
			handler: "index.rejectOutside", errorType: "Runtime.UnhandledPromiseRejection", message: "Error: nobody caught this",
			traceStart: "Runtime.UnhandledPromiseRejection: Error: nobody caught this",
		},
		"exception outside the handler": {handler: "index.throwOutside", errorType: "Error", message: "thrown later", traceStart: "Error: thrown later"},
		"not serializable": {
			handler: "index.circular", errorType: "Runtime.MarshalError",
			message: "Unable to stringify response body: Converting circular structure to JSON", traceStart: "Runtime.MarshalError: ",
		},
		"exit": {
			handler: "index.exit", errorType: "Runtime.ExitError",
			message: "RequestId: " + testRequestID + " Error: Runtime exited with error: exit status 3",
		},
		"stream failing midway": {
			handler: "index.stream", payload: `{"fail":true}`, errorType: "Error", message: "midstream", traceStart: "Error: midstream",
		},
		"callback handler in Node 24": {
			handler: "index.callback", runtime: "nodejs24.x", errorType: "Runtime.CallbackHandlerDeprecated",
			message: "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.",
		},
	}
	r := newRig(t, nil)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.runtime == "" {
				tt.runtime = "nodejs20.x"
			}
			fn := *r.folderFunction(tt.runtime, tt.handler, "nodejs")
			fn.ARN += "-" + name
			out := r.call(&fn, tt.payload)
			var got struct {
				ErrorType, ErrorMessage string
				Trace                   []string
			}
			if err := json.Unmarshal(out.Payload, &got); err != nil {
				t.Fatalf("%v in %s", err, out.Payload)
			}
			if got.ErrorType != tt.errorType || !strings.HasPrefix(got.ErrorMessage, tt.message) || out.FunctionError != "Unhandled" {
				t.Errorf("got %s, FunctionError %q", out.Payload, out.FunctionError)
			}
			trace := strings.Join(got.Trace, "\n")
			if !strings.HasPrefix(trace, tt.traceStart) || !strings.Contains(trace, tt.traceHolds) || strings.Contains(trace, r.packages.dir) {
				t.Errorf("trace:\n%s", trace)
			}
		})
	}
}

func TestNodeContext(t *testing.T) {
	t.Parallel()
	needTool(t, "node")
	r := newRig(t, nil)
	fn := r.folderFunction("nodejs20.x", "index.describe", "nodejs")
	out, err := r.Invoke(t.Context(), fn, deployed.Invocation{
		RequestID: testRequestID, InvokedARN: fn.ARN + ":prod", Payload: []byte("{}"),
		TraceID: "Root=1-5f84c7a1-0123456789abcdef01234567", ClientContext: []byte(`{"custom":{"k":"ü"}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"functionName": "fn", "functionVersion": "$LATEST", "invokedFunctionArn": fn.ARN + ":prod",
		"memoryLimitInMB": "128", "awsRequestId": testRequestID, "logGroupName": "/aws/lambda/fn",
		"hasLogStream": true, "custom": map[string]any{"k": "ü"}, "remaining": true,
		"trace": "Root=1-5f84c7a1-0123456789abcdef01234567",
	}
	if diff := cmp.Diff(any(want), parsed(t, out.Payload)); diff != "" {
		t.Errorf("context (-want +got):\n%s", diff)
	}
}

func TestNodeLog(t *testing.T) {
	t.Parallel()
	needTool(t, "node")
	r := newRig(t, nil)
	fn := r.folderFunction("nodejs20.x", "index.log", "nodejs")
	tail := string(r.call(fn, "{}").LogTail)
	stamp := `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z` + "\t" + testRequestID + "\t"
	pattern := "Version: \\$LATEST\n" + stamp + "INFO\thello world\n" + stamp + "ERROR\t\\{ a: 1 \\}\n" +
		stamp + "INFO\ttwo\rlines\nraw\nEND RequestId"
	if !regexp.MustCompile(pattern).MatchString(tail) {
		t.Errorf("log:\n%q", tail)
	}
	failing := *fn
	failing.Handler, failing.RevisionID = "index.fail", "r2"
	tail = string(r.call(&failing, "{}").LogTail)
	pattern = stamp + `ERROR` + "\t" + `Invoke Error ` + "\t" + `\{"errorType":"TypeError","errorMessage":"broken","stack":\["TypeError: broken",`
	if !regexp.MustCompile(pattern).MatchString(tail) {
		t.Errorf("log of an error:\n%q", tail)
	}
	flooding := *fn
	flooding.Handler, flooding.RevisionID = "index.flood", "r3"
	out := r.call(&flooding, "{}")
	if string(out.Payload) != `"flooded"` || len(out.LogTail) != maxTailBytes || !strings.Contains(string(out.LogTail), "\nREPORT") {
		t.Errorf("payload %s, %d bytes of log", out.Payload, len(out.LogTail))
	}
	count := 0
	for _, line := range r.logs.texts() {
		if strings.HasSuffix(line, strings.Repeat("x", 100)) {
			count++
		}
	}
	if count != 5000 {
		t.Errorf("%d lines of the flood, want 5000", count)
	}
}

func TestNodeGlobalsSurvive(t *testing.T) {
	t.Parallel()
	needTool(t, "node")
	r := newRig(t, nil)
	fn := r.folderFunction("nodejs20.x", "index.count", "nodejs")
	var got struct{ Calls int }
	for range 20 {
		r.idle()
		if err := json.Unmarshal(r.call(fn, "{}").Payload, &got); err != nil {
			t.Fatal(err)
		}
	}
	if got.Calls != 20 {
		t.Errorf("calls = %d, want 20", got.Calls)
	}
}
