package bolt_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/bolt"
)

// crashPath names the environment variable that makes the test binary write to
// the store at that path until it is killed.
const crashPath = "STAGEDOOR_TEST_CRASH_PATH"

// TestCrash kills a process that writes, several times on one file, and looks for
// every write that it had been told was done.
func TestCrash(t *testing.T) {
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	path := filepath.Join(t.TempDir(), "store.db")
	var acknowledged []string
	for range rounds {
		acknowledged = append(acknowledged, crash(t, path)...)
		checkFile(t, path)
		verify(t, path, acknowledged)
	}
	t.Logf("%d acknowledged writes in %d rounds", len(acknowledged), rounds)
}

// crash runs the writing process, kills it and returns the keys that it printed.
func crash(t *testing.T, path string) (acknowledged []string) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), crashPath+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var kill *time.Timer
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // the last line may be cut short: not acknowledged
		}
		if kill == nil {
			kill = time.AfterFunc(rand.N(150*time.Millisecond), func() { _ = child.Process.Kill() })
			defer kill.Stop()
		}
		acknowledged = append(acknowledged, strings.TrimSpace(line))
	}
	err = child.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.Exited() {
		t.Fatalf("writing process: %v", err)
	}
	return acknowledged
}

// verify reads the acknowledged keys: each is a pair, and pairs are whole.
func verify(t *testing.T, path string, acknowledged []string) {
	t.Helper()
	s := open(t, path)
	defer closeStore(t, s)
	err := s.View(t.Context(), func(tx store.Tx) error {
		for _, key := range acknowledged {
			got, err := tx.Get("pair/" + key + "/1")
			if err != nil {
				return err
			}
			if string(got) != crashValue(key) {
				t.Errorf("acknowledged %s is lost", key)
			}
		}
		seen := map[string]int{}
		for e, err := range tx.Scan("pair/", "") {
			if err != nil {
				return err
			}
			seen[strings.Split(e.Key, "/")[1]]++
		}
		for key, n := range seen {
			if n != 2 {
				t.Errorf("%d of 2 records of %s", n, key)
			}
		}
		for range tx.Scan("temporary/", "") {
			t.Error("found a record deleted by the Update that made it")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// crashValue is the value of a pair: one in ten is longer than a page.
func crashValue(key string) string {
	if strings.HasSuffix(key, "0") {
		return strings.Repeat(key, 1000)
	}
	return key
}

// writeUntilKilled is the writing process: for a while one writer, then eight.
func writeUntilKilled(path string) int {
	s, err := bolt.Open(path, bolt.Options{LockTimeout: 5 * time.Second})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var mu sync.Mutex // so that lines do not mix
	write := func(writer, writes int) {
		for i := range writes {
			key := fmt.Sprintf("%d-%d-%d", os.Getpid(), writer, i)
			err := s.Update(context.Background(), func(tx store.Tx) error {
				return errors.Join(
					tx.Put("temporary/"+key, []byte(key)),
					tx.Put("pair/"+key+"/1", []byte(crashValue(key))),
					tx.Put("pair/"+key+"/2", []byte(crashValue(key))),
					tx.Delete("temporary/"+key))
			})
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			mu.Lock()
			_, err = fmt.Fprintln(os.Stdout, key)
			mu.Unlock()
			if err != nil {
				os.Exit(1)
			}
		}
	}
	write(0, 20)
	var wg sync.WaitGroup
	for writer := range 8 {
		wg.Go(func() { write(writer+1, 1<<30) })
	}
	wg.Wait()
	return 0
}
