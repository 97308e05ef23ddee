package function

import "testing"

// TestConcurrency: functions without a reservation share what reservations leave of the
// account's concurrency.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	account := new(accountLimiter)
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
	for range accountConcurrency - 900 {
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
