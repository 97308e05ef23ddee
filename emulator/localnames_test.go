package emulator

import (
	"context"
	"errors"
	"testing"
)

func TestLocalNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		addresses             []string
		err                   error
		api, socket, function string
	}{
		"resolved": {
			addresses: []string{"127.0.0.1", "::1"}, api: "http://abc.execute-api.localhost:4567", socket: "ws://abc.execute-api.localhost:4567",
			function: "http://id.lambda-url.us-east-1.localhost:4567/",
		},
		"unknown": {
			err: errors.New("no such host"), api: "http://127.0.0.1:4567/_aws/execute-api/abc", socket: "ws://127.0.0.1:4567/_aws/execute-api/abc",
			function: "http://127.0.0.1:4567/_aws/lambda-url/id/",
		},
		"somewhere else": {
			addresses: []string{"127.0.0.1", "192.0.2.1"}, api: "http://127.0.0.1:4567/_aws/execute-api/abc", socket: "ws://127.0.0.1:4567/_aws/execute-api/abc",
			function: "http://127.0.0.1:4567/_aws/lambda-url/id/",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := ""
			n := newLocalNames("http://127.0.0.1:4567", 4567, func(_ context.Context, host string) ([]string, error) {
				asked = host
				return c.addresses, c.err
			})
			if got := n.api("http", "abc"); got != c.api {
				t.Errorf("API %s, want %s", got, c.api)
			}
			if got := n.api("ws", "abc"); got != c.socket {
				t.Errorf("WebSocket API %s, want %s", got, c.socket)
			}
			if got := n.function("id", "us-east-1"); got != c.function {
				t.Errorf("function %s, want %s", got, c.function)
			}
			if asked != "stagedoor.execute-api.localhost." {
				t.Errorf("asked for %s", asked)
			}
			if err := n.close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A question that nobody answers does not hold the emulator up.
func TestLocalNamesAreGivenUp(t *testing.T) {
	t.Parallel()
	n := newLocalNames("http://127.0.0.1:4567", 4567, func(ctx context.Context, _ string) ([]string, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	if err := n.close(); err != nil || n.areResolved() {
		t.Error(err)
	}
}
