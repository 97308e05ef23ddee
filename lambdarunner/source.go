package lambdarunner

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// maxWatchedDirs bounds the directories that are watched of one function.
	maxWatchedDirs = 4096
	// settleTime is how long files have to be quiet before a function is started
	// from them: an editor truncates, writes and renames, a compiler writes many.
	settleTime = 50 * time.Millisecond
	// maxSettleTime bounds the wait for files that never are.
	maxSettleTime = 150 * time.Millisecond
)

// source is the code of functions that lies in a directory of the user's and is
// run in place. sources.mu guards its fields but path and generation.
type source struct {
	// path is the directory, or the file, as functions name it.
	path string
	// generation is another number after each change. No two sources have the same.
	generation atomic.Uint64
	// uses counts the processes that run from it and the invocations.
	uses int
	// changed is when the last change was seen; zero before the first.
	changed time.Time
	// root is what was last found at path; nil when there was nothing.
	root fs.FileInfo
	// file is the name when path is a file, which alone matters then.
	file string
	// dirs are the watched directories.
	dirs map[string]struct{}
	// unwatched says that some could not be watched. Then files are compared with
	// print at each request.
	unwatched bool
	print     uint64
}

// concerns tells whether an event of this name in a watched directory is about
// the source.
func (src *source) concerns(name string) bool {
	return src.file == "" || src.file == name
}

// scan lists the directories to watch below one of them.
func (src *source) scan(from string) (dirs []string, more bool) {
	if src.file != "" {
		return codeDirs(from, 1)
	}
	return codeDirs(from, maxWatchedDirs-len(src.dirs))
}

// ignored tells whether what changes under this name is no code: version control,
// and what interpreters write themselves.
func ignored(name string) bool {
	switch name {
	case ".git", ".hg", ".svn", "__pycache__", ".DS_Store", ".pytest_cache", ".mypy_cache":
		return true
	}
	// Swap and backup files of editors, written while the user types.
	return strings.HasSuffix(name, ".swp") || strings.HasSuffix(name, ".swx") ||
		strings.HasSuffix(name, "~") || strings.HasPrefix(name, ".#") || name == "4913"
}

// codeDirs lists the directories of a tree in the order in which they matter: the
// user's own before node_modules. Links to directories are followed once. more
// says that there were too many.
func codeDirs(root string, limit int) (dirs []string, more bool) {
	seen := make(map[string]struct{})
	queues := [2][]string{{root}} // the second holds node_modules
	for len(queues[0])+len(queues[1]) > 0 {
		q := &queues[0]
		if len(*q) == 0 {
			q = &queues[1]
		}
		dir := (*q)[0]
		*q = (*q)[1:]
		resolved, err := filepath.EvalSymlinks(dir)
		if err != nil {
			continue // gone meanwhile
		}
		if _, again := seen[resolved]; again {
			continue
		}
		seen[resolved] = struct{}{}
		if len(dirs) >= limit {
			return dirs, true
		}
		dirs = append(dirs, resolved)
		entries, err := os.ReadDir(resolved)
		if err != nil {
			continue
		}
		for _, e := range entries {
			sub := filepath.Join(resolved, e.Name())
			if ignored(e.Name()) || !leadsToDir(e, sub) {
				continue
			}
			if e.Name() == "node_modules" {
				queues[1] = append(queues[1], sub)
			} else {
				*q = append(*q, sub)
			}
		}
	}
	return dirs, false
}

func leadsToDir(e fs.DirEntry, path string) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.IsDir()
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// fingerprint sums up names, sizes and times of the files.
func (src *source) fingerprint() uint64 {
	limit := maxWatchedDirs
	if src.file != "" {
		limit = 1
	}
	dirs, _ := codeDirs(rootOf(src.path), limit)
	slices.Sort(dirs)
	sum := uint64(14695981039346656037) // FNV-1a
	add := func(v uint64) {
		for range 8 {
			sum = (sum ^ v&0xff) * 1099511628211
			v >>= 8
		}
	}
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || info.IsDir() || ignored(e.Name()) || !src.concerns(e.Name()) {
				continue
			}
			for _, b := range []byte(e.Name()) {
				add(uint64(b))
			}
			add(uint64(info.Size()))
			add(uint64(info.ModTime().UnixNano()))
		}
	}
	return sum
}
