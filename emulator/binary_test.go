package emulator_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
)

// buildDir holds the built binary; TestMain removes it.
var buildDir string

// binary builds the command once.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "stagedoor-test-")
	if err != nil {
		return "", err
	}
	buildDir = dir
	path := filepath.Join(dir, "stagedoor")
	output, err := exec.Command("go", "build", "-o", path, "github.com/stagedoor-dev/stagedoor/cmd/stagedoor").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, output)
	}
	return path, nil
})

// process is a running stagedoor binary.
type process struct {
	cmd    *exec.Cmd
	url    string
	stderr *bytes.Buffer
}

// startBinary starts the binary on a free port and waits until it serves.
func startBinary(t *testing.T, args ...string) *process {
	t.Helper()
	return startBinaryWith(t, nil, args...)
}

// startBinaryWith does so with variables added to the environment.
func startBinaryWith(t *testing.T, environment []string, args ...string) *process {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{stderr: new(bytes.Buffer)}
	p.cmd = exec.Command(path, append([]string{"start", "--listen", "127.0.0.1:0"}, args...)...)
	p.cmd.Stderr = p.stderr
	if environment != nil {
		p.cmd.Env = append(os.Environ(), environment...)
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _ = p.cmd.Wait() })
	var banner []byte
	listening := regexp.MustCompile(`Listening  (http://\S+)`)
	for buffer := make([]byte, 4096); ; {
		n, err := stdout.Read(buffer)
		banner = append(banner, buffer[:n]...)
		if match := listening.FindSubmatch(banner); match != nil {
			p.url = string(match[1])
			return p
		}
		if err != nil {
			t.Fatalf("no banner: %v\n%s%s", err, banner, p.stderr)
		}
	}
}

func (p *process) config() aws.Config {
	return aws.Config{Region: "us-east-1", BaseEndpoint: aws.String(p.url), Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), RetryMaxAttempts: 1}
}

// TestKill kills the emulator in the middle of a thousand writes: all that were
// acknowledged are there afterwards.
func TestKill(t *testing.T) {
	t.Parallel()
	const writers, killAfter = 16, 400
	dir := t.TempDir()
	first := startBinary(t, "--data-dir", dir)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	var (
		mu           sync.Mutex
		acknowledged []string
		kill         sync.Once
		group        sync.WaitGroup
	)
	for writer := range writers {
		c := newClients(t, first.config())
		group.Go(func() {
			for i := range 1000 / writers {
				name := strconv.Itoa(writer) + "-" + strconv.Itoa(i)
				api, err := c.gateway.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String(name), Description: aws.String(name)})
				if err != nil {
					return // killed
				}
				mu.Lock()
				acknowledged = append(acknowledged, aws.ToString(api.Id)+" "+name)
				enough := len(acknowledged) >= killAfter
				mu.Unlock()
				if enough {
					kill.Do(func() { _ = first.cmd.Process.Signal(syscall.SIGKILL) })
				}
			}
		})
	}
	group.Wait()
	_ = first.cmd.Wait()
	if len(acknowledged) < killAfter || len(acknowledged) >= 990 {
		t.Fatalf("%d writes were acknowledged: the kill was not in their middle\n%s", len(acknowledged), first.stderr)
	}

	second := startBinary(t, "--data-dir", dir)
	stored := map[string]bool{}
	c := newClients(t, second.config())
	pages := apigateway.NewGetRestApisPaginator(c.gateway, &apigateway.GetRestApisInput{Limit: aws.Int32(500)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, api := range page.Items {
			if aws.ToString(api.Name) != aws.ToString(api.Description) {
				t.Errorf("half a write: %s, %s", aws.ToString(api.Name), aws.ToString(api.Description))
			}
			stored[aws.ToString(api.Id)+" "+aws.ToString(api.Name)] = true
		}
	}
	for _, api := range acknowledged {
		if !stored[api] {
			t.Errorf("API %s was acknowledged and is lost", api)
		}
	}
	t.Logf("%d acknowledged, %d stored", len(acknowledged), len(stored))
}

// TestSignals: the first SIGTERM stops gracefully, however often the function ran;
// SIGKILL leaves no function process behind.
func TestSignals(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("has no signals")
	}
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			p := startBinary(t, "--ephemeral")
			c := newClients(t, p.config())
			input := echoFunction(t)
			input.FunctionName = aws.String(fmt.Sprintf("signal-%d-%d", signal, os.Getpid()))
			id := c.createProxyAPI(t.Context(), t, c.createFunction(t.Context(), t, input))
			c.invoke(t, get(t, p.url+"/restapis/"+id+"/dev/_user_request_/x"))
			if err := p.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			err := p.cmd.Wait()
			if graceful := signal != syscall.SIGKILL; graceful && err != nil {
				t.Errorf("exit: %v\n%s", err, p.stderr)
			}
			if runtime.GOOS != "linux" {
				return
			}
			marker := "AWS_LAMBDA_FUNCTION_NAME=" + *input.FunctionName
			for deadline := time.Now().Add(10 * time.Second); processesWith(t, marker) > 0; time.Sleep(10 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("the function's process outlives the emulator")
				}
			}
		})
	}
}

// TestSecondSignal: a second SIGINT ends an emulator that still waits for a request.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("has no signals")
	}
	asked, open := make(chan struct{}), make(chan struct{})
	gate := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(asked)
		<-open
	}))
	defer gate.Close()
	defer close(open)
	p := startBinary(t, "--ephemeral")
	c := newClients(t, p.config())
	id := c.createProxyAPI(t.Context(), t, c.createFunction(t.Context(), t, echoFunction(t)))
	request := get(t, p.url+"/restapis/"+id+"/dev/_user_request_/x?wait="+url.QueryEscape(gate.URL))
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() {
		if response, err := c.http.Do(request); err == nil {
			response.Body.Close()
		}
	})
	<-asked
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	awaitClosedPort(t, p.url)
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := p.cmd.Wait(); err == nil {
		t.Error("the exit says nothing of the second signal")
	}
	if waited := time.Since(began); waited > 5*time.Second {
		t.Errorf("the second signal took %s", waited)
	}
}
