package rest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

func TestProgramIsTakenOver(t *testing.T) {
	snapshot := func(change func(*deployed.RestStage)) *deployed.RestStage {
		s := &deployed.RestStage{
			Account: "a", Region: "r", ApiID: "api1",
			Stage: types.Stage{StageName: aws.String("dev"), Variables: map[string]string{"v": "1"}},
			Api:   &deployed.RestApi{DeploymentID: "d1"},
		}
		change(s)
		return s
	}
	tests := map[string]struct {
		change func(*deployed.RestStage)
		want   bool
	}{
		"nothing":            {func(*deployed.RestStage) {}, true},
		"description":        {func(s *deployed.RestStage) { s.Stage.Description = aws.String("d") }, true},
		"deployment":         {func(s *deployed.RestStage) { s.Api.DeploymentID = "d2" }, false},
		"no deployment":      {func(s *deployed.RestStage) { s.Api = nil }, false},
		"variable":           {func(s *deployed.RestStage) { s.Stage.Variables = map[string]string{"v": "2"} }, false},
		"client certificate": {func(s *deployed.RestStage) { s.Stage.ClientCertificateId = aws.String("c") }, false},
		"web ACL":            {func(s *deployed.RestStage) { s.Stage.WebAclArn = aws.String("w") }, false},
		"cache":              {func(s *deployed.RestStage) { s.Stage.CacheClusterEnabled = true }, false},
		"method settings":    {func(s *deployed.RestStage) { s.Stage.MethodSettings = map[string]types.MethodSetting{"*/*": {}} }, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			previous := snapshot(func(*deployed.RestStage) {})
			if got := sameProgram(previous, snapshot(test.change)); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
