//go:build !unix

package lambdarunner

import (
	"log/slog"
	"os"
	"os/exec"
)

// setProcessAttributes does nothing: there are no process groups here.
func setProcessAttributes(*exec.Cmd) {}

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

// limitFiles does nothing: there is no such limit here.
func limitFiles(int) error { return nil }

func awaitExit(*os.Process) {}

// killGroup kills the process; its children are beyond reach here.
func killGroup(p *os.Process) { _ = p.Kill() }

// watchdog does not exist here: the bootstraps end when the Runtime API does.
type watchdog struct{ logger *slog.Logger }

func (*watchdog) open(*starter, string) {}

func (*watchdog) add(int) {}

func (*watchdog) remove(int) {}

func (*watchdog) close() error { return nil }
