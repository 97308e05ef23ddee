package dataplane_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// TestLog wants one line for each exchange: served ones for debugging only.
func TestLog(t *testing.T) {
	f := newFixture(t, returning(`{"statusCode": 201}`))
	f.PublishRestStage(stageOf(resourceOf("/{proxy+}", map[string]types.Method{"GET": lambdaMethod()})))

	f.call("GET", "/stage/pets/1", "", nil)
	served := f.log.String()
	for _, want := range []string{"level=DEBUG", `msg="request served"`, "api_id=api1", "stage=stage", "method=GET", "path=/stage/pets/1", "resource=/{proxy+}", "status=201", "duration=0s"} {
		if !strings.Contains(served, want) {
			t.Errorf("no %s in %s", want, served)
		}
	}

	f.call("POST", "/stage/pets/1", "", nil)
	failed := strings.TrimPrefix(f.log.String(), served)
	if strings.Count(failed, "\n") != 1 || !strings.Contains(failed, `level=INFO msg="request failed"`) || !strings.Contains(failed, "status=403") {
		t.Errorf("log of a failure: %s", failed)
	}
}
