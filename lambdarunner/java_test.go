package lambdarunner

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// TestJavaRuntimeIsBuiltFromItsSources fails when the jar is to be built again.
func TestJavaRuntimeIsBuiltFromItsSources(t *testing.T) {
	t.Parallel()
	h := sha256.New()
	sources := os.DirFS("java/src")
	// WalkDir goes in the order of names, like the script's sort for this one package.
	err := fs.WalkDir(sources, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".java" {
			return err
		}
		data, err := fs.ReadFile(sources, path)
		h.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	jar, err := bootstraps.ReadFile("bootstrap/java/runtime.jar")
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(jar), int64(len(jar)))
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := fs.ReadFile(archive, "META-INF/sources.sha256")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(string(recorded)), hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("the jar is of other sources (%s, want %s): run scripts/java-runtime.sh", got, want)
	}
}

// javaPackage is the zip of the Java handlers, compiled once: the classes at its
// root and the core library as lib/core.jar.
var javaPackage = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "lambdarunner-java-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	core, root := filepath.Join(dir, "core"), filepath.Join(dir, "root")
	if err := os.MkdirAll(filepath.Join(root, "lib"), 0o755); err != nil {
		return nil, err
	}
	const functions = "../testdata/functions/"
	const library = functions + "java-core/com/amazonaws/services/lambda/runtime/"
	coreSources, err := filepath.Glob(library + "*.java")
	if err != nil {
		return nil, err
	}
	coreSources = append(coreSources, library+"events/ThingEvent.java")
	sources, err := filepath.Glob(functions + "java/example/*.java")
	if err != nil {
		return nil, err
	}
	for _, command := range [][]string{
		append([]string{"javac", "--release", "11", "-nowarn", "-d", core}, coreSources...),
		append([]string{"javac", "--release", "11", "-nowarn", "-cp", core, "-d", root}, sources...),
		{"jar", "--create", "--file", filepath.Join(root, "lib", "core.jar"), "-C", core, "."},
	} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			return nil, errors.Join(err, errors.New(string(out)))
		}
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	err = errors.Join(w.AddFS(os.DirFS(root)), w.Close())
	return b.Bytes(), err
})

// javaFunction returns a function of the Java package with a handler.
func (r *rig) javaFunction(handler string) *deployed.Function {
	r.tb.Helper()
	for _, tool := range []string{"java", "javac", "jar"} {
		needTool(r.tb, tool)
	}
	pack, err := javaPackage()
	if err != nil {
		r.tb.Fatal(err)
	}
	fn := r.function("java17", handler, pack)
	fn.MemorySizeMiB = 512
	fn.Timeout = time.Minute // a JVM on a busy machine
	fn.ARN += "-" + strings.NewReplacer(".", "-", ":", "-").Replace(handler)
	return fn
}

func TestJavaHandlers(t *testing.T) {
	t.Parallel()
	const order = `{"items":[{"name":"a","count":1,"unknown":true},{"name":"b","Name":"ignored","count":2.0}],"prices":{"a":1.5},"urgent":true,` +
		`"size":"LARGE","numbers":[1,9007199254740993],"note":"n","publicField":"p"}`
	const wantOrder = `{"publicField":"p","items":[{"count":2,"name":"a"},{"count":3,"name":"b"}],"note":"n",` +
		`"numbers":[1,9007199254740993],"prices":{"a":1.5},"size":"LARGE","urgent":true}`
	tests := map[string]struct {
		handler string
		events  map[string]string
	}{
		"any value": {"example.App::echo", map[string]string{
			`{"b":[1,2.5,null,true,"\u00fc\n\ud83d\ude00"],"a":{}}`: `{"b":[1,2.5,null,true,"ü\n😀"],"a":{}}`,
			`12345678901234567890`: `12345678901234567890`, `1e3`: `1000.0`, `""`: `""`, `null`: `null`,
		}},
		"a class": {"example.App::order", map[string]string{order: wantOrder}},
		"an event of the library": {"example.App::thing", map[string]string{
			`{"Records":[{"eventSourceARN":"arn","at":1700000000.5,"data":"AQI=","detail-type":"t","more":1}],"isBase64Encoded":true}`: `{"isBase64Encoded":true,"records":[{"at":1700000000500,"data":"AQI=","detailType":"t","eventSourceArn":"arn"}]}`,
		}},
		"a list, static":              {"example.App::sum", map[string]string{`[1,2,3]`: `6`, `[]`: `0`}},
		"a text":                      {"example.App::upper", map[string]string{`"abc"`: `"ABC"`, `5`: `"5"`}},
		"nothing":                     {"example.App::nothing", map[string]string{`{}`: `null`}},
		"streams, own method":         {"example.App::stream", map[string]string{`{"a": 1}`: `{"a": 1}`}},
		"RequestStreamHandler":        {"example.Streams", map[string]string{`1`: `not json: 1`}},
		"RequestHandler":              {"example.Direct", map[string]string{`{"x":{"count":2},"y":{"count":5}}`: `7`}},
		"RequestHandler, by method":   {"example.Direct::handleRequest", map[string]string{`{}`: `0`}},
		"RequestHandler, inheritance": {"example.Typed", map[string]string{`{"name":"n","count":4}`: `"n x 4"`}},
	}
	r := newRig(t, nil)
	for name, tt := range tests {
		fn := r.javaFunction(tt.handler)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for event, want := range tt.events {
				out := r.call(fn, event)
				if diff := cmp.Diff(want, string(out.Payload)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", event, diff)
				}
			}
		})
	}
}

func TestJavaErrors(t *testing.T) {
	t.Parallel()
	type object struct {
		ErrorMessage, ErrorType string
		StackTrace              []string
	}
	first := func(o *object) {
		if len(o.StackTrace) > 1 {
			o.StackTrace = o.StackTrace[:1]
		}
	}
	tests := map[string]struct {
		payload string
		want    object
		log     string
	}{
		"example.App::fail": {
			want: object{
				ErrorMessage: "broken", ErrorType: "java.lang.IllegalStateException", StackTrace: []string{"example.App.fail(App.java:63)"},
			},
			log: "\nbroken: java.lang.IllegalStateException\njava.lang.IllegalStateException: broken\n\tat example.App.fail(App.java:63)\n",
		},
		"example.App::sum": {
			payload: `{"a":1}`,
			want: object{
				ErrorMessage: "An error occurred during JSON parsing", ErrorType: "java.lang.RuntimeException", StackTrace: []string{},
			},
		},
		"example.App::cycle": {
			want: object{
				ErrorMessage: "An error occurred during JSON serialization of response", ErrorType: "java.lang.RuntimeException", StackTrace: []string{},
			},
		},
		"example.App::memory": {
			want: object{ErrorMessage: "Java heap space", ErrorType: "java.lang.OutOfMemoryError", StackTrace: []string{"example.App.memory(App.java:86)"}},
		},
		"example.Missing": {
			want: object{ErrorMessage: "Class not found: example.Missing", ErrorType: "java.lang.ClassNotFoundException"},
			log:  "Class not found: example.Missing: java.lang.ClassNotFoundException\n",
		},
		"example.App::missing": {
			want: object{
				ErrorMessage: "No public method named missing with appropriate method signature found on class example.App",
			},
		},
		"example.App": {
			want: object{ErrorMessage: "Class does not implement an appropriate handler interface: example.App"},
		},
		"example.Broken::handle": {
			want: object{ErrorMessage: "Error loading class example.Broken", ErrorType: "java.lang.ExceptionInInitializerError"},
		},
		"example.App::": {want: object{ErrorMessage: "Invalid handler: `example.App::'"}},
		"example.App::nothingSaid": {
			want: object{ErrorMessage: "java.lang.NullPointerException", ErrorType: "java.lang.NullPointerException", StackTrace: []string{"example.App.nothingSaid(App.java:98)"}},
		},
		"example.NoConstructor::handle": {
			want: object{ErrorMessage: "Class example.NoConstructor has no public zero-argument constructor", ErrorType: "java.lang.Exception"},
		},
	}
	r := newRig(t, nil)
	for handler, tt := range tests {
		fn := r.javaFunction(handler)
		t.Run(handler, func(t *testing.T) {
			t.Parallel()
			out := r.call(fn, tt.payload)
			if out.FunctionError != "Unhandled" {
				t.Errorf("FunctionError %q", out.FunctionError)
			}
			var got object
			if err := json.Unmarshal(out.Payload, &got); err != nil {
				t.Fatalf("%s: %v", out.Payload, err)
			}
			first(&got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("error object (-want +got):\n%s", diff)
			}
			if !strings.Contains(strings.Join(r.logs.texts(), "\n"), tt.log) {
				t.Errorf("log lacks %q:\n%s", tt.log, strings.Join(r.logs.texts(), "\n"))
			}
		})
	}
}

func TestJavaContext(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	fn := r.javaFunction("example.App::describe")
	fn.Environment = map[string]string{"MY_VARIABLE": "mine"}
	out, err := r.Invoke(t.Context(), fn, deployed.Invocation{
		RequestID: testRequestID, InvokedARN: fn.ARN + ":prod", TraceID: "Root=1-2-3", ClientContext: []byte(`{"custom":{"k":"ü"}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"` + testRequestID + `","arn":"` + fn.ARN + `:prod","name":"fn","memory":512,"remaining":true,"custom":{"k":"ü"},` +
		`"trace":"Root=1-2-3","variable":"mine","text":"Context"}`
	if diff := cmp.Diff(want, string(out.Payload)); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(string(out.LogTail), "\nlogged ü\nprinted ü\nEND ") {
		t.Errorf("log tail %s", out.LogTail)
	}
}
