package httpapi_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// TestTrace: steps and messages of an exchange are recorded, whatever its integration.
func TestTrace(t *testing.T) {
	t.Parallel()
	var got []string
	f := newFixture(t, func(c *dataplane.Config) {
		c.Invoker = returning(`{"statusCode":201,"body":"made"}`)
		c.Observe = func(taken *trace.Trace) bool {
			taken = taken.Take()
			defer taken.Release()
			got = []string{taken.Stage + " " + taken.Method + " " + taken.Path + " " + taken.Resource}
			for _, step := range taken.Steps {
				got = append(got, strings.TrimSuffix(step.Name+": "+step.Decision, ": "))
			}
			for _, message := range taken.Messages {
				body := string(message.Body)
				if strings.HasPrefix(body, "{\"version\"") {
					body = "event"
				}
				got = append(got, string(message.Kind)+" "+body)
			}
			return true
		}
	})
	b := newBackend(t, nil)
	proxied := httpIntegration(b.URL)
	proxied.RequestParameters = map[string]string{"append:header.x": "y"}
	f.PublishApiStage(stageOf("fn", lambdaIntegration("2.0"), "POST /a/{id}"))
	f.PublishApiStage(stageOf("http", proxied, "POST /a"))
	tests := map[string][]string{
		"/fn/a/1": {
			"fn POST /fn/a/1 POST /a/{id}", "match: POST /a/{id}", "payload limit", "Lambda proxy integration",
			"endpoint request event", `endpoint response {"statusCode":201,"body":"made"}`, "method request sent", "method response made",
		},
		"/http/a": {
			"http POST /http/a POST /a", "match: POST /a", "payload limit", "request parameters", "HTTP proxy integration",
			"endpoint request sent", "endpoint response ", "method request sent", "method response ",
		},
		"/http/b": {"http POST /http/b ", "match: No route matches", "method request ", `method response {"message":"Not Found"}`},
	}
	for target, want := range tests {
		f.call("POST", target, "sent", nil)
		if diff := cmp.Diff(want, slices.Clone(got)); diff != "" {
			t.Errorf("%s: %s", target, diff)
		}
	}
}
