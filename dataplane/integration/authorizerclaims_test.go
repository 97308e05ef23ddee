package integration_test

import (
	"strings"
	"testing"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

func TestEventClaims(t *testing.T) {
	t.Parallel()
	e := &integration.Event{Context: integration.EventContext{Authorizer: &integration.EventAuthorizer{Claims: []integration.Pair{{Name: "sub", Value: "u1"}}}}}
	if got, want := string(e.Append(nil)), `"authorizer":{"claims":{"sub":"u1"}},"identity"`; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s in it", got, want)
	}
}
