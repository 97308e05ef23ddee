package lambdarunner

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// needGroups skips where no control groups can be made: it is a matter of the kernel's
// settings and of who manages the machine.
func needGroups(t *testing.T) *cgroups {
	t.Helper()
	c, err := openCgroups()
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		if err := c.close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// Each process is in a group of its own with AWS's limits, which goes with it.
func TestControlGroups(t *testing.T) {
	t.Parallel()
	needGroups(t)
	needTool(t, "python3")
	r := newRig(t, nil)
	fn := r.function("python3.13", "app.handler", zipOf(t, map[string]string{"app.py": `
import os, subprocess
def handler(event, context):
    path = "/sys/fs/cgroup" + open("/proc/self/cgroup").read().strip()[3:]
    # One that leaves the process group and outlives the function.
    child = subprocess.Popen(["sleep", "300"], start_new_session=True)
    return [open(os.path.join(path, name)).read().strip() for name in ("memory.max", "memory.oom.group", "pids.max")] + [path, str(child.pid)]
`}))
	var got []string
	for answer := range strings.SplitSeq(strings.Trim(string(r.call(fn, "{}").Payload), "[]"), ", ") {
		got = append(got, strings.Trim(answer, `"`))
	}
	if len(got) != 5 || got[0] != "134217728" || got[1] != "1" || got[2] != "1024" {
		t.Fatalf("%q", got)
	}
	if filepath.Dir(got[3]) != r.spawner.groups.dir {
		t.Errorf("group %s", got[3])
	}
	r.Retire(fn)
	r.eventuallyCounts(0, 0, 0)
	if exists(got[3]) {
		t.Error("the group is left behind")
	}
	if exists(filepath.Join("/proc", got[4], "exe")) {
		t.Error("a process is left behind")
	}
}

// The watchdog of an emulator that was killed leaves no group behind.
func TestWatchdogRemovesGroups(t *testing.T) {
	t.Parallel()
	c := needGroups(t)
	group, err := c.make(16)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sleep", "300")
	setProcessAttributes(cmd)
	group.adopt(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	script := exec.Command("/bin/sh", "-c", watchdogScript, "watchdog", c.dir)
	if out, err := script.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		if err == nil || err.Error() != "signal: killed" {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the process lives")
		_ = cmd.Process.Kill()
		<-done
	}
	if err := group.dir.Close(); err != nil {
		t.Error(err)
	}
	if exists(c.dir) {
		entries, err := os.ReadDir(c.dir)
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestOwnCgroup(t *testing.T) {
	t.Parallel()
	if path, err := ownCgroup(); err == nil && !strings.HasPrefix(path, "/") {
		t.Error(path)
	}
	if _, err := openCgroupsIn(t.TempDir()); err == nil {
		t.Error("a plain directory is no control group")
	}
}
