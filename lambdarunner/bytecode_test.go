package lambdarunner

import (
	"fmt"
	"path/filepath"
	"testing"
)

// A package of many Python files is compiled though its processes cannot write there.
func TestPythonIsCompiledAhead(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, func(c *Config) { c.Files = FilesPlaced })
	if !r.spawner.starter.canMount() {
		t.Skip("processes write themselves here")
	}
	code := map[string]string{"app.py": "import p.m7\ndef handler(event, context):\n    return p.m7.__cached__\n", "broken.py": "def"}
	for i := range compileFromFiles {
		code[fmt.Sprintf("p/m%d.py", i)] = fmt.Sprintf("# %p\nx = %d\n", t, i)
	}
	fn := r.function("python3.13", "app.handler", zipOf(t, code))
	r.call(fn, "{}")
	tree, err := r.packages.tree(t.Context(), fn.CodeSHA256)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the code compiled", func() bool {
		found, err := filepath.Glob(filepath.Join(tree, "p", "__pycache__", "m7.*.pyc"))
		return err == nil && len(found) == 1
	})
	if isWorthCompiling(tree) {
		t.Error("the code is compiled again")
	}
	few := t.TempDir()
	if isWorthCompiling(few) {
		t.Error("nothing is worth compiling")
	}
}
