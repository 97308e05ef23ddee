package restapi_test

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
)

func TestGetSdk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := *must(w, w.client.ImportRestApi, &apigateway.ImportRestApiInput{Body: []byte(exportedPets)}).Id
	must(w, w.client.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: &api, StageName: aws.String("dev")})
	in := func(kind string, parameters map[string]string) *apigateway.GetSdkInput {
		return &apigateway.GetSdkInput{RestApiId: &api, StageName: aws.String("dev"), SdkType: &kind, Parameters: parameters}
	}
	out := must(w, w.client.GetSdk, in("javascript", nil))
	if aws.ToString(out.ContentType) != "application/octet-stream" || aws.ToString(out.ContentDisposition) != `attachment; filename="javascript_2023-11-14_22-13Z.zip"` {
		t.Errorf("%s %s", aws.ToString(out.ContentType), aws.ToString(out.ContentDisposition))
	}
	archive, err := zip.NewReader(bytes.NewReader(out.Body), int64(len(out.Body)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range archive.File {
		names = append(names, strings.TrimPrefix(file.Name, "apiGateway-js-sdk/"))
		if !strings.HasSuffix(file.Name, "/apigClient.js") {
			continue
		}
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			`"https://` + api + `.execute-api.`, `apigClient.petsIdGet = function (params, body, additionalParams) {`,
			`{"verb":"GET","path":"/pets/{id}","authType":"NONE","pathParameters":["id"],"queryParameters":[],"headerParameters":[],"required":["id"]}`,
		} {
			if !strings.Contains(string(content), want) {
				t.Errorf("no %s in\n%s", want, content)
			}
		}
	}
	slices.Sort(names)
	if got := strings.Join(names, " "); got != "README.md apigClient.js lib/apiGatewayCore/apiGatewayClient.js lib/apiGatewayCore/sigV4Client.js lib/apiGatewayCore/simpleHttpClient.js lib/apiGatewayCore/utils.js" {
		t.Errorf("files %s", got)
	}
	fact(w, "swift", w.client.GetSdk, in("swift", nil), "400 BadRequestException: Missing required SDK configuration properties: classPrefix")
	fact(w, "swift with a prefix", w.client.GetSdk, in("swift", map[string]string{"classPrefix": "A"}), "400 BadRequestException: Only SDKs of type javascript are generated here")
	fact(w, "java", w.client.GetSdk, in("java", map[string]string{"serviceName": "A", "javaPackageName": "b"}), "400 BadRequestException: Only SDKs of type javascript are generated here")
	fact(w, "unknown type", w.client.GetSdk, in("perl", nil), "400 BadRequestException: Invalid SDK type identifier specified")
	fact(w, "unknown stage", w.client.GetSdk, &apigateway.GetSdkInput{RestApiId: &api, StageName: aws.String("x"), SdkType: aws.String("javascript")}, "404 NotFoundException: Invalid stage identifier specified")
	// One with methods for ANY only has no client, as on AWS.
	anyOnly := *must(w, w.client.ImportRestApi, &apigateway.ImportRestApiInput{Body: []byte(`{"swagger":"2.0","info":{"title":"any"},"paths":{"/":{"x-amazon-apigateway-any-method":{"x-amazon-apigateway-integration":{"type":"mock"}}}}}`)}).Id
	must(w, w.client.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: &anyOnly, StageName: aws.String("dev")})
	out = must(w, w.client.GetSdk, &apigateway.GetSdkInput{RestApiId: &anyOnly, StageName: aws.String("dev"), SdkType: aws.String("javascript")})
	if bytes.Contains(out.Body, []byte("apigClient.js")) {
		t.Error("a client without methods")
	}
}
