package function

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// TestConcurrency: functions without a reservation share what reservations leave of the
// account's concurrency.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	account := &accountLimiter{limit: 1000}
	first, second := &limiter{account: account}, &limiter{account: account}
	first.limit.Store(unlimited)
	second.limit.Store(unlimited)
	second.setLimit(900)
	var releases []func()
	acquire := func(l *limiter, want string) {
		t.Helper()
		release, reason := l.acquire()
		if reason != want {
			t.Fatalf("invocation %d: %q, want %q", len(releases), reason, want)
		}
		if release != nil {
			releases = append(releases, release)
		}
	}
	for range 100 {
		acquire(first, "")
	}
	acquire(first, unreservedExceeded)
	for range 900 {
		acquire(second, "")
	}
	acquire(second, reservedExceeded)
	second.setLimit(unlimited)
	acquire(second, "")
	second.setLimit(0)
	acquire(second, reservedExceeded)
	for _, release := range releases {
		release()
	}
	if a, b, c := account.running.Load(), first.running.Load(), second.running.Load(); a != 0 || b != 0 || c != 0 {
		t.Errorf("still running: %d, %d, %d", a, b, c)
	}
}

// TestAccountConcurrency: what can be reserved depends on the account's concurrency.
func TestAccountConcurrency(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ limit, most, minimum int32 }{{0, 900, 100}, {250, 150, 100}, {100, 0, 100}, {10, 0, 10}} {
		f := newFixture(t, func(c *Config) { c.ConcurrentExecutions = int(tt.limit) })
		f.create(t, "fn")
		in := &lambda.PutFunctionConcurrencyInput{FunctionName: aws.String("fn"), ReservedConcurrentExecutions: aws.Int32(tt.most + 1)}
		_, err := f.PutFunctionConcurrency(f.ctx, in)
		wantError(t, err, 400, "InvalidParameterValueException", fmt.Sprintf(
			"Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d].", tt.minimum))
		in.ReservedConcurrentExecutions = &tt.most
		must(f.PutFunctionConcurrency(f.ctx, in))(t)
		account := must(f.GetAccountSettings(f.ctx, nil))(t).AccountLimit
		if want := max(tt.minimum, tt.most+tt.minimum); account.ConcurrentExecutions != want || *account.UnreservedConcurrentExecutions != tt.minimum {
			t.Errorf("%d: %d, unreserved %d", tt.limit, account.ConcurrentExecutions, *account.UnreservedConcurrentExecutions)
		}
	}
}
