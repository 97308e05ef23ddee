package restapi_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
)

const errActive = "400 BadRequestException: Active stages pointing to this deployment must be moved or deleted"

func TestDeployments(t *testing.T) {
	w := newWorld(t)
	api, root := w.api()
	create := &apigateway.CreateDeploymentInput{RestApiId: &api}
	fact(w, "no methods", w.client.CreateDeployment, create, "400 BadRequestException: The REST API doesn't contain any methods")
	w.method(api, root, "GET")
	fact(w, "no integration", w.client.CreateDeployment, create, "400 BadRequestException: No integration defined for method")
	must(w, w.client.DeleteMethod, &apigateway.DeleteMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET")})
	w.mock(api, root, "GET")
	first := *fact(w, "SD-25 SD-31 without stage", w.client.CreateDeployment, create, `201 {"id":"<id>","createdDate":"<date>"}`).Id
	fact(w, "SD-26 get", w.client.GetDeployment, &apigateway.GetDeploymentInput{RestApiId: &api, DeploymentId: &first}, `200 {"id":"`+first+`","createdDate":"<date>"}`)
	fact(w, "SD-26 list", w.client.GetDeployments, &apigateway.GetDeploymentsInput{RestApiId: &api}, `200 {"item":[{"id":"`+first+`","createdDate":"<date>"}]}`)
	fact(w, "summary", w.client.GetDeployment, &apigateway.GetDeploymentInput{RestApiId: &api, DeploymentId: &first, Embed: []string{"apisummary"}},
		`200 {"id":"`+first+`","createdDate":"<date>","apiSummary":{"/":{"GET":{"authorizationType":"NONE","apiKeyRequired":false}}}}`)
	fact(w, "update", w.client.UpdateDeployment, &apigateway.UpdateDeploymentInput{RestApiId: &api, DeploymentId: &first, PatchOperations: ops(op("replace", "/description", "d"))},
		`200 {"id":"`+first+`","createdDate":"<date>","description":"d"}`)
	fact(w, "update, wrong path", w.client.UpdateDeployment, &apigateway.UpdateDeploymentInput{RestApiId: &api, DeploymentId: &first, PatchOperations: ops(op("replace", "/x", "d"))}, "400 BadRequestException: Invalid patch path /x")
	fact(w, "unknown", w.client.GetDeployment, &apigateway.GetDeploymentInput{RestApiId: &api, DeploymentId: aws.String("unknown")}, "404 NotFoundException: Invalid Deployment identifier specified")

	create.StageName = aws.String("dev")
	second := *fact(w, "SD-25 with stage", w.client.CreateDeployment, create, `201 {"id":"<id>","createdDate":"<date>"}`).Id
	remove := func(name, id, want string) {
		t.Helper()
		fact(w, name, w.client.DeleteDeployment, &apigateway.DeleteDeploymentInput{RestApiId: &api, DeploymentId: &id}, want)
	}
	remove("SD-27 in use by a deployed stage", second, errActive)
	must(w, w.client.CreateStage, &apigateway.CreateStageInput{RestApiId: &api, StageName: aws.String("made"), DeploymentId: &first})
	remove("SD-27 in use by a made stage", first, errActive)
	must(w, w.client.DeleteStage, &apigateway.DeleteStageInput{RestApiId: &api, StageName: aws.String("made")})
	remove("SD-28 after its stage", first, "202 ")

	third := *must(w, w.client.CreateDeployment, create).Id
	fact(w, "SD-29 repoints the stage", w.client.GetStages, &apigateway.GetStagesInput{RestApiId: &api}, `200 {"item":[`+stageJSON("dev", third, "")+`]}`)
	fact(w, "SD-29 the older stays readable", w.client.GetDeployment, &apigateway.GetDeploymentInput{RestApiId: &api, DeploymentId: &second}, `200 {"id":"`+second+`","createdDate":"<date>"}`)
	remove("SD-30 the old one", second, "202 ")
	remove("SD-30 the new one", third, errActive)

	for range 3 {
		must(w, w.client.DeleteStage, &apigateway.DeleteStageInput{RestApiId: &api, StageName: aws.String("dev")})
		remove("SD-28 delete", third, "202 ")
		next := *must(w, w.client.CreateDeployment, create).Id
		if next == third {
			t.Error("SD-28 a new deployment has a new id")
		}
		third = next
		fact(w, "SD-28 only the live one", w.client.GetDeployments, &apigateway.GetDeploymentsInput{RestApiId: &api}, `200 {"item":[{"id":"`+third+`","createdDate":"<date>"}]}`)
	}
}
