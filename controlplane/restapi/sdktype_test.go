package restapi_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/google/go-cmp/cmp"
)

func TestSdkTypes(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for _, kind := range must(w, w.client.GetSdkTypes, &apigateway.GetSdkTypesInput{}).Items {
		ids = append(ids, *kind.Id)
	}
	if diff := cmp.Diff([]string{"android", "java", "javascript", "objectivec", "ruby", "swift"}, ids); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	fact(w, "one", w.client.GetSdkType, &apigateway.GetSdkTypeInput{Id: aws.String("javascript")}, `200 {"id":"javascript","friendlyName":"JavaScript","description":"JavaScript client SDK"}`)
	fact(w, "unknown", w.client.GetSdkType, &apigateway.GetSdkTypeInput{Id: aws.String("x")}, "404 NotFoundException: Invalid SDK type identifier specified")
}

func TestGetModelTemplate(t *testing.T) {
	w := newWorld(t)
	api, _ := w.api()
	fact(w, "of a model", w.client.GetModelTemplate, &apigateway.GetModelTemplateInput{RestApiId: &api, ModelName: aws.String("Error")},
		`200 {"value":"#set($inputRoot = $input.path('$'))\n{\n  \"message\" : \"$inputRoot.message\"\n}"}`)
	fact(w, "unknown", w.client.GetModelTemplate, &apigateway.GetModelTemplateInput{RestApiId: &api, ModelName: aws.String("x")}, "404 NotFoundException: Invalid model name specified: x")
}
