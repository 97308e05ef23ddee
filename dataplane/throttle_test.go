package dataplane_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

func TestThrottle(t *testing.T) {
	limit := func(rate float64, burst int32) types.MethodSetting {
		return types.MethodSetting{ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst}
	}
	unlimited := limit(-1, -1)
	tests := map[string]struct {
		settings map[string]types.MethodSetting
		path     string
		// want is how many of five calls get through.
		want int
	}{
		"no settings":                  {nil, "/pets/1", 5},
		"stage":                        {map[string]types.MethodSetting{"*/*": limit(1, 2)}, "/pets/1", 2},
		"SD-07 method":                 {map[string]types.MethodSetting{"*/*": unlimited, "pets/{id}/GET": limit(1, 2)}, "/pets/1", 2},
		"method, escaped":              {map[string]types.MethodSetting{"*/*": unlimited, "~1pets~1{id}/GET": limit(1, 2)}, "/pets/1", 2},
		"SD-08 method beats the stage": {map[string]types.MethodSetting{"*/*": limit(1, 2), "pets/{id}/GET": limit(1, 4)}, "/pets/1", 4},
		"other method":                 {map[string]types.MethodSetting{"pets/{id}/POST": limit(1, 2)}, "/pets/1", 5},
		"root":                         {map[string]types.MethodSetting{"~1/GET": limit(1, 3)}, "/", 3},
		"rate 0 blocks":                {map[string]types.MethodSetting{"*/*": limit(0, 0)}, "/pets/1", 0},
		"-1 is no limit":               {map[string]types.MethodSetting{"*/*": unlimited}, "/pets/1", 5},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			stage := stageOf(
				resourceOf("/", map[string]types.Method{"GET": mockMethod("ok")}),
				resourceOf("/pets/{id}", map[string]types.Method{"GET": mockMethod("ok")}),
				resourceOf("/other", map[string]types.Method{"GET": mockMethod("ok")}),
			)
			stage.Stage.MethodSettings = test.settings
			got := 0
			for i := range 5 {
				if i == 2 {
					// Another deployment is no way round the limit.
					stage = stageOf(stage.Api.Resources...)
					stage.Stage.MethodSettings, stage.Api.DeploymentID = test.settings, "dep2"
				}
				f.PublishRestStage(stage)
				response := f.call("GET", "/stage"+test.path, "", nil)
				switch {
				case response.StatusCode == 200:
					got++
				case response.StatusCode != 429 || bodyOf(t, response) != `{"message":"Too Many Requests"}` || only(response.Header, "x-amzn-ErrorType") != "TooManyRequestsException":
					t.Errorf("got %d %v", response.StatusCode, response.Header)
				}
			}
			if got != test.want {
				t.Errorf("%d of 5 calls got through, want %d", got, test.want)
			}
			// Methods do not share a bucket, and one that blocks all blocks each.
			if response := f.call("GET", "/stage/other", "", nil); (response.StatusCode == 200) != (name != "rate 0 blocks") {
				t.Errorf("another method: got %d", response.StatusCode)
			}
		})
	}
}

// TestThrottleIsCustomised: what is refused for its rate is a gateway response.
func TestThrottleIsCustomised(t *testing.T) {
	f := newFixture(t, nil)
	stage := stageOf(resourceOf("/a", map[string]types.Method{"GET": mockMethod("ok")}))
	stage.Stage.MethodSettings = map[string]types.MethodSetting{"*/*": {}}
	stage.Api.GatewayResponses = []types.GatewayResponse{custom("THROTTLED", "503", map[string]string{"text/plain": "later"}, nil)}
	f.PublishRestStage(stage)
	if response := f.call("GET", "/stage/a", "", nil); response.StatusCode != 503 || bodyOf(t, response) != "later" {
		t.Errorf("got %d", response.StatusCode)
	}
}

func TestCanary(t *testing.T) {
	method := func(body string) types.Resource {
		m := mockMethod(body)
		response := m.MethodIntegration.IntegrationResponses["200"]
		response.ResponseParameters = map[string]string{
			"method.response.header.env": "stageVariables.env", "method.response.header.kept": "stageVariables.kept",
			"method.response.header.canary": "context.isCanaryRequest", "method.response.header.deployment": "context.deploymentId",
		}
		m.MethodIntegration.IntegrationResponses["200"] = response
		return resourceOf("/a", map[string]types.Method{"GET": m})
	}
	f := newFixture(t, nil)
	for _, test := range []struct {
		name     string
		settings *types.CanarySettings
		// known tells whether the canary's deployment is.
		known bool
		want  string
	}{
		{"none", nil, false, "main dep1 dev k "},
		{"all of the traffic", &types.CanarySettings{PercentTraffic: 100, DeploymentId: aws.String("dep2"), StageVariableOverrides: map[string]string{"env": "new"}}, true, "canary dep2 new k true"},
		{"none of the traffic", &types.CanarySettings{DeploymentId: aws.String("dep2")}, true, "main dep1 dev k false"},
		{"variables only", &types.CanarySettings{PercentTraffic: 100, DeploymentId: aws.String("dep1"), StageVariableOverrides: map[string]string{"env": "new"}}, false, "main dep1 new k true"},
		{"deployment that is not known", &types.CanarySettings{PercentTraffic: 100, DeploymentId: aws.String("dep2")}, false, "main dep1 dev k "},
	} {
		t.Run(test.name, func(t *testing.T) {
			stage := stageOf(method("main"))
			stage.Stage.Variables = map[string]string{"env": "dev", "kept": "k"}
			stage.Stage.CanarySettings = test.settings
			if test.known {
				canary := stageOf(method("canary")).Api
				canary.DeploymentID = "dep2"
				stage.Canary = canary
			}
			f.PublishRestStage(stage)
			r := f.call("GET", "/stage/a", "", nil)
			got := bodyOf(t, r) + " " + only(r.Header, "deployment") + " " + only(r.Header, "env") + " " + only(r.Header, "kept") + " " + only(r.Header, "canary")
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	t.Run("share of the traffic", func(t *testing.T) {
		stage := stageOf(method("main"))
		stage.Canary = stageOf(method("canary")).Api
		stage.Stage.CanarySettings = &types.CanarySettings{PercentTraffic: 50}
		f.PublishRestStage(stage)
		counts := map[string]int{}
		for range 400 {
			counts[bodyOf(t, f.call("GET", "/stage/a", "", nil))]++
		}
		if counts["main"] < 100 || counts["canary"] < 100 {
			t.Errorf("got %v", counts)
		}
	})
}
