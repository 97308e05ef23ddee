package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go"
)

// fakeTarget notes the documents and refuses those that begin with "bad".
type fakeTarget struct {
	puts chan string
	fail error
}

func (t *fakeTarget) find(context.Context, string) ([]string, error) { return nil, nil }

func (t *fakeTarget) put(_ context.Context, _ string, document []byte) (string, []string, error) {
	t.puts <- string(document)
	if strings.HasPrefix(string(document), "bad") {
		return "", nil, t.fail
	}
	return "id", []string{"odd"}, nil
}

func (t *fakeTarget) rename(context.Context, string, string) error { return nil }

func (t *fakeTarget) deploy(context.Context, string, string) error { return nil }

func (t *fakeTarget) methods(context.Context, string) ([][2]string, error) {
	return [][2]string{{"GET", "/pets"}}, nil
}

// lockedBuilder is written and read at the same time.
type lockedBuilder struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuilder) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuilder) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestImportWatch: each save is imported, one that is wrong is reported and the next one
// imported all the same.
func TestImportWatch(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "api.yaml")
	target := &fakeTarget{puts: make(chan string, 10), fail: &smithy.GenericAPIError{Code: "BadRequestException", Message: "Errors:\n\tone"}}
	var stderr lockedBuilder
	i := docImporter{endpoint: "http://e", file: file, name: "n", stage: "dev", stdout: io.Discard, stderr: &stderr, target: target}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- i.watch(ctx) }()
	save := func(content string, replace bool) {
		t.Helper()
		name := file
		if replace {
			name += "~"
		}
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if replace { // as many editors save
			if err := os.Rename(name, file); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := func(content string) {
		t.Helper()
		select {
		case got := <-target.puts:
			if got != content {
				t.Fatalf("imported %q, want %q", got, content)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%q was not imported; %s", content, stderr.String())
		}
	}
	// The file comes later than the watch, or while it begins.
	save("one", false)
	want("one")
	save("bad", false)
	want("bad")
	save("two", true)
	want("two")
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if got := stderr.String(); !strings.Contains(got, file+": Errors:\n\tone\nWaiting for the next save.\n") || !strings.Contains(got, "warning: odd\n") {
		t.Errorf("stderr %q", got)
	}
	if len(target.puts) > 0 {
		t.Errorf("also imported %q", <-target.puts)
	}
}

func TestImportErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err          error
		want, stderr string
	}{
		{&smithy.GenericAPIError{Code: "BadRequestException", Message: "Errors:\n\tone"}, errNotImported.Error(), "f: Errors:\n\tone\n"},
		{&smithy.GenericAPIError{Code: "LimitExceededException", Message: "full"}, "full", ""},
		{errors.New("refused"), "no emulator answers: refused", ""},
	} {
		var stderr strings.Builder
		i := docImporter{file: "f", name: "n", stderr: &stderr, target: &fakeTarget{puts: make(chan string, 1), fail: test.err}}
		if err := i.run(t.Context(), []byte("bad")); err == nil || err.Error() != test.want || stderr.String() != test.stderr {
			t.Errorf("%v, %q", err, stderr.String())
		}
	}
}
