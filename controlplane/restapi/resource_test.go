package restapi_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

const (
	errResource = "404 NotFoundException: Invalid Resource identifier specified"
	errMethod   = "404 NotFoundException: Invalid Method identifier specified"
)

func resourceJSON(id, parent, path, part string) string {
	return fmt.Sprintf(`{"id":%q,"parentId":%q,"path":%q,"pathPart":%q}`, id, parent, path, part)
}

func TestResources(t *testing.T) {
	w := newWorld(t)
	api, root := w.api()
	create := func(name, parent, part, want string) string {
		t.Helper()
		out := fact(w, name, w.client.CreateResource, &apigateway.CreateResourceInput{RestApiId: &api, ParentId: &parent, PathPart: &part}, want)
		if out == nil {
			return ""
		}
		return aws.ToString(out.Id)
	}
	update := func(name, id, want string, operations ...types.PatchOperation) {
		t.Helper()
		fact(w, name, w.client.UpdateResource, &apigateway.UpdateResourceInput{RestApiId: &api, ResourceId: &id, PatchOperations: operations}, want)
	}
	fact(w, "RM-01 fresh API", w.client.GetResources, &apigateway.GetResourcesInput{RestApiId: &api}, `200 {"item":[{"id":"`+root+`","path":"/"}]}`)
	pets := create("RM-02 create", root, "pets", "201 "+resourceJSON("<id>", root, "/pets", "pets"))
	create("same name", root, "pets", "409 ConflictException: Another resource with the same parent already has this name: pets")
	subpets := create("RM-03 below", pets, "subpets", "201 "+resourceJSON("<id>", pets, "/pets/subpets", "subpets"))
	if n := len(must(w, w.client.GetResources, &apigateway.GetResourcesInput{RestApiId: &api}).Items); n != 3 {
		t.Errorf("RM-03 %d resources", n)
	}
	update("RM-04 rename", pets, "200 "+resourceJSON(pets, root, "/dogs", "dogs"), op("replace", "/pathPart", "dogs"))
	fact(w, "RM-04 get", w.client.GetResource, &apigateway.GetResourceInput{RestApiId: &api, ResourceId: &pets}, "200 "+resourceJSON(pets, root, "/dogs", "dogs"))
	fact(w, "a rename reaches all below", w.client.GetResource, &apigateway.GetResourceInput{RestApiId: &api, ResourceId: &subpets}, "200 "+resourceJSON(subpets, pets, "/dogs/subpets", "subpets"))
	update("rename back", pets, "200 "+resourceJSON(pets, root, "/pets", "pets"), op("replace", "/pathPart", "pets"))

	create("RM-07 unknown parent", "unknown", "x", errResource)
	update("RM-08 unknown", "unknown", errResource, op("replace", "/pathPart", "x"))
	update("RM-09 MI-14 wrong path", pets, "400 BadRequestException: Invalid patch path  '/invalid' specified for op 'replace'. Must be one of: [/parentId, /pathPart]", op("replace", "/invalid", "x"))
	update("RM-10 remove", pets, "400 BadRequestException: Invalid patch path  '/pathPart' specified for op 'remove'. Please choose supported operations", op("remove", "/pathPart", "x"))
	update("RM-11 add", pets, "400 BadRequestException: Invalid patch path  '/pathPart' specified for op 'add'. Please choose supported operations", op("add", "/pathPart", "x"))
	update("RM-12 unknown new parent", pets, errResource, op("replace", "/parentId", "unknown"))
	deep := create("below that", subpets, "pets", "201 "+resourceJSON("<id>", subpets, "/pets/subpets/pets", "pets"))
	taken := "409 ConflictException: Another resource with the same parent already has this name: pets"
	update("RM-13 move to a taken name", deep, taken, op("replace", "/parentId", root))
	update("RM-15 cycle", pets, "400 BadRequestException: Resources cannot be cyclical.", op("replace", "/parentId", subpets))
	update("RM-15 a longer cycle", pets, "400 BadRequestException: Resources cannot be cyclical.", op("replace", "/parentId", deep))
	update("its own parent", pets, "400 BadRequestException: Resources cannot be cyclical.", op("replace", "/parentId", pets))
	update("RM-16 move", subpets, "200 "+resourceJSON(subpets, root, "/subpets", "subpets"), op("replace", "/parentId", root))
	update("RM-14 rename to a taken name", subpets, taken, op("replace", "/pathPart", "pets"))
	update("RM-17 rename the root", root, "400 BadRequestException: Root resource cannot update its pathPart.", op("replace", "/pathPart", "x"))
	update("RM-18 move the root", root, "400 BadRequestException: Root resource cannot update its parentId.", op("replace", "/parentId", root))

	fact(w, "RM-16 delete the old parent", w.client.DeleteResource, &apigateway.DeleteResourceInput{RestApiId: &api, ResourceId: &pets}, "202 ")
	fact(w, "RM-16 the moved one stays", w.client.GetResource, &apigateway.GetResourceInput{RestApiId: &api, ResourceId: &deep}, "200 "+resourceJSON(deep, subpets, "/subpets/pets", "pets"))
	create("the name is free again", root, "pets", "201 "+resourceJSON("<id>", root, "/pets", "pets"))
	fact(w, "RM-05 delete", w.client.DeleteResource, &apigateway.DeleteResourceInput{RestApiId: &api, ResourceId: &subpets}, "202 ")
	fact(w, "RM-06 a child that went with it", w.client.DeleteResource, &apigateway.DeleteResourceInput{RestApiId: &api, ResourceId: &deep}, errResource)
	fact(w, "delete the root", w.client.DeleteResource, &apigateway.DeleteResourceInput{RestApiId: &api, ResourceId: &root}, "400 BadRequestException: Root resource cannot be deleted.")
	create("no part", root, "", "400 BadRequestException: Resource's path part must be specified")
	for _, part := range []string{"a b", "a/b", "{a", "a}", "{a}b", "{}", "{+}", "{a+", "ä"} {
		create("part "+part, root, part, "400 BadRequestException: Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.")
	}
}

func TestPathVariables(t *testing.T) {
	w := newWorld(t)
	api, root := w.api()
	create := func(name, parent, part, want string) string {
		t.Helper()
		out := fact(w, name, w.client.CreateResource, &apigateway.CreateResourceInput{RestApiId: &api, ParentId: &parent, PathPart: &part}, want)
		if out == nil {
			return ""
		}
		return aws.ToString(out.Id)
	}
	made := func(parent, path, part string) string { return "201 " + resourceJSON("<id>", parent, path, part) }
	proxy := create("RM-19 greedy", root, "{proxy+}", made(root, "/{proxy+}", "{proxy+}"))
	parent := create("RM-19 static beside it", root, "parent", made(root, "/parent", "parent"))
	below := create("RM-19 greedy below", parent, "{proxy+}", made(parent, "/parent/{proxy+}", "{proxy+}"))
	child := create("RM-19 static beside that", parent, "child", made(parent, "/parent/child", "child"))
	create("RM-19 greedy below that", child, "{proxy+}", made(child, "/parent/child/{proxy+}", "{proxy+}"))
	create("RM-21 second variable", root, "{dynamic}", "400 BadRequestException: A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed")
	create("RM-22 below greedy", proxy, "child", "400 BadRequestException: Cannot create a child of a resource with a greedy path variable: {proxy+}")
	create("RM-23 variable below greedy", proxy, "{child}", "400 BadRequestException: Cannot create a child of a resource with a greedy path variable: {proxy+}")
	must(w, w.client.DeleteResource, &apigateway.DeleteResourceInput{RestApiId: &api, ResourceId: &below})
	variable := create("RM-20 variable after the greedy one went", parent, "{child}", made(parent, "/parent/{child}", "{child}"))
	create("RM-20 greedy below it", variable, "{proxy+}", made(variable, "/parent/{child}/{proxy+}", "{proxy+}"))
	other := create("another parent", root, "other", made(root, "/other", "other"))
	create("RM-24 any name", other, "{child+}", made(other, "/other/{child+}", "{child+}"))
	fact(w, "greedy with children", w.client.UpdateResource, &apigateway.UpdateResourceInput{RestApiId: &api, ResourceId: &variable, PatchOperations: ops(op("replace", "/pathPart", "{child+}"))},
		"400 BadRequestException: Cannot create a child of a resource with a greedy path variable: {child+}")
	fact(w, "rename a variable", w.client.UpdateResource, &apigateway.UpdateResourceInput{RestApiId: &api, ResourceId: &variable, PatchOperations: ops(op("replace", "/pathPart", "{id}"))},
		"200 "+resourceJSON(variable, parent, "/parent/{id}", "{id}"))
	create("the slot stays taken", parent, "{x}", "400 BadRequestException: A sibling ({id}) of this resource already has a variable path part -- only one is allowed")
}

func TestResourceLimit(t *testing.T) {
	w := newWorldOn(t, memory.New(), restapi.Limits{ResourcesPerAPI: 3})
	api, root := w.api()
	a := w.resource(api, root, "a")
	w.resource(api, a, "b")
	in := &apigateway.CreateResourceInput{RestApiId: &api, ParentId: &root, PathPart: aws.String("c")}
	fact(w, "full", w.client.CreateResource, in, "429 LimitExceededException: Maximum number of Resources for this API has been reached. Please contact AWS if you need additional Resources.")
	must(w, w.client.DeleteResource, &apigateway.DeleteResourceInput{RestApiId: &api, ResourceId: &a})
	must(w, w.client.CreateResource, in)
}

func TestEmbedMethods(t *testing.T) {
	w := newWorld(t)
	api, root := w.api()
	w.mock(api, root, "GET")
	fact(w, "names only", w.client.GetResource, &apigateway.GetResourceInput{RestApiId: &api, ResourceId: &root}, `200 {"id":"`+root+`","path":"/","resourceMethods":{"GET":{}}}`)
	embedded := `{"id":"` + root + `","path":"/","resourceMethods":{"GET":{"httpMethod":"GET","authorizationType":"NONE","apiKeyRequired":false,
		"methodIntegration":{"type":"MOCK","passthroughBehavior":"WHEN_NO_MATCH","timeoutInMillis":29000,"cacheNamespace":"` + root + `","cacheKeyParameters":[]}}}}`
	fact(w, "embedded", w.client.GetResource, &apigateway.GetResourceInput{RestApiId: &api, ResourceId: &root, Embed: []string{"methods"}}, "200 "+embedded)
	fact(w, "embedded in the list", w.client.GetResources, &apigateway.GetResourcesInput{RestApiId: &api, Embed: []string{"methods"}}, `200 {"item":[`+embedded+`]}`)
}
