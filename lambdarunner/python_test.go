package lambdarunner

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

func TestPythonOutcomes(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	id := `"requestId":"` + testRequestID + `"`
	tests := map[string]struct {
		handler, payload string
		want             string // as JSON
		failed           bool
	}{
		"LC-01 result is the event": {handler: "app.echo", payload: `{"message":"hello world"}`, want: `{"message":"hello world"}`},
		"LC-08 exception": {
			handler: "app.fail", failed: true,
			want: `{"errorMessage":"Error: Raising four hundred from within the Lambda function","errorType":"Exception",` + id + `,` +
				`"stackTrace":["  File \"/var/task/app.py\", line 17, in fail\n    raise Exception(\"Error: Raising four hundred from within the Lambda function\")\n"]}`,
		},
		"module missing": {
			handler: "nowhere.handler", failed: true,
			want: `{"errorMessage":"Unable to import module 'nowhere': No module named 'nowhere'","errorType":"Runtime.ImportModuleError",` + id + `,"stackTrace":[]}`,
		},
		"module needs another": {
			handler: "needs.handler", failed: true,
			want: `{"errorMessage":"Unable to import module 'needs': No module named 'module_that_is_not_installed'","errorType":"Runtime.ImportModuleError",` + id + `,"stackTrace":[]}`,
		},
		"handler missing": {
			handler: "app.x", failed: true,
			want: `{"errorMessage":"Handler 'x' missing on module 'app'","errorType":"Runtime.HandlerNotFound",` + id + `,"stackTrace":[]}`,
		},
		"malformed handler": {
			handler: "x", failed: true,
			want: `{"errorMessage":"Bad handler 'x': not enough values to unpack (expected 2, got 1)","errorType":"Runtime.MalformedHandlerName",` + id + `,"stackTrace":[]}`,
		},
		"result not serializable": {
			handler: "app.unserializable", failed: true,
			want: `{"errorMessage":"Unable to marshal response: Object of type set is not JSON serializable","errorType":"Runtime.MarshalError",` + id + `,"stackTrace":[]}`,
		},
		"exit": {
			handler: "app.exit", payload: `{"status":3}`, failed: true,
			want: exitError("Runtime exited with error: exit status 3"),
		},
		"exit while importing": {handler: "exits.handler", failed: true, want: exitError("Runtime exited with error: exit status 7")},
	}
	r := newRig(t, nil)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fn := *r.folderFunction("python3.13", tt.handler, "python")
			fn.ARN += "-" + name
			out := r.call(&fn, tt.payload)
			if diff := cmp.Diff(parsed(t, []byte(tt.want)), parsed(t, out.Payload)); diff != "" {
				t.Errorf("payload (-want +got):\n%s", diff)
			}
			if got := out.FunctionError == "Unhandled"; got != tt.failed {
				t.Errorf("FunctionError = %q, want failed %v", out.FunctionError, tt.failed)
			}
		})
	}
}

func parsed(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return v
}

func TestPythonSyntaxError(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	out := r.call(r.folderFunction("python3.12", "broken.handler", "python"), "{}")
	var got struct {
		ErrorMessage, ErrorType string
		StackTrace              []string
	}
	if err := json.Unmarshal(out.Payload, &got); err != nil {
		t.Fatal(err)
	}
	if got.ErrorType != "Runtime.UserCodeSyntaxError" || !strings.HasPrefix(got.ErrorMessage, "Syntax error in module 'broken': expected ':'") ||
		len(got.StackTrace) != 1 || !strings.HasPrefix(got.StackTrace[0], `  File "/var/task/broken.py" Line 1`) {
		t.Errorf("payload = %s", out.Payload)
	}
}

func TestPythonContext(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	fn := r.folderFunction("python3.13", "app.describe", "python")
	out, err := r.Invoke(t.Context(), fn, deployed.Invocation{
		RequestID: testRequestID, InvokedARN: fn.ARN + ":prod", Payload: []byte("{}"),
		TraceID: "Root=1-5f84c7a1-0123456789abcdef01234567", ClientContext: []byte("{\n \"custom\": {\"k\": \"ü\"}\n}"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"function_name": "fn", "function_version": "$LATEST", "invoked_function_arn": fn.ARN + ":prod",
		"memory_limit_in_mb": "128", "aws_request_id": testRequestID, "log_group_name": "/aws/lambda/fn",
		"has_log_stream": true, "custom": map[string]any{"k": "ü"}, "identity": nil, "remaining": true,
		"trace": "Root=1-5f84c7a1-0123456789abcdef01234567",
	}
	if diff := cmp.Diff(any(want), parsed(t, out.Payload)); diff != "" {
		t.Errorf("context (-want +got):\n%s", diff)
	}
}

func TestPythonLog(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	fn := r.folderFunction("python3.13", "app.log", "python")
	for i := range 2 {
		tail := string(r.call(fn, "{}").LogTail)
		pattern := "^START RequestId: " + testRequestID + " Version: \\$LATEST\nprinted\n" +
			"\\[WARNING\\]\t\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\t" + testRequestID + "\twarned 1\n" +
			"to stderr\nno newline\nEND RequestId: " + testRequestID + "\n" +
			"REPORT RequestId: " + testRequestID + "\tDuration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9]\\d* MB\t"
		if i == 0 {
			pattern += "Init Duration: \\d+\\.\\d\\d ms\t"
		}
		if !regexp.MustCompile(pattern + "\n$").MatchString(tail) {
			t.Errorf("log of call %d:\n%s", i, tail)
		}
	}
	out := r.call(func() *deployed.Function { f := *fn; f.Handler, f.RevisionID = "app.fail", "r2"; return &f }(), "{}")
	want := "[ERROR] Exception: Error: Raising four hundred from within the Lambda function\rTraceback (most recent call last):\r" +
		"  File \"/var/task/app.py\", line 17, in fail\r    raise Exception("
	if !strings.Contains(string(out.LogTail), want) {
		t.Errorf("log of an exception:\n%s", out.LogTail)
	}
}

func TestFunctionEnvironment(t *testing.T) {
	needTool(t, "python3")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "the developer's own")
	t.Setenv("GITHUB_TOKEN", "secret")
	r := newRig(t, func(c *Config) { c.Endpoint = func() string { return "http://127.0.0.1:4566" } })
	fn := r.folderFunction("python3.13", "app.environment", "python")
	fn.Environment = map[string]string{"TABLE": "orders", "TZ": "Europe/Berlin", "AWS_REGION": "mars-1"}
	var got struct {
		Environment map[string]string
		CWD         string
	}
	if err := json.Unmarshal(r.call(fn, "{}").Payload, &got); err != nil {
		t.Fatal(err)
	}
	env := got.Environment
	want := map[string]string{
		"_HANDLER": "app.environment", "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1",
		"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13", "AWS_LAMBDA_FUNCTION_NAME": "fn",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand", "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/fn",
		"AWS_ACCESS_KEY_ID": "123456789012", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "stagedoor",
		"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "LAMBDA_TASK_ROOT": got.CWD, "LANG": "en_US.UTF-8",
		"TABLE": "orders", "TZ": "Europe/Berlin", "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
	}
	for name, value := range want {
		if env[name] != value {
			t.Errorf("%s = %q, want %q", name, env[name], value)
		}
	}
	if r.spawner.starter.canMount() {
		for name, want := range map[string]string{"LAMBDA_TASK_ROOT": "/var/task", "LAMBDA_RUNTIME_DIR": "/var/runtime", "PYTHONPATH": "/var/runtime"} {
			if env[name] != want {
				t.Errorf("%s = %q, want %q", name, env[name], want)
			}
		}
	} else if !strings.HasPrefix(got.CWD, r.packages.dir) {
		t.Errorf("working directory %q is not the unpacked package", got.CWD)
	}
	stream := regexp.MustCompile(`^\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}$`)
	if !stream.MatchString(env["AWS_LAMBDA_LOG_STREAM_NAME"]) {
		t.Errorf("log stream %q", env["AWS_LAMBDA_LOG_STREAM_NAME"])
	}
	for _, name := range []string{"GITHUB_TOKEN", "HOME", "AWS_PROFILE"} {
		if _, ok := env[name]; ok {
			t.Errorf("the function sees the emulator's own %s", name)
		}
	}
}

func TestMissingInterpreter(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	for _, name := range []string{"PYENV_ROOT", "NVM_DIR", "FNM_DIR", "VOLTA_HOME", "ASDF_DATA_DIR", "MISE_DATA_DIR", "RBENV_ROOT"} {
		t.Setenv(name, "")
	}
	for runtime, want := range map[string]string{
		"python3.13": "Couldn't find an interpreter for python3.13: install Python 3.13 so that python3.13 or python3 is on PATH",
		"nodejs22.x": "Couldn't find an interpreter for nodejs22.x: install Node.js 22 so that node is on PATH",
		"ruby3.3":    "Couldn't find an interpreter for ruby3.3: install Ruby 3.3 so that ruby3.3 or ruby is on PATH",
	} {
		r := newRig(t, nil)
		fn := r.function(runtime, "a.b", zipOf(t, map[string]string{"a": "x"}))
		out := r.call(fn, "{}")
		wanted := string(errorObject("Runtime.InvalidEntrypoint", "RequestId: "+testRequestID+" Error: "+want))
		if diff := cmp.Diff(wanted, string(out.Payload)); diff != "" || out.FunctionError != "Unhandled" {
			t.Errorf("%s: %s", runtime, diff)
		}
	}
}

func TestPythonLargeResponse(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	fn := r.folderFunction("python3.13", "app.large", "python")
	fn.Timeout = 20 * time.Second
	for _, tt := range []struct {
		payload string
		failed  bool
	}{{`{"bytes":6291554}`, false}, {`{"bytes":6291555}`, true}, {`{"bytes":10}`, false}} {
		out := r.call(fn, tt.payload)
		if got := strings.Contains(string(out.Payload), "Function.ResponseSizeTooLarge"); got != tt.failed {
			t.Errorf("%s: too large = %v", tt.payload, got)
		}
	}
}

func TestPythonFloodsTheLog(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	out := r.call(r.folderFunction("python3.13", "app.flood", "python"), "{}")
	if string(out.Payload) != `"flooded"` || len(out.LogTail) != maxTailBytes {
		t.Errorf("payload %s, %d bytes of log", out.Payload, len(out.LogTail))
	}
	if !r.logs.contains(strings.Repeat("y", 200000)) {
		t.Error("the long line was cut")
	}
}

func TestExecWrapper(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	fn := r.function("python3.13", "app.handler", zipOf(t, map[string]string{
		"wrapper": "#!/bin/sh\nexport WRAPPED=yes\nexec \"$@\"\n",
		"app.py":  "import os\ndef handler(event, context):\n    return os.environ['WRAPPED']\n",
	}))
	fn.Environment = map[string]string{"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrapper"}
	if out := r.call(fn, "{}"); string(out.Payload) != `"yes"` {
		t.Errorf("payload = %s", out.Payload)
	}
}
