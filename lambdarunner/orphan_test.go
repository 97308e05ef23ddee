package lambdarunner

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// hostVariable makes this test binary run a function in its working directory
// and wait to be killed.
const hostVariable = "LAMBDARUNNER_TEST_HOST"

// hostFunction is the emulator that is killed: it prints the ids of a function
// process and of that one's own child, and hangs.
func hostFunction() {
	packages, err := OpenPackages("packages")
	if err != nil {
		panic(err)
	}
	code, err := os.ReadFile("function.zip")
	if err != nil {
		panic(err)
	}
	saved, err := packages.Save(context.Background(), code)
	if err != nil {
		panic(err)
	}
	r, err := New(Config{Packages: packages, TempDir: "."})
	if err != nil {
		panic(err)
	}
	fn := &deployed.Function{Name: "fn", Version: "1", Runtime: "provided", Handler: "grandchild", CodeSHA256: saved.SHA256, Timeout: time.Minute}
	out, err := r.Invoke(context.Background(), fn, deployed.Invocation{RequestID: testRequestID})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(out.Payload))
	time.Sleep(time.Hour)
}

// No orphan survives the emulator, however it dies.
func TestNoOrphanAfterSIGKILL(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("looks into /proc")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "function.zip"), goPackage, 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	host := exec.Command(self)
	host.Dir = dir
	host.Env = append(os.Environ(), hostVariable+"=1")
	host.Stderr = os.Stderr
	out, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	line, readErr := bufio.NewReader(out).ReadString('\n')
	var pids struct{ PID, Child int }
	if err := json.Unmarshal([]byte(line), &pids); err != nil {
		t.Errorf("%q: %v, %v", line, err, readErr)
	}
	for _, pid := range []int{pids.PID, pids.Child} {
		if !processRuns(strconv.Itoa(pid)) {
			t.Errorf("process %d does not run", pid)
		}
	}
	if err := host.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = host.Wait()
	eventually(t, "function and its child are gone", func() bool {
		return !processRuns(strconv.Itoa(pids.PID)) && !processRuns(strconv.Itoa(pids.Child))
	})
}
