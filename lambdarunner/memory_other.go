//go:build !linux

package lambdarunner

// peakResidentMiB reads the peak resident size of a process: not available here
// while it lives.
func peakResidentMiB(int) int64 { return 0 }

// privateMemory reads the memory of a process and its children: not available
// here, so that no limit is kept.
func privateMemory(_, _ int) int64 { return 0 }
