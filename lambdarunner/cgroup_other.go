//go:build !linux

package lambdarunner

import (
	"errors"
	"os/exec"
)

// cgroups do not exist here.
type cgroups struct{}

func openCgroups() (*cgroups, error) { return nil, errors.New("control groups need Linux") }

func (*cgroups) close() error { return nil }

func (*cgroups) path() string { return "" }

func (*cgroups) limited(int64) (*cgroup, error) { return nil, nil } //nolint:nilnil // there is none

// cgroup does not exist here.
type cgroup struct{}

func (*cgroup) adopt(*exec.Cmd) {}

func (*cgroup) kill() {}

func (*cgroup) outOfMemory() bool { return false }

func (*cgroup) remove() error { return nil }
