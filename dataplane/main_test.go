package dataplane_test

import (
	"testing"

	"go.uber.org/goleak"
)

// The backtracking regular expressions share a clock, which stops by itself soon after
// the last of them.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2.runClock"))
}
