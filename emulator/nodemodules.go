package emulator

import (
	"os"
	"path/filepath"
)

// nodeModules are the directories where functions find the AWS SDK for JavaScript, which
// AWS's runtimes have: those that Node.js itself would look into for a program in the
// working directory, and those of the variable NODE_PATH.
func nodeModules() []string {
	const name = "node_modules"
	var found []string
	if dir, err := os.Getwd(); err == nil {
		for {
			found = append(found, filepath.Join(dir, name))
			parent := filepath.Dir(dir)
			if parent == dir {
				break
			}
			dir = parent
		}
	}
	return append(found, filepath.SplitList(os.Getenv("NODE_PATH"))...)
}
