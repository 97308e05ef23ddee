// Package memory implements store.Store in memory, for --ephemeral: nothing is
// written to disk and nothing outlives the process.
//
// The state is an immutable balanced tree. An Update builds a new version that
// shares all but the path to what it wrote, and installs it with one atomic
// store; a View reads the version it found, so neither waits for the other.
package memory
