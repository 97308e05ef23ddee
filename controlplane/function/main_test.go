package function

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"go/token"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	account = "111111111111"
	region  = "eu-west-1"
	arnBase = "arn:aws:lambda:" + region + ":" + account + ":function:"
	role    = "arn:aws:iam::111111111111:role/r"
)

// fakeRunner is a Runner of function fields; without invoke it echoes.
type fakeRunner struct {
	invoke func(context.Context, *deployed.Function, deployed.Invocation) (deployed.Outcome, error)
	retire func(*deployed.Function)
	// layers and localDirs are what the runner says it supports.
	layers, localDirs bool
	provision         func(*deployed.Function, int)
}

func (r *fakeRunner) SupportsLayers() bool   { return r.layers }
func (r *fakeRunner) SupportsLocalDir() bool { return r.localDirs }

func (r *fakeRunner) Provision(fn *deployed.Function, environments int) {
	if r.provision != nil {
		r.provision(fn, environments)
	}
}

// withURLs is an edit for newFixture that lets functions have URLs.
func withURLs(c *Config) {
	c.FunctionURLs = func(id, region string) string { return "http://" + id + ".lambda-url." + region + ".localhost:4566/" }
}

// withLayers and withLocalDirs are edits for newFixture.
func withLayers(c *Config)    { c.Runner.(*fakeRunner).layers = true }
func withLocalDirs(c *Config) { c.Runner.(*fakeRunner).localDirs = true }

func (r *fakeRunner) Invoke(ctx context.Context, fn *deployed.Function, in deployed.Invocation) (deployed.Outcome, error) {
	if r.invoke == nil {
		return deployed.Outcome{Payload: in.Payload}, nil
	}
	return r.invoke(ctx, fn, in)
}

func (r *fakeRunner) Retire(fn *deployed.Function) {
	if r.retire != nil {
		r.retire(fn)
	}
}

// fakePackages keeps packages in a map.
type fakePackages struct {
	mu   sync.Mutex
	kept map[string][]byte
	save error
}

func (p *fakePackages) Save(_ context.Context, content []byte) (deployed.Package, error) {
	if p.save != nil {
		return deployed.Package{}, p.save
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil {
		p.kept = map[string][]byte{}
	}
	p.kept[shaOf(content)] = content
	return deployed.Package{SHA256: shaOf(content), Size: int64(len(content))}, nil
}

func (p *fakePackages) Load(_ context.Context, sha string) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if content, ok := p.kept[sha]; ok {
		return content, nil
	}
	return nil, fs.ErrNotExist
}

func (p *fakePackages) Remove(sha string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.kept, sha)
	return nil
}

func (p *fakePackages) List() ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.kept)), nil
}

func shaOf(content []byte) string {
	sum := sha256.Sum256(content)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// zipOf is a zip with one file.
func zipOf(tb testing.TB, body string) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("app.py")
	if err != nil {
		tb.Fatal(err)
	}
	_, _ = f.Write([]byte(body))
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// fixture is a service with its fakes; chores that a change started can be awaited.
type fixture struct {
	*Service
	store    store.Store
	runner   *fakeRunner
	packages *fakePackages
	ctx      context.Context
}

func newFixture(tb testing.TB, edit ...func(*Config)) *fixture {
	tb.Helper()
	f := &fixture{store: memory.New(), runner: new(fakeRunner), packages: new(fakePackages), ctx: callerContext(account, region)}
	f.Service = f.open(tb, edit...)
	tb.Cleanup(func() {
		if err := errors.Join(f.Close(), f.store.Close()); err != nil {
			tb.Error(err)
		}
	})
	return f
}

func (f *fixture) open(tb testing.TB, edit ...func(*Config)) *Service {
	tb.Helper()
	at := time.Date(2026, 11, 23, 4, 5, 6, 7_000_000, time.UTC)
	cfg := Config{
		Store: f.store, Runner: f.runner, Packages: f.packages, Permissions: true,
		Now: func() time.Time { return at },
	}
	for _, e := range edit {
		e(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// settle waits for the chores that the changes so far have started.
func (f *fixture) settle() { f.chores.jobs.Wait() }

func callerContext(account, region string) context.Context {
	return wire.WithCaller(context.Background(), wire.Caller{Account: account, Region: region})
}

func createInput(tb testing.TB, name string) *lambda.CreateFunctionInput {
	tb.Helper()
	return &lambda.CreateFunctionInput{
		FunctionName: aws.String(name), Role: aws.String(role), Runtime: types.RuntimePython313,
		Handler: aws.String("app.handler"), Code: &types.FunctionCode{ZipFile: zipOf(tb, name)},
	}
}

func (f *fixture) create(tb testing.TB, name string) *lambda.CreateFunctionOutput {
	tb.Helper()
	out, err := f.CreateFunction(f.ctx, createInput(tb, name))
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return value
	}
}

// wantError checks code, status and message of an error; message "" = any.
func wantError(tb testing.TB, err error, status int, code, message string) {
	tb.Helper()
	e, ok := errors.AsType[*wire.Error](err)
	if !ok {
		tb.Fatalf("error is %v, want %s", err, code)
	}
	if e.Code != code || e.Status != status || message != "" && e.Message != message {
		tb.Errorf("got  %d %s: %s\nwant %d %s: %s", e.Status, e.Code, e.Message, status, code, message)
	}
}

// ignoreUnexported lets cmp compare SDK structures.
func ignoreUnexported() cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool {
		field, ok := p.Index(-1).(cmp.StructField)
		return ok && !token.IsExported(field.Name())
	}, cmp.Ignore())
}
