package emulator_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

func TestStartErrors(t *testing.T) {
	t.Parallel()
	dir, damaged := t.TempDir(), t.TempDir()
	running := start(t, emulator.Config{DataDir: dir})
	if err := os.WriteFile(filepath.Join(damaged, "stagedoor.db"), []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(running.URL(), "http://")
	for name, tt := range map[string]struct {
		config emulator.Config
		want   error
		text   string
	}{
		"port taken":         {emulator.Config{Listen: address, Ephemeral: true}, emulator.ErrAddressInUse, address},
		"data in use":        {emulator.Config{Listen: "127.0.0.1:0", DataDir: dir}, emulator.ErrDataDirLocked, dir},
		"damaged database":   {emulator.Config{Listen: "127.0.0.1:0", DataDir: damaged}, emulator.ErrUnreadableData, "stagedoor.db"},
		"no state":           {emulator.Config{}, emulator.ErrConfig, "data directory"},
		"two kinds of state": {emulator.Config{DataDir: dir, Ephemeral: true}, emulator.ErrConfig, "data directory"},
		"account":            {emulator.Config{Ephemeral: true, Account: "1"}, emulator.ErrConfig, `"1"`},
		"region":             {emulator.Config{Ephemeral: true, Region: "moon"}, emulator.ErrConfig, "moon"},
		"listen":             {emulator.Config{Ephemeral: true, Listen: "x"}, emulator.ErrConfig, `"x"`},
		"upstream":           {emulator.Config{Ephemeral: true, Upstream: "localhost:1"}, emulator.ErrConfig, "localhost:1"},
	} {
		e, err := emulator.Start(t.Context(), tt.config)
		if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want %v with %q on one line", name, err, tt.want, tt.text)
		}
		if e != nil {
			_ = e.Close()
		}
	}
}

func TestCloseIsIdempotent(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	ca := e.CAPath()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	select {
	case <-e.Done():
	default:
		t.Error("Done is open after Close")
	}
	if _, err := os.Stat(filepath.Dir(ca)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("ephemeral files are still there: %v", err)
	}
	if conn, err := net.Dial("tcp", strings.TrimPrefix(e.URL(), "http://")); err == nil {
		conn.Close()
		t.Error("still listening")
	}
}

func TestContextCloses(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	e, err := emulator.Start(ctx, emulator.Config{Listen: "127.0.0.1:0", Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-e.Done()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

func TestCloseDrains(t *testing.T) {
	t.Parallel()
	// The function asks the gate and waits for its answer.
	asked, open := make(chan struct{}), make(chan struct{})
	gate := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(asked)
		<-open
	}))
	defer gate.Close()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	id := c.createProxyAPI(t.Context(), t, c.createFunction(t.Context(), t, echoFunction(t)))
	type result struct {
		status int
		err    error
	}
	results := make(chan result, 1)
	request := get(t, e.InvokeURL(id, "dev", "slow?wait="+url.QueryEscape(gate.URL)))
	go func() {
		response, err := c.http.Do(request)
		if err != nil {
			results <- result{err: err}
			return
		}
		defer response.Body.Close()
		_, err = io.Copy(io.Discard, response.Body)
		results <- result{response.StatusCode, err}
	}()
	<-asked
	closed := make(chan error, 1)
	go func() { closed <- e.Close() }()
	awaitClosedPort(t, e.URL()) // Close is under way
	select {
	case err := <-closed:
		t.Fatalf("Close did not wait for the request under way: %v", err)
	default:
	}
	close(open)
	if got := <-results; got.err != nil || got.status != http.StatusOK {
		t.Errorf("request under way: status %d, %v", got.status, got.err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

// awaitClosedPort waits until nobody listens at url.
func awaitClosedPort(t *testing.T, url string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			return
		}
		conn.Close()
	}
	t.Fatalf("%s still listens", url)
}

func TestParallelEmulators(t *testing.T) {
	t.Parallel()
	const count = 30
	var group sync.WaitGroup
	for i := range count {
		group.Go(func() {
			e, err := emulator.Start(t.Context(), emulator.Config{Listen: "127.0.0.1:0", DataDir: filepath.Join(t.TempDir(), strconv.Itoa(i))})
			if err != nil {
				t.Error(err)
				return
			}
			c := newClients(t, e.AWSConfig())
			name := aws.String("api-" + strconv.Itoa(i))
			_, err = c.gateway.CreateRestApi(t.Context(), &apigateway.CreateRestApiInput{Name: name})
			list, errList := c.gateway.GetRestApis(t.Context(), &apigateway.GetRestApisInput{})
			if err := errors.Join(err, errList); err != nil {
				t.Error(err)
			} else if len(list.Items) != 1 || aws.ToString(list.Items[0].Name) != *name {
				t.Errorf("emulator %d holds %d APIs", i, len(list.Items))
			}
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestNoProcessIsLeft(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("looks processes up in /proc")
	}
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	input := echoFunction(t)
	input.FunctionName = aws.String("left-" + strconv.Itoa(os.Getpid()))
	id := c.createProxyAPI(t.Context(), t, c.createFunction(t.Context(), t, input))
	c.invoke(t, get(t, e.InvokeURL(id, "dev", "x")))
	marker := "AWS_LAMBDA_FUNCTION_NAME=" + *input.FunctionName
	if count := processesWith(t, marker); count == 0 {
		t.Fatal("the function's process is not found: the test looks in the wrong place")
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if count := processesWith(t, marker); count != 0 {
		t.Errorf("%d processes are left", count)
	}
}

// processesWith counts the processes that have the variable in their environment.
func processesWith(t *testing.T, variable string) int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err == nil && strings.Contains("\x00"+string(content)+"\x00", "\x00"+variable+"\x00") {
			count++
		}
	}
	return count
}

func TestHeadLimit(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	request := get(t, e.URL()+"/_stagedoor/health")
	request.Header.Set("X-Long", strings.Repeat("a", 100<<10))
	response, err := newClients(t, e.AWSConfig()).http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", response.StatusCode)
	}
}
