package lambdarunner

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReleaseOf(t *testing.T) {
	t.Parallel()
	for version, want := range map[string][2]int{
		"3.13.0": {3, 13}, "3.13": {3, 13}, "20.20.2": {20, 20}, "21": {21, 0}, "25-ea": {25, 0}, "": {0, 0}, "x.1": {1, 0},
	} {
		if diff := cmp.Diff(want[:], releaseOf(version, 2)); diff != "" {
			t.Errorf("%q: %s", version, diff)
		}
	}
	for version, want := range map[string]int{"17.0.15": 17, "1.8.0_392": 8, "8.al2": 8} {
		if got := releaseOf(version, 1)[0]; got != want {
			t.Errorf("%q is release %d, want %d", version, got, want)
		}
	}
}

// TestInterpreterChoice has programs that say they are of some version.
func TestInterpreterChoice(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the programs are shell scripts")
	}
	dir := t.TempDir()
	program := func(name, version string) string {
		path := filepath.Join(dir, name)
		script := "#!/bin/sh\necho run >> '" + path + ".runs'\nprintf '%s\\n%s\\n' \"$0\" '" + version + "'\n"
		if version == "" {
			script = "#!/bin/sh\necho run >> '" + path + ".runs'\nexit 1\n"
		}
		if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	old, older, exact := program("old", "3.8.1"), program("older", "3.7.9"), program("exact one", "3.11.4")
	newer, newest, broken := program("newer", "3.12.0"), program("newest", "3.14.0"), program("broken", "")
	missing := filepath.Join(dir, "missing")
	tests := map[string]struct {
		candidates []string
		want       string
	}{
		"exact":            {[]string{missing, broken, old, newer, exact, newest}, exact},
		"the oldest newer": {[]string{old, newest, newer, older}, newer},
		"the newest older": {[]string{older, old, broken}, old},
		"none":             {[]string{missing, broken}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			i := newInterpreters()
			w := wanted{runtime: "python3.11", release: []int{3, 11}, candidates: tt.candidates}
			for range 2 {
				it, ok := i.lookUp(t.Context(), w)
				if it.path != tt.want || ok != (tt.want != "") {
					t.Errorf("chose %+v, want %s", it, tt.want)
				}
			}
		})
	}
	// Neither what was found nor what failed is asked twice by one runner.
	runs, err := os.ReadFile(broken + ".runs")
	if err != nil || len(runs) != 3*len("run\n") {
		t.Errorf("the broken program ran %q times in three runners, %v", runs, err)
	}
}

func TestExpanded(t *testing.T) {
	t.Setenv("LAMBDARUNNER_TEST_DIR", "/set")
	for pattern, want := range map[string]string{
		"/usr/x":                           "/usr/x",
		"~/x":                              "/home/me/x",
		"$LAMBDARUNNER_TEST_DIR|~/.a|/x":   "/set/x",
		"$LAMBDARUNNER_TEST_UNSET|~/.a|/x": "/home/me/.a/x",
	} {
		if got := expanded(pattern, "/home/me"); got != want {
			t.Errorf("%s becomes %s, want %s", pattern, got, want)
		}
	}
}
