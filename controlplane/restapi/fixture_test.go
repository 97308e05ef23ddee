package restapi_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// api makes an API and returns its id and the id of its root resource.
func (w *world) api() (id, root string) {
	w.t.Helper()
	out := must(w, w.client.CreateRestApi, &apigateway.CreateRestApiInput{Name: aws.String("test")})
	return *out.Id, *out.RootResourceId
}

// resource makes a resource and returns its id.
func (w *world) resource(api, parent, part string) string {
	w.t.Helper()
	return *must(w, w.client.CreateResource, &apigateway.CreateResourceInput{
		RestApiId: &api, ParentId: &parent, PathPart: &part,
	}).Id
}

// method makes a method with authorization NONE.
func (w *world) method(api, resource, verb string, parameters ...string) {
	w.t.Helper()
	in := &apigateway.PutMethodInput{
		RestApiId: &api, ResourceId: &resource, HttpMethod: &verb, AuthorizationType: aws.String("NONE"),
		RequestParameters: map[string]bool{},
	}
	for _, p := range parameters {
		in.RequestParameters[p] = false
	}
	must(w, w.client.PutMethod, in)
}

// mock makes a method with a MOCK integration.
func (w *world) mock(api, resource, verb string) {
	w.t.Helper()
	w.method(api, resource, verb)
	must(w, w.client.PutIntegration, &apigateway.PutIntegrationInput{
		RestApiId: &api, ResourceId: &resource, HttpMethod: &verb, Type: types.IntegrationTypeMock,
	})
}

// deployable makes an API that can be deployed.
func (w *world) deployable() (id, root string) {
	w.t.Helper()
	id, root = w.api()
	w.mock(id, root, "GET")
	return id, root
}

// deploy makes a deployment, with a stage unless its name is empty.
func (w *world) deploy(api, stage string) string {
	w.t.Helper()
	in := &apigateway.CreateDeploymentInput{RestApiId: &api}
	if stage != "" {
		in.StageName = &stage
	}
	return *must(w, w.client.CreateDeployment, in).Id
}

// op makes a patch operation; without a value none is sent.
func op(op types.Op, path string, value ...string) types.PatchOperation {
	o := types.PatchOperation{Op: op, Path: &path}
	if len(value) > 0 {
		o.Value = &value[0]
	}
	return o
}

func ops(operations ...types.PatchOperation) []types.PatchOperation { return operations }
