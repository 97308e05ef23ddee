//go:build unix && !linux

package lambdarunner

import (
	"log/slog"
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

func newStarter(logger *slog.Logger, _ string, files Files) *starter {
	if files == FilesPrivate {
		logger.Warn("functions see the files of this machine: private ones need Linux")
	}
	return &starter{}
}

// canMount tells whether processes can have files of their own at AWS's paths: on Linux
// alone.
func (*starter) canMount() bool { return false }

func (*starter) start(cmd *exec.Cmd, _ *filesystem) error { return cmd.Start() }

func (*starter) close() error { return nil }

// limitFiles does nothing: no process can limit another here.
func limitFiles(int) error { return nil }

// awaitExit returns when the process has ended. The error of Wait is that of its
// exit, which the caller's own Wait reports from the same state.
func awaitExit(*os.Process) {}
