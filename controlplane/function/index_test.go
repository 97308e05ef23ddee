package function

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

func TestRestart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "fn")
	name := aws.String("fn")
	must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)
	must(f.CreateAlias(f.ctx, &lambda.CreateAliasInput{FunctionName: name, Name: aws.String("live"), FunctionVersion: aws.String("1")}))(t)
	must(f.AddPermission(f.ctx, permission("fn", "live", "s")))(t)
	must(f.PutFunctionConcurrency(f.ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: name, ReservedConcurrentExecutions: aws.Int32(7)}))(t)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	orphan := must(f.packages.Save(f.ctx, []byte("left by a crash")))(t)

	f.Service = f.open(t)
	out := must(f.InvokeFunction(f.ctx, &lambda.InvokeInput{FunctionName: aws.String(arnBase + "fn:live")}, apiSource, ""))(t)
	if *out.ExecutedVersion != "1" {
		t.Errorf("version %s ran", *out.ExecutedVersion)
	}
	if got := f.index.lookup(functionKey{scopeOf(f.ctx), "fn"}).limiter.limit.Load(); got != 7 {
		t.Errorf("limit %d", got)
	}
	kept := must(f.packages.List())(t)
	if slices.Contains(kept, orphan.SHA256) || len(kept) != 1 {
		t.Errorf("packages %v", kept)
	}
}

// TestRetire: a version and its package stay until the last invocation has ended.
func TestRetire(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var mu sync.Mutex
	var retired []string
	f.runner.retire = func(fn *deployed.Function) {
		mu.Lock()
		defer mu.Unlock()
		retired = append(retired, fn.CodeSHA256)
	}
	entered, leave := make(chan struct{}), make(chan struct{})
	f.runner.invoke = func(context.Context, *deployed.Function, deployed.Invocation) (deployed.Outcome, error) {
		close(entered)
		<-leave
		return deployed.Outcome{}, nil
	}
	f.create(t, "fn")
	first, second := shaOf(zipOf(t, "fn")), shaOf(zipOf(t, "second"))
	done := make(chan error)
	go func() {
		_, err := f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: aws.String("fn")})
		done <- err
	}()
	<-entered
	must(f.UpdateFunctionCode(f.ctx, &lambda.UpdateFunctionCodeInput{FunctionName: aws.String("fn"), ZipFile: zipOf(t, "second")}))(t)
	f.settle()
	if got := must(f.packages.List())(t); len(got) != 2 || len(retired) != 0 {
		t.Errorf("a package in use was removed or its function retired: %v, %v", got, retired)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	f.settle()
	if diff := cmp.Diff([]string{first}, retired); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{second}, must(f.packages.List())(t)); diff != "" {
		t.Error(diff)
	}
}

// TestSharedPackage: two functions with the same code.
func TestSharedPackage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, name := range []string{"a", "b"} {
		in := createInput(t, "same")
		in.FunctionName = &name
		must(f.CreateFunction(f.ctx, in))(t)
	}
	must(f.DeleteFunction(f.ctx, &lambda.DeleteFunctionInput{FunctionName: aws.String("a")}))(t)
	f.settle()
	if got := must(f.packages.List())(t); len(got) != 1 {
		t.Errorf("the package of the other function was removed: %v", got)
	}
	must(f.DeleteFunction(f.ctx, &lambda.DeleteFunctionInput{FunctionName: aws.String("b")}))(t)
	f.settle()
	if got := must(f.packages.List())(t); len(got) != 0 {
		t.Errorf("packages left: %v", got)
	}
}

// TestInvokeDuringUpdates has invocations meet changes of all kinds.
func TestInvokeDuringUpdates(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "fn")
	f.runner.invoke = func(_ context.Context, fn *deployed.Function, _ deployed.Invocation) (deployed.Outcome, error) {
		if _, err := f.packages.Load(f.ctx, fn.CodeSHA256); err != nil {
			t.Error("an invocation lost its package")
		}
		return deployed.Outcome{}, nil
	}
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for range 200 {
				if _, err := f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: aws.String("fn")}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	zips := [][]byte{zipOf(t, "x"), zipOf(t, "y")}
	workers.Go(func() {
		for i := range 50 {
			must(f.UpdateFunctionCode(f.ctx, &lambda.UpdateFunctionCodeInput{FunctionName: aws.String("fn"), ZipFile: zips[i%2]}))(t)
		}
	})
	workers.Wait()
	f.settle()
	if got := must(f.packages.List())(t); len(got) != 1 {
		t.Errorf("packages left: %v", got)
	}
}
