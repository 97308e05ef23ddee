package lambdarunner

import (
	"regexp"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOutOfMemory(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("looks into /proc")
	}
	needTool(t, "python3")
	app := `
import os, subprocess, sys, time
def grow():
    taken = []
    while True:
        taken.append(b"x" * (4 << 20))
        time.sleep(0.001)
if os.environ.get("WHEN") == "init":
    grow()
def handler(event, context):
    if event == "child":
        subprocess.run([sys.executable, "-c", "import time\ntaken = []\nwhile True:\n  taken.append(b'x' * (4 << 20)); time.sleep(0.001)"])
    if event == "grow":
        grow()
    return "fits"
`
	r := newRig(t, nil)
	fn := r.function("python3.13", "app.handler", zipOf(t, map[string]string{"app.py": app}))
	if got := string(r.call(fn, "{}").Payload); got != `"fits"` {
		t.Fatalf("payload = %s", got)
	}
	report := regexp.MustCompile(`(?m)^REPORT .*\tMemory Size: 128 MB\tMax Memory Used: 128 MB\t.*Status: error\tError Type: Runtime.OutOfMemory$`)
	for _, event := range []string{`"grow"`, `"child"`} {
		out := r.call(fn, event)
		if diff := cmp.Diff(exitError("Runtime exited with error: signal: killed"), string(out.Payload)); diff != "" {
			t.Errorf("%s: payload (-want +got):\n%s", event, diff)
		}
		if !report.Match(out.LogTail) {
			t.Errorf("%s: log %s", event, out.LogTail)
		}
		r.eventuallyCounts(0, 0, 0)
	}
	fn.RevisionID, fn.Environment = "r2", map[string]string{"WHEN": "init"}
	out := r.call(fn, "{}")
	if diff := cmp.Diff(exitError("Runtime exited with error: signal: killed"), string(out.Payload)); diff != "" {
		t.Errorf("init: payload (-want +got):\n%s", diff)
	}
	r.eventuallyCounts(0, 0, 0)
}
