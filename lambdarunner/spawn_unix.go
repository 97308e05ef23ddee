//go:build unix && !linux

package lambdarunner

import (
	"os"
	"os/exec"
	"syscall"
)

// setProcessAttributes puts the process into its own group.
func setProcessAttributes(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// starter starts processes.
type starter struct{}

func newStarter() *starter { return &starter{} }

func (*starter) start(cmd *exec.Cmd) error { return cmd.Start() }

func (*starter) close() error { return nil }

// awaitExit returns when the process has ended. The error of Wait is that of its
// exit, which the caller's own Wait reports from the same state.
func awaitExit(*os.Process) {}
