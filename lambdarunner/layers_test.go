package lambdarunner

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// layers saves packages and returns them as the layers of a function.
func (r *rig) layers(zips ...[]byte) []deployed.Layer {
	r.tb.Helper()
	var layers []deployed.Layer
	for _, zip := range zips {
		saved, err := r.packages.Save(r.tb.Context(), zip)
		if err != nil {
			r.tb.Fatal(err)
		}
		layers = append(layers, deployed.Layer{SHA256: saved.SHA256})
	}
	return layers
}

// ownPackages gives the rig packages that no other test uses.
func ownPackages(tb testing.TB) func(*Config) {
	tb.Helper()
	p, err := OpenPackages(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	return func(c *Config) { c.Packages = p }
}

func TestPythonLayers(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	fn := r.function("python3.13", "app.handler", zipOf(t, map[string]string{"app.py": `
import os, lower, upper, deep
def handler(event, context):
    return [lower.NAME, upper.NAME, deep.NAME, os.environ["PATH"].split(":")[-1].endswith("/bin")]
`}))
	fn.Layers = r.layers(
		zipOf(t, map[string]string{"python/lower.py": "NAME = 'first'", "python/upper.py": "NAME = 'first'"}),
		zipOf(t, map[string]string{
			"python/upper.py": "NAME = 'second'", "python/lib/python3.13/site-packages/deep.py": "NAME = 'site'",
		}),
	)
	// A user's own value does not hide the layers.
	fn.Environment = map[string]string{"PYTHONPATH": "/var/task/vendor"}
	if diff := cmp.Diff(`["first", "second", "site", true]`, string(r.call(fn, "{}").Payload)); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
}

func TestNodeLayers(t *testing.T) {
	t.Parallel()
	needTool(t, "node")
	r := newRig(t, nil)
	fn := r.function("nodejs20.x", "index.handler", zipOf(t, map[string]string{"index.js": `
const { readFileSync } = require("node:fs");
exports.handler = async () => [require("common"), require("versioned"), readFileSync(process.env.DATA + "/data.txt", "utf8")];
`}))
	fn.Layers = r.layers(
		zipOf(t, map[string]string{"nodejs/node_modules/common/index.js": "module.exports = 'common'", "data.txt": "x"}),
		zipOf(t, map[string]string{"nodejs/node20/node_modules/versioned/index.js": "module.exports = 'node20'", "data.txt": "y"}),
	)
	fn.Environment = map[string]string{"NODE_PATH": "/opt/nodejs/node20/node_modules:/opt/nodejs/node_modules"}
	at, release, err := r.placeOf(fn)
	if err != nil {
		t.Fatal(err)
	}
	fn.Environment["DATA"] = at.opt
	if diff := cmp.Diff(`["common","node20","y"]`, string(r.call(fn, "{}").Payload)); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}

func TestBootstrapAndWrapperInLayers(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	fn := r.function("provided.al2023", "echo", zipOf(t, map[string]string{"main": "x"}))
	fn.Layers = r.layers(goPackage)
	if got := string(r.call(fn, `"layered"`).Payload); got != `"layered"` {
		t.Errorf("payload = %s", got)
	}
	needTool(t, "python3")
	fn = r.folderFunction("python3.13", "app.echo", "python")
	fn.RevisionID = "r2"
	fn.Layers = r.layers(zipOf(t, map[string]string{"wrap": "#!/bin/sh\necho wrapped\nexec \"$@\"\n"}))
	fn.Environment = map[string]string{wrapperVariable: "/opt/wrap"}
	if got := string(r.call(fn, `"w"`).Payload); got != `"w"` || !r.logs.contains("wrapped") {
		t.Errorf("payload %s, logs %q", got, r.logs.texts())
	}
}

func TestMergedLayersAreSharedAndRemoved(t *testing.T) {
	t.Parallel()
	r := newRig(t, ownPackages(t))
	r.packages = r.cfg.Packages
	fn := r.goFunction("echo")
	fn.Layers = r.layers(zipOf(t, map[string]string{"a": "1"}), zipOf(t, map[string]string{"b": "2"}))
	other := *fn
	other.ARN += "-other"
	merged := func() []string {
		found, err := filepath.Glob(filepath.Join(r.packages.dir, layersPrefix+"*"))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	r.call(fn, "1")
	r.call(&other, "1")
	if got := merged(); len(got) != 1 {
		t.Fatalf("directories %q, want one for both", got)
	}
	r.eventuallyCounts(2, 2, 0)
	r.Retire(fn)
	r.eventuallyCounts(1, 1, 0)
	if got := merged(); len(got) != 1 {
		t.Fatalf("directories %q while a function uses one", got)
	}
	r.Retire(&other)
	eventually(t, "the directory is removed", func() bool { return len(merged()) == 0 })
	eventually(t, "its entry too", func() bool {
		r.packages.layers.mu.Lock()
		defer r.packages.layers.mu.Unlock()
		return len(r.packages.layers.trees) == 0
	})

	again := *fn
	again.RevisionID = "r9"
	r.call(&again, "1")
	if got := merged(); len(got) != 1 {
		t.Fatalf("directories %q, want it made anew", got)
	}
	if _, err := OpenPackages(r.packages.dir); err != nil {
		t.Fatal(err)
	}
	if got := merged(); len(got) != 0 {
		t.Errorf("directories %q left by an interrupted run", got)
	}
}

func TestMergeLayersOverEachOther(t *testing.T) {
	t.Parallel()
	p, err := OpenPackages(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{tb: t, packages: p}
	layers := r.layers(
		zipOf(t, map[string]string{"kept": "1", "file-then-dir": "1", "dir-then-file/x": "1", "both": "1"}),
		zipOf(t, map[string]string{"file-then-dir/x": "2", "dir-then-file": "2", "both": "2"}),
	)
	dir, release, err := p.useLayers(t.Context(), layers)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		got[strings.TrimPrefix(path, dir+"/")] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"kept": "1", "file-then-dir/x": "2", "dir-then-file": "2", "both": "2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
	slices.Reverse(layers)
	other, _, err := p.useLayers(t.Context(), layers)
	if err != nil || other == dir {
		t.Errorf("the other order has %s, %v", other, err)
	}
}

func TestMissingLayer(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	fn := r.goFunction("echo")
	fn.Layers = []deployed.Layer{{SHA256: fn.CodeSHA256}, {SHA256: strings.Repeat("A", 43) + "="}}
	if _, err := r.callContext(t.Context(), fn, "1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error = %v, want that the package is not there", err)
	}
	r.eventuallyCounts(0, 0, 0)
}

func TestRubyAndJavaSearchLayers(t *testing.T) {
	t.Parallel()
	opt := t.TempDir()
	if err := os.MkdirAll(filepath.Join(opt, "java", "lib"), 0o700); err != nil {
		t.Fatal(err)
	}
	jar := filepath.Join(opt, "java", "lib", "a.jar")
	if err := os.WriteFile(jar, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	at := place{task: "/code", opt: opt, layers: opt}
	classPath, err := javaClassPath(at)
	if diff := cmp.Diff([]string{"/code", jar}, classPath); err != nil || diff != "" {
		t.Errorf("class path (-want +got):\n%s%v", diff, err)
	}
	want := map[string]string{
		"GEM_PATH": "/code/vendor/bundle/ruby/3.3.0:" + opt + "/ruby/gems/3.3.0", "RUBYLIB": "/code:" + opt + "/ruby/lib",
	}
	if diff := cmp.Diff(want, rubyVariables(at, "3.3.5")); diff != "" {
		t.Errorf("ruby (-want +got):\n%s", diff)
	}
	if got := at.local("/opt/java/lib/a.jar"); got != jar {
		t.Errorf("local path %s", got)
	}
	at = at.mounted(true)
	classPath, err = javaClassPath(at)
	if diff := cmp.Diff([]string{"/var/task", "/opt/java/lib/a.jar"}, classPath); err != nil || diff != "" {
		t.Errorf("class path where mounted (-want +got):\n%s%v", diff, err)
	}
	if got := at.local("/opt/java/lib/a.jar"); got != "/opt/java/lib/a.jar" {
		t.Errorf("local path %s where mounted", got)
	}
}
