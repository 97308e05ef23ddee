package restapi_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

func TestPublish(t *testing.T) {
	w := newWorld(t)
	api, root := w.deployable()
	deployment := w.deploy(api, "dev")
	key := api + "/dev"
	first := w.publisher.get(key)
	if first == nil || first.Account != account || first.Region != region || first.Api.DeploymentID != deployment {
		t.Fatalf("published %+v", first)
	}
	if n := len(first.Api.Resources); n != 1 || *first.Api.Api.Id != api {
		t.Errorf("snapshot of API %s with %d resources", *first.Api.Api.Id, n)
	}

	w.mock(api, w.resource(api, root, "new"), "GET")
	must(w, w.client.UpdateStage, &apigateway.UpdateStageInput{RestApiId: &api, StageName: aws.String("dev"), PatchOperations: ops(op("replace", "/variables/a", "b"))})
	second := w.publisher.get(key)
	if second.Stage.Variables["a"] != "b" || len(first.Stage.Variables) > 0 {
		t.Errorf("variables %v, before %v", second.Stage.Variables, first.Stage.Variables)
	}
	if second.Api != first.Api {
		t.Error("a change of the stage decoded its deployment again")
	}
	w.deploy(api, "dev")
	if third := w.publisher.get(key); len(third.Api.Resources) != 2 {
		t.Errorf("SD-32 a deployment brings %d resources", len(third.Api.Resources))
	}

	w.deploy(api, "prod")
	must(w, w.client.DeleteStage, &apigateway.DeleteStageInput{RestApiId: &api, StageName: aws.String("dev")})
	if got := w.publisher.keys(); !slices.Equal(got, []string{api + "/prod"}) {
		t.Errorf("served %v", got)
	}
	must(w, w.client.DeleteRestApi, &apigateway.DeleteRestApiInput{RestApiId: &api})
	if got := w.publisher.keys(); len(got) > 0 {
		t.Errorf("served %v after the API went", got)
	}
}

func TestPublishAtStart(t *testing.T) {
	s := memory.New()
	w := newWorldOn(t, s, restapi.Limits{})
	api, _ := w.deployable()
	w.deploy(api, "dev")
	w.deploy(api, "prod")
	again := &publisher{stages: map[string]*deployed.RestStage{}}
	service, err := restapi.New(restapi.Config{Store: s, Publisher: again})
	if err != nil {
		t.Fatal(err)
	}
	if got := again.keys(); !slices.Equal(got, []string{api + "/dev", api + "/prod"}) {
		t.Errorf("published %v", got)
	}
	service.Close()
	w.deploy(api, "late")
	if again.get(api+"/late") != nil {
		t.Error("published after Close")
	}
}
