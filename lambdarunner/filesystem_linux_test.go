package lambdarunner

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// Each environment has a /tmp of its own: empty, as large as configured, kept between its
// calls and gone with it.
func TestPrivateTmp(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, func(c *Config) { c.Files = FilesPrivate })
	if !r.spawner.starter.canMount() {
		t.Skip(r.spawner.starter.mountErr)
	}
	mine, err := os.CreateTemp(tmpRoot, "stagedoor-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mine.Close(); _ = os.Remove(mine.Name()) })
	named := t.TempDir()
	if err := os.WriteFile(filepath.Join(named, "table"), []byte("of the machine"), 0o600); err != nil {
		t.Fatal(err)
	}
	fn := r.function("python3.13", "app.handler", zipOf(t, map[string]string{"app.py": `
import os, tempfile
def handler(event, context):
    seen = os.path.exists("/tmp/kept")
    with open("/tmp/kept", "wb") as f:
        f.write(bytes(4 << 20))
    error = None
    try:
        with open("/tmp/large", "wb") as f:
            f.write(bytes(16 << 20))
    except OSError as e:
        error = e.strerror
    os.remove("/tmp/large")
    table = os.environ.get("TABLE")
    return {"seen": seen, "error": error, "dir": tempfile.gettempdir(), "mine": os.path.exists("` + mine.Name() + `"),
            "table": open(table).read() if table else None}
`}))
	fn.EphemeralStorageMiB = 8
	fn.Environment = map[string]string{"TABLE": filepath.Join(named, "table")}
	type answer struct {
		Seen, Mine        bool
		Error, Dir, Table string
	}
	call := func() (got answer) {
		t.Helper()
		if payload := r.call(fn, "{}").Payload; json.Unmarshal(payload, &got) != nil {
			t.Fatalf("%s", payload)
		}
		r.idle()
		return got
	}
	want := answer{Error: "No space left on device", Dir: "/tmp", Table: "of the machine"}
	for range 2 {
		want.Seen = false
		if got := call(); got != want {
			t.Errorf("first call %+v", got)
		}
		want.Seen = true
		if got := call(); got != want {
			t.Errorf("second call %+v", got)
		}
		r.Retire(fn)
		r.eventuallyCounts(0, 0, 0)
	}
	if exists(filepath.Join(tmpRoot, "kept")) {
		t.Error("the file is in the machine's /tmp")
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		if fields := strings.Fields(line); len(fields) > 4 && strings.HasPrefix(fields[4], named) {
			t.Errorf("mount left behind: %s", line)
		}
	}
}

// A function that runs from the machine's /tmp itself keeps it.
func TestTmpThatIsNeeded(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Files = FilesPrivate })
	if !r.spawner.starter.canMount() {
		t.Skip(r.spawner.starter.mountErr)
	}
	fn := r.goFunction("echo")
	if got := r.privateTmp(fn, tmpRoot); got != nil {
		t.Errorf("%+v", got)
	}
	fn.Environment = map[string]string{"DIR": "/tmp"}
	got := r.privateTmp(fn, "/tmp/a/b", "/usr/bin/python3", "relative")
	if got == nil || got.sizeMiB != 512 || got.shared[0] != "/tmp/a" {
		t.Errorf("%+v", got)
	}
}

// Code, layers and the runtime are where AWS has them, and nobody writes there.
func TestPlacedFiles(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	for _, files := range []Files{FilesPlaced, FilesPrivate} {
		t.Run(string(files), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(c *Config) { c.Files = files })
			if !r.spawner.starter.canMount() {
				t.Skip(r.spawner.starter.mountErr)
			}
			code := map[string]string{"app.py": `
import os, subprocess
def attempt(path):
    try:
        with open(path, "w") as f:
            f.write("x")
        return "written"
    except OSError as e:
        return e.strerror
def handler(event, context):
    return {
        "cwd": os.getcwd(), "file": __file__, "layer": open("/opt/data/name").read(), "top": open("/opt/top").read(),
        "link": open("/opt/link").read(), "tool": subprocess.check_output(["/opt/bin/tool"], text=True),
        "task": attempt("/var/task/new"), "opt": attempt("/opt/data/new"), "inOpt": attempt("/opt/new"), "runtime": attempt("/var/runtime/new"),
    }
`}
			fn := r.function("python3.13", "app.handler", zipOf(t, code))
			fn.Layers = r.layers(
				zipOf(t, map[string]string{"data/name": "first", "top": "of the first", "bin/tool": "#!/bin/sh\ncat /opt/data/name\n"}),
				zipOf(t, map[string]string{"data/name": "second", "link": "plain"}),
			)
			const readOnly = "Read-only file system"
			want := map[string]string{
				"cwd": "/var/task", "file": "/var/task/app.py", "layer": "second", "top": "of the first", "link": "plain", "tool": "second",
				"task": readOnly, "opt": readOnly, "inOpt": readOnly, "runtime": readOnly,
			}
			check := func() {
				t.Helper()
				var got map[string]string
				if payload := r.call(fn, "{}").Payload; json.Unmarshal(payload, &got) != nil {
					t.Fatalf("%s", payload)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			}
			check()

			// A directory of the user's stays where it is, and can be seen at /var/task.
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "app.py"), []byte(code["app.py"]), 0o600); err != nil {
				t.Fatal(err)
			}
			fn.LocalDir, fn.RevisionID = dir, "r2"
			want["cwd"], want["file"], want["task"] = dir, filepath.Join(dir, "app.py"), "written"
			check()
			if !exists(filepath.Join(dir, "new")) {
				t.Error("what the function wrote to /var/task is not in the user's directory")
			}
		})
	}
}

// Paths of AWS's own work in the variables of users and for wrappers, and a bootstrap in a
// layer is found.
func TestPlacedBootstrapOfLayer(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	fn := r.function("provided.al2023", "echo", zipOf(t, map[string]string{"data": "x"}))
	saved, err := r.packages.Save(t.Context(), goPackage)
	if err != nil {
		t.Fatal(err)
	}
	fn.Layers = []deployed.Layer{{SHA256: saved.SHA256}}
	if got := string(r.call(fn, `"here"`).Payload); got != `"here"` {
		t.Error(got)
	}
}

// An environment has AWS's number of file descriptors.
func TestOpenFilesAreLimited(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	fn := r.function("python3.13", "app.handler", zipOf(t, map[string]string{"app.py": `
import os, resource
def handler(event, context):
    kept = []
    try:
        while True:
            kept.append(os.open("/dev/null", os.O_RDONLY))
    except OSError as e:
        return [e.strerror, max(kept) + 1, resource.getrlimit(resource.RLIMIT_NOFILE)]
    finally:
        for fd in kept:
            os.close(fd)
`}))
	if got, want := string(r.call(fn, "{}").Payload), `["Too many open files", 1024, [1024, 1024]]`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
