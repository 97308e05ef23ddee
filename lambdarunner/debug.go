package lambdarunner

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

const (
	// debugTimeout stands for no limit.
	debugTimeout = 24 * time.Hour
	// debugPortWait is how long the port may stay taken by a process that is going.
	debugPortWait = 2 * time.Second
	debugPortPoll = 20 * time.Millisecond
)

// debugged makes a command listen for a debugger.
func debugged(ctx context.Context, c command, fn *deployed.Function, port int) (command, error) {
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	if err := awaitPort(ctx, address); err != nil {
		return c, &fault{Type: "Runtime.InvalidEntrypoint", Reason: fmt.Sprintf("The debugger port of %s is taken: %v", fn.Name, err)}
	}
	var options []string
	switch {
	case strings.HasPrefix(fn.Runtime, "nodejs"):
		options = []string{"--inspect=" + address}
	case strings.HasPrefix(fn.Runtime, "python"):
		if err := exec.CommandContext(ctx, c.path, "-c", "import debugpy").Run(); err != nil {
			return c, &fault{Type: "Runtime.InvalidEntrypoint", Reason: "debugpy is not installed for " + c.path + ": run " + c.path + " -m pip install debugpy"}
		}
		options = []string{"-Xfrozen_modules=off", "-m", "debugpy", "--listen", address}
	case strings.HasPrefix(fn.Runtime, "java"):
		options = []string{"-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=" + address}
	default:
		return c, &fault{Type: "Runtime.InvalidEntrypoint", Reason: "Functions of the runtime " + fn.Runtime + " cannot be debugged: nodejs, python and java can"}
	}
	c.args = append(options, c.args...)
	return c, nil
}

// awaitPort waits until nobody listens on address: the process before this one may not
// be gone yet.
func awaitPort(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, debugPortWait)
	defer cancel()
	for {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err == nil {
			return listener.Close()
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(debugPortPoll):
		}
	}
}
