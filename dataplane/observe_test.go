package dataplane_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

func TestObserve(t *testing.T) {
	var got []string
	plane := dataplane.New(dataplane.Config{Logger: slog.New(slog.DiscardHandler), Observe: func(t *trace.Trace) bool {
		for _, step := range t.Steps {
			got = append(got, strings.TrimSuffix(step.Name+": "+step.Decision, ": "))
		}
		return false
	}})
	defer plane.Close()
	guarded := mockMethod("")
	guarded.RequestValidatorId = aws.String("v1")
	plane.PublishRestStage(stageOf(
		resourceOf("/a", map[string]types.Method{"GET": mockMethod("")}),
		resourceOf("/b", map[string]types.Method{"GET": guarded}),
	))
	tests := map[string][]string{
		"/stage/a": {"match: /a", "payload limit", "integration request body: application/json", "mock integration", "integration response: 200"},
		"/stage/b": {"match: /b", "payload limit", "validate request: Execution failed due to configuration error: the deployment has no request validator v1"},
	}
	for path, want := range tests {
		got = nil
		plane.Serve(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), dataplane.Address{ApiID: "api1", Path: path})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

// TestPublishWhileServing: a request sees one stage or the other, never a mixture and
// never none.
func TestPublishWhileServing(t *testing.T) {
	f := newFixture(t, nil)
	publish := func(variable, deployment string) {
		method := mockMethod("")
		response := method.MethodIntegration.IntegrationResponses["200"]
		response.ResponseParameters = map[string]string{"method.response.header.v": "stageVariables.v", "method.response.header.d": "context.deploymentId"}
		method.MethodIntegration.IntegrationResponses["200"] = response
		stage := stageOf(resourceOf("/a", map[string]types.Method{"GET": method}))
		stage.Api.DeploymentID, stage.Stage.Variables = deployment, map[string]string{"v": variable}
		f.PublishRestStage(stage)
	}
	publish("1", "d1")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				response := f.call("GET", "/stage/a", "", nil)
				if response.StatusCode != 200 || only(response.Header, "d") != "d"+only(response.Header, "v") {
					t.Errorf("got %d %v", response.StatusCode, response.Header)
				}
			}
		})
	}
	for i := range 100 {
		n := []string{"1", "2"}[i%2]
		publish(n, "d"+n)
	}
	wg.Wait()
}

// TestStageVariableChange: variables are live, the deployment stays.
func TestStageVariableChange(t *testing.T) {
	one := newBackend(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "one") })
	two := newBackend(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "two") })
	f := newFixture(t, nil)
	for _, b := range []*backend{one, two} {
		stage := stageOf(resourceOf("/a", map[string]types.Method{"GET": httpMethod("${stageVariables.url}")}))
		stage.Stage.Variables = map[string]string{"url": b.URL}
		f.PublishRestStage(stage)
		want := map[*backend]string{one: "one", two: "two"}[b]
		if got := bodyOf(t, f.call("GET", "/stage/a", "", nil)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
