package lambdarunner

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// peakResidentMiB reads the peak resident size of a process, 0 when it has none.
func peakResidentMiB(pid int) int64 {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, after, ok := bytes.Cut(status, []byte("\nVmHWM:"))
	if !ok {
		return 0
	}
	line, _, _ := bytes.Cut(after, []byte("\n"))
	kib, err := strconv.ParseInt(string(bytes.TrimSpace(bytes.TrimSuffix(line, []byte("kB")))), 10, 64)
	if err != nil {
		return 0
	}
	return (kib + 1023) / 1024
}

// maxFamilyDepth bounds how far children of children are followed.
const maxFamilyDepth = 16

// privateMemory returns the resident bytes of a process and its children that
// belong to no file; 0 for one that is gone.
func privateMemory(pid, depth int) int64 {
	dir := "/proc/" + strconv.Itoa(pid)
	statm, err := os.ReadFile(dir + "/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(statm) // size resident shared ..., in pages
	if len(fields) < 3 {
		return 0
	}
	resident, err1 := strconv.ParseInt(string(fields[1]), 10, 64)
	shared, err2 := strconv.ParseInt(string(fields[2]), 10, 64)
	if err1 != nil || err2 != nil {
		return 0
	}
	used := (resident - shared) * int64(os.Getpagesize())
	if depth == maxFamilyDepth {
		return used
	}
	// Each thread has its own children; kernels without the file have none here.
	lists, _ := filepath.Glob(dir + "/task/*/children")
	for _, list := range lists {
		children, _ := os.ReadFile(list)
		for child := range bytes.FieldsSeq(children) {
			if id, err := strconv.Atoi(string(child)); err == nil {
				used += privateMemory(id, depth+1)
			}
		}
	}
	return used
}
