package rest

import (
	"maps"
	"math/rand/v2"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// canarySnapshot returns the stage as the canary's share of its requests sees it: the
// canary's deployment, and variables that override the stage's. It is nil when the
// stage has no canary, or none whose deployment is known.
func canarySnapshot(snapshot *deployed.RestStage) *deployed.RestStage {
	settings := snapshot.Stage.CanarySettings
	if settings == nil {
		return nil
	}
	api := snapshot.Canary
	if id := aws.ToString(settings.DeploymentId); api == nil && snapshot.Api != nil && (id == "" || id == snapshot.Api.DeploymentID) {
		api = snapshot.Api // a canary of variables only
	}
	if api == nil {
		return nil
	}
	canary := *snapshot
	canary.Api, canary.Canary = api, nil
	canary.Stage.Variables = maps.Clone(snapshot.Stage.Variables)
	if canary.Stage.Variables == nil {
		canary.Stage.Variables = map[string]string{}
	}
	maps.Copy(canary.Stage.Variables, settings.StageVariableOverrides)
	return &canary
}

// drawsCanary decides whether a request is one of the canary's percentTraffic.
func (s *Stage) drawsCanary() bool {
	return rand.Float64()*100 < s.snapshot.Stage.CanarySettings.PercentTraffic
}

// canaryRequest is $context.isCanaryRequest: empty when the stage has no canary.
func (s *Stage) canaryRequest() string {
	switch {
	case s.isCanary:
		return "true"
	case s.canary != nil:
		return "false"
	default:
		return ""
	}
}
