package lambdarunner

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// installed returns the programs that version managers and package managers keep
// apart from PATH, the newest first as far as their names tell. A pattern begins
// with "~", with "$NAME|~/default" for a directory that a variable may name, or
// with a slash.
func installed(patterns ...string) []string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	var programs []string
	for _, pattern := range patterns {
		pattern = expanded(pattern, home)
		if !filepath.IsAbs(pattern) {
			continue
		}
		// The patterns are well-formed, which is all that Glob complains about.
		found, _ := filepath.Glob(pattern)
		slices.Reverse(found)
		programs = append(programs, found...)
	}
	return programs
}

// expanded puts directories in for what a pattern begins with; without one the
// result is no absolute path.
func expanded(pattern, home string) string {
	if variable, rest, ok := strings.Cut(pattern, "|"); ok {
		directory, inside, _ := strings.Cut(rest, "|")
		if set := os.Getenv(strings.TrimPrefix(variable, "$")); set != "" {
			directory = set
		}
		pattern = directory + inside
	}
	if inside, ok := strings.CutPrefix(pattern, "~"); ok && home != "" {
		return home + inside
	}
	return pattern
}
