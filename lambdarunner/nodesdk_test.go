package lambdarunner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// AWS's runtimes have the AWS SDK: functions that bring none find that of the machine.
func TestNodeSDK(t *testing.T) {
	t.Parallel()
	needTool(t, "node")
	modules := filepath.Join(t.TempDir(), "node_modules")
	for _, name := range []string{"@aws-sdk/client-x", "@smithy/y", "other"} {
		dir := filepath.Join(modules, filepath.FromSlash(name))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for file, text := range map[string]string{
			"package.json": `{"name":"` + name + `","version":"1.0.0","main":"index.js"}`, "index.js": `exports.name = "` + name + `";`,
		} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	r := newRig(t, func(c *Config) { c.NodeModules = []string{filepath.Join(t.TempDir(), "node_modules"), modules} })
	const own = `{"name":"@smithy/y","version":"1.0.0","main":"index.js"}`
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"require": {map[string]string{"app.js": `const x = require("@aws-sdk/client-x"); exports.handler = async () => x.name + " " + require("@smithy/y").name;`}, `"@aws-sdk/client-x @smithy/y"`},
		"import":  {map[string]string{"app.mjs": `import x from "@aws-sdk/client-x"; export const handler = async () => x.name + " " + (await import("@smithy/y")).default.name;`}, `"@aws-sdk/client-x @smithy/y"`},
		"the function's own first": {map[string]string{
			"app.mjs":                             `import y from "@smithy/y"; export const handler = async () => y.name;`,
			"node_modules/@smithy/y/package.json": own, "node_modules/@smithy/y/index.js": `exports.name = "own";`,
		}, `"own"`},
		"nothing else": {map[string]string{"app.js": `require("other"); exports.handler = async () => 1;`}, "Cannot find module 'other'"},
		"not there":    {map[string]string{"app.mjs": `import "@aws-sdk/gone"; export const handler = async () => 1;`}, "Cannot find package '@aws-sdk/gone'"},
	} {
		fn := r.function("nodejs20.x", "app.handler", zipOf(t, test.files))
		fn.ARN += "-" + strings.ReplaceAll(name, " ", "-")
		out := r.call(fn, "{}")
		if got := string(out.Payload); got != test.want && (out.FunctionError == "" || !strings.Contains(got, test.want)) {
			t.Errorf("%s: %s", name, got)
		}
		hinted := strings.Contains(strings.Join(r.logs.texts(), "\n"), "npm install -g")
		if name == "not there" && !hinted {
			t.Error("no hint at what is missing")
		}
	}
}
