package restapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

const (
	errDescription = "400 BadRequestException: Description cannot be an empty string"
	errCompression = "400 BadRequestException: Invalid minimum compression size, must be between 0 and 10485760"
	errPrivate     = "400 BadRequestException: Only dualstack ipAddressType is supported for Private APIs."
	errReplaceOnly = "400 BadRequestException: Invalid patch operation specified. Must be one of: [replace]"
)

// apiJSON is an API as it is shown, with further members before the fixed ones.
func apiJSON(members, endpoint string) string {
	if endpoint == "" {
		endpoint = `{"types":["EDGE"],"ipAddressType":"ipv4"}`
	}
	return `{"id":"<id>","name":"test","createdDate":"<date>","apiKeySource":"HEADER",` + members +
		`"disableExecuteApiEndpoint":false,"endpointConfiguration":` + endpoint + `,"rootResourceId":"<id>"}`
}

func TestCreateRestApi(t *testing.T) {
	w := newWorld(t)
	endpoint := func(ip types.IpAddressType, kinds ...types.EndpointType) *types.EndpointConfiguration {
		return &types.EndpointConfiguration{Types: kinds, IpAddressType: ip}
	}
	const (
		badIP   = "Value 'wrong' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]"
		badType = "Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]"
		one     = "400 ValidationException: 1 validation error detected: "
		two     = "400 ValidationException: 2 validation errors detected: "
	)
	tests := []struct {
		fact string
		in   apigateway.CreateRestApiInput
		want string
	}{
		{"RA-01 RA-14 MI-18 name only, with ipAddressType since 2025", apigateway.CreateRestApiInput{}, "201 " + apiJSON("", "")},
		{"RA-02 description", apigateway.CreateRestApiInput{Description: aws.String("this is my api")}, "201 " + apiJSON(`"description":"this is my api",`, "")},
		{"RA-03 empty description", apigateway.CreateRestApiInput{Description: aws.String("")}, errDescription},
		{"RA-04 version", apigateway.CreateRestApiInput{Version: aws.String("v1")}, "201 " + apiJSON(`"version":"v1",`, "")},
		{"RA-05 no media types", apigateway.CreateRestApiInput{BinaryMediaTypes: []string{}}, "201 " + apiJSON("", "")},
		{"RA-06 media types", apigateway.CreateRestApiInput{BinaryMediaTypes: []string{"image/png"}}, "201 " + apiJSON(`"binaryMediaTypes":["image/png"],`, "")},
		{"RA-07 negative compression size", apigateway.CreateRestApiInput{MinimumCompressionSize: aws.Int32(-1)}, errCompression},
		{"RA-08 tags", apigateway.CreateRestApiInput{Tags: map[string]string{"MY_TAG1": "MY_VALUE1"}}, "201 " + apiJSON(`"tags":{"MY_TAG1":"MY_VALUE1"},`, "")},
		{"RA-38 wrong address type", apigateway.CreateRestApiInput{EndpointConfiguration: endpoint("wrong", "EDGE")}, one + badIP},
		{"RA-39 wrong type", apigateway.CreateRestApiInput{EndpointConfiguration: endpoint("ipv4", "wrong")}, one + badType},
		{"RA-40 both wrong", apigateway.CreateRestApiInput{EndpointConfiguration: endpoint("wrong", "wrong")}, two + badType + "; " + badIP},
		{"RA-41 the model before the rules", apigateway.CreateRestApiInput{Description: aws.String(""), MinimumCompressionSize: aws.Int32(-1), EndpointConfiguration: endpoint("wrong", "wrong")}, two + badType + "; " + badIP},
		{"RA-42 description before compression", apigateway.CreateRestApiInput{Description: aws.String(""), MinimumCompressionSize: aws.Int32(-1), EndpointConfiguration: endpoint("ipv4", "EDGE")}, errDescription},
		{"RA-43 no type", apigateway.CreateRestApiInput{EndpointConfiguration: &types.EndpointConfiguration{Types: []types.EndpointType{}}}, "400 BadRequestException: REGIONAL Configuration and EDGE Configuration cannot be both DISABLED."},
		{"RA-44 two types", apigateway.CreateRestApiInput{EndpointConfiguration: endpoint("", "EDGE", "REGIONAL")}, "400 BadRequestException: Cannot create an api with multiple Endpoint Types."},
		{"RA-45 edge dualstack", apigateway.CreateRestApiInput{EndpointConfiguration: endpoint("dualstack", "EDGE")}, "201 " + apiJSON("", `{"types":["EDGE"],"ipAddressType":"dualstack"}`)},
		{"RA-46 regional ipv4", apigateway.CreateRestApiInput{EndpointConfiguration: endpoint("ipv4", "REGIONAL")}, "201 " + apiJSON("", `{"types":["REGIONAL"],"ipAddressType":"ipv4"}`)},
		{"RA-47 private ipv4", apigateway.CreateRestApiInput{EndpointConfiguration: endpoint("ipv4", "PRIVATE")}, errPrivate},
		{"RA-48 private wrong", apigateway.CreateRestApiInput{EndpointConfiguration: endpoint("wrong", "PRIVATE")}, one + badIP},
		{"RA-49 description before private", apigateway.CreateRestApiInput{Description: aws.String(""), EndpointConfiguration: endpoint("ipv4", "PRIVATE")}, errDescription},
		{"RA-50 edge default", apigateway.CreateRestApiInput{EndpointConfiguration: endpoint("", "EDGE")}, "201 " + apiJSON("", `{"types":["EDGE"],"ipAddressType":"ipv4"}`)},
		{"RA-50 regional default", apigateway.CreateRestApiInput{EndpointConfiguration: endpoint("", "REGIONAL")}, "201 " + apiJSON("", `{"types":["REGIONAL"],"ipAddressType":"ipv4"}`)},
		{"RA-50 private default", apigateway.CreateRestApiInput{EndpointConfiguration: endpoint("", "PRIVATE")}, "201 " + apiJSON("", `{"types":["PRIVATE"],"ipAddressType":"dualstack"}`)},
		{"RA-51 the model before the description", apigateway.CreateRestApiInput{Description: aws.String(""), EndpointConfiguration: endpoint("", "wrong")}, one + badType},
		{"custom id of wrong form", apigateway.CreateRestApiInput{Tags: map[string]string{"_custom_id_": "No!"}}, "400 BadRequestException: The value of the tag _custom_id_ must match [a-z0-9-]{1,63}"},
		{"policy that is none", apigateway.CreateRestApiInput{Policy: aws.String("{")}, "400 BadRequestException: Invalid policy document. Please check the policy syntax and ensure that Principals are valid."},
		{"policy without effect", apigateway.CreateRestApiInput{Policy: aws.String(`{"Statement":[{}]}`)}, "400 BadRequestException: Invalid policy document. Please check the policy syntax and ensure that Principals are valid."},
		{"endpoint ids of a public API", apigateway.CreateRestApiInput{EndpointConfiguration: &types.EndpointConfiguration{VpcEndpointIds: []string{"vpce-1"}}}, "400 BadRequestException: VPCEndpoints can only be specified with PRIVATE apis."},
	}
	for _, test := range tests {
		test.in.Name = aws.String("test")
		fact(w, test.fact, w.client.CreateRestApi, &test.in, test.want)
	}
}

func TestGetAndDeleteRestApi(t *testing.T) {
	w := newWorld(t)
	fact(w, "no APIs", w.client.GetRestApis, &apigateway.GetRestApisInput{}, `200 {"item":[]}`)
	tagged := must(w, w.client.CreateRestApi, &apigateway.CreateRestApiInput{Name: aws.String("test"), Tags: map[string]string{"MY_TAG1": "MY_VALUE1"}})
	shown := apiJSON(`"tags":{"MY_TAG1":"MY_VALUE1"},`, "")
	fact(w, "RA-08 MI-25 get shows tags", w.client.GetRestApi, &apigateway.GetRestApiInput{RestApiId: tagged.Id}, "200 "+shown)
	fact(w, "RA-08 RA-10 list shows tags", w.client.GetRestApis, &apigateway.GetRestApisInput{}, `200 {"item":[`+shown+`]}`)
	plain, root := w.api()
	if plain == *tagged.Id || root == *tagged.RootResourceId {
		t.Error("RA-12 ids are distinct")
	}
	fact(w, "MI-24 MI-20 get without tags", w.client.GetRestApi, &apigateway.GetRestApiInput{RestApiId: &plain}, "200 "+apiJSON("", ""))
	fact(w, "RA-11 MI-22 delete", w.client.DeleteRestApi, &apigateway.DeleteRestApiInput{RestApiId: tagged.Id}, "202 ")
	fact(w, "RA-11 RA-09 the other stays", w.client.GetRestApis, &apigateway.GetRestApisInput{}, `200 {"item":[`+apiJSON("", "")+`]}`)

	upper := strings.ToUpper(plain)
	for strings.ToLower(upper) == upper { // an id of digits alone proves nothing
		plain, _ = w.api()
		upper = strings.ToUpper(plain)
	}
	missing := "404 NotFoundException: Invalid API identifier specified 111111111111:"
	fact(w, "RA-13 MI-07 upper case", w.client.GetRestApi, &apigateway.GetRestApiInput{RestApiId: &upper}, missing+upper)
	fact(w, "MI-07 deleted", w.client.DeleteRestApi, &apigateway.DeleteRestApiInput{RestApiId: tagged.Id}, missing+*tagged.Id)
	fact(w, "MI-07 resources of a deleted API", w.client.GetResources, &apigateway.GetResourcesInput{RestApiId: tagged.Id}, missing+*tagged.Id)
}

func TestUpdateRestApi(t *testing.T) {
	w := newWorld(t)
	id, _ := w.api()
	update := func(name, want string, operations ...types.PatchOperation) {
		t.Helper()
		fact(w, name, w.client.UpdateRestApi, &apigateway.UpdateRestApiInput{RestApiId: &id, PatchOperations: operations}, want)
	}
	shown := func(members string) string { return "200 " + apiJSON(`"tags":{},`+members, "") }

	update("RA-15 RA-16 MI-17 add media types", shown(`"binaryMediaTypes":["image/png","image/jpeg"],`),
		op("add", "/binaryMediaTypes/image~1png"), op("add", "/binaryMediaTypes/image~1jpeg"))
	update("RA-17 replace a media type", shown(`"binaryMediaTypes":["image/jpeg","image/gif"],`),
		op("replace", "/binaryMediaTypes/image~1png", "image/gif"))
	update("set the description", shown(`"description":"d","binaryMediaTypes":["image/jpeg","image/gif"],`), op("replace", "/description", "d"))
	update("RA-18 MI-27 remove", shown(`"binaryMediaTypes":["image/jpeg"],`),
		op("remove", "/binaryMediaTypes/image~1gif"), op("remove", "/description"))
	update("remove the last", shown(""), op("remove", "/binaryMediaTypes/image~1jpeg"))
	update("RA-19 a hyphen is itself", shown(`"binaryMediaTypes":["-"],`), op("add", "/binaryMediaTypes/-", "image/png"))
	update("remove the hyphen", shown(""), op("remove", "/binaryMediaTypes/-"))
	update("LP-28 wildcards", shown(`"binaryMediaTypes":["*/test","application/*"],`), op("add", "/binaryMediaTypes/*~1test"), op("add", "/binaryMediaTypes/application~1*"))
	update("LP-28 remove a wildcard", shown(`"binaryMediaTypes":["application/*"],`), op("remove", "/binaryMediaTypes/*~1test"))
	update("remove the other", shown(""), op("remove", "/binaryMediaTypes/application~1*"))
	for _, o := range []types.PatchOperation{op("add", "/binaryMediaTypes", "image/gif"), op("replace", "/binaryMediaTypes", "image/gif"), op("remove", "/binaryMediaTypes", "image/gif")} {
		update("RA-20 MI-14 bare path "+string(o.Op), "400 BadRequestException: Invalid patch path /binaryMediaTypes", o)
	}

	update("RA-21 compression size", shown(`"minimumCompressionSize":10,`), op("replace", "/minimumCompressionSize", "10"))
	update("RA-22 off", shown(""), op("replace", "/minimumCompressionSize", ""))
	fact(w, "RA-22 get", w.client.GetRestApi, &apigateway.GetRestApiInput{RestApiId: &id}, "200 "+apiJSON("", ""))
	update("RA-23 zero", shown(`"minimumCompressionSize":0,`), op("replace", "/minimumCompressionSize", "0"))
	update("RA-24 negative", errCompression, op("replace", "/minimumCompressionSize", "-1"))
	update("RA-25 no number", errCompression, op("replace", "/minimumCompressionSize", "test"))
	update("too large", errCompression, op("replace", "/minimumCompressionSize", "10485761"))
	update("RA-26 MI-15 add", errReplaceOnly, op("add", "/minimumCompressionSize", "10"))
	update("RA-22 off again", shown(""), op("replace", "/minimumCompressionSize"))

	fact(w, "RA-27 unknown API", w.client.UpdateRestApi, &apigateway.UpdateRestApiInput{
		RestApiId: aws.String("api_id"), PatchOperations: ops(op("replace", "/apiKeySource", "AUTHORIZER")),
	}, "404 NotFoundException: Invalid API identifier specified 111111111111:api_id")
	wrong := func(n int) string {
		return fmt.Sprintf("Value 'wrong' at 'updateRestApiInput.patchOperations.%d.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]", n)
	}
	update("RA-28 MI-03 MI-04 wrong op twice", "400 ValidationException: 2 validation errors detected: "+wrong(1)+"; "+wrong(2),
		op("wrong", "/endpointConfiguration/ipAddressType"), op("wrong", "/endpointConfiguration/ipAddressType"))
	update("RA-29 the path plays no part", "400 ValidationException: 2 validation errors detected: "+wrong(1)+"; "+wrong(2),
		op("wrong", "/endpointConfiguration/types/0"), op("wrong", "/endpointConfiguration/types/0"))
	update("RA-30 MI-05 wrong op before wrong path", "400 ValidationException: 3 validation errors detected: "+wrong(1)+"; "+wrong(2)+"; "+wrong(3),
		op("wrong", "/endpointConfiguration/ipAddressType"), op("wrong", "/endpointConfiguration/types/0"), op("wrong", "/binaryMediaTypes"))

	update("GR-16 no path", "400 BadRequestException: Invalid patch path null", types.PatchOperation{Op: "replace"})
	update("wrong path", "400 BadRequestException: Invalid patch path /wrong", op("replace", "/wrong", "x"))
	update("no pointer", "400 BadRequestException: Invalid patch path name", op("replace", "name", "x"))
	update("empty name", "400 BadRequestException: Name cannot be empty", op("replace", "/name", ""))
	update("wrong key source", "400 BadRequestException: Invalid ApiKeySourceType specified. Valid options are HEADER,AUTHORIZER", op("replace", "/apiKeySource", "x"))
}

func TestUpdateEndpointConfiguration(t *testing.T) {
	w := newWorld(t)
	id, _ := w.api()
	update := func(name, want string, operations ...types.PatchOperation) {
		t.Helper()
		fact(w, name, w.client.UpdateRestApi, &apigateway.UpdateRestApiInput{RestApiId: &id, PatchOperations: operations}, want)
	}
	const ip, kind = "/endpointConfiguration/ipAddressType", "/endpointConfiguration/types/0"
	private := "200 " + apiJSON(`"tags":{},`, `{"types":["PRIVATE"],"ipAddressType":"dualstack"}`)
	update("RA-31 the last wins", private, op("replace", kind, "EDGE"), op("replace", kind, "REGIONAL"), op("replace", kind, "PRIVATE"))
	update("RA-32 private ipv4", errPrivate, op("replace", ip, "ipv4"))
	update("RA-33 MI-06 wrong address type", "400 BadRequestException: ipAddressType must be either ipv4 or dualstack.", op("replace", ip, "wrong"))
	update("RA-34 MI-06 wrong type", "400 BadRequestException: Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE", op("replace", kind, "wrong"))
	update("RA-35 remove the address type", errReplaceOnly, op("remove", ip))
	update("RA-36 remove the type", "400 BadRequestException: Invalid patch operation specified. Must be 'add'|'remove'|'replace'", op("remove", kind, "EDGE"))
	update("RA-37 private dualstack", private, op("replace", ip, "dualstack"))
	update("endpoint ids", "200 "+apiJSON(`"tags":{},`, `{"types":["PRIVATE"],"ipAddressType":"dualstack","vpcEndpointIds":["vpce-1","vpce-2"]}`),
		op("add", "/endpointConfiguration/vpcEndpointIds", "vpce-1"), op("add", "/endpointConfiguration/vpcEndpointIds", "vpce-2"))
	update("remove an endpoint id", "200 "+apiJSON(`"tags":{},`, `{"types":["PRIVATE"],"ipAddressType":"dualstack","vpcEndpointIds":["vpce-2"]}`),
		op("remove", "/endpointConfiguration/vpcEndpointIds", "vpce-1"))
	update("private to edge", "400 BadRequestException: Cannot update endpoint from PRIVATE to EDGE.", op("replace", kind, "EDGE"))
	update("private to regional", "200 "+apiJSON(`"tags":{},`, `{"types":["REGIONAL"],"ipAddressType":"dualstack"}`), op("replace", kind, "REGIONAL"))
}

func TestPolicy(t *testing.T) {
	w := newWorld(t)
	out := must(w, w.client.CreateRestApi, &apigateway.CreateRestApiInput{
		Name:   aws.String("test"),
		Policy: aws.String(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*/GET/x"}]}`),
	})
	want := `{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"execute-api:Invoke\",\"Resource\":\"arn:aws:execute-api:eu-west-1:111111111111:` + *out.Id + `/*/GET/x\"}]}`
	if got := aws.ToString(out.Policy); got != want {
		t.Errorf("policy %s, want %s", got, want)
	}
	updated := must(w, w.client.UpdateRestApi, &apigateway.UpdateRestApiInput{RestApiId: out.Id, PatchOperations: ops(op("replace", "/policy", ""))})
	if updated.Policy != nil {
		t.Errorf("policy %s after it was cleared", *updated.Policy)
	}
}

func TestCustomID(t *testing.T) {
	w := newWorld(t)
	in := &apigateway.CreateRestApiInput{Name: aws.String("test"), Tags: map[string]string{"_custom_id_": "my-api"}}
	out := must(w, w.client.CreateRestApi, in)
	if *out.Id != "my-api" || out.Tags["_custom_id_"] != "my-api" {
		t.Errorf("id %s, tags %v", *out.Id, out.Tags)
	}
	fact(w, "taken", w.client.CreateRestApi, in, "409 ConflictException: API id my-api already exists")
	other := newClient(w.url, "222222222222", w.tape)
	fact(w, "taken by another account", other.CreateRestApi, in, "409 ConflictException: API id my-api already exists")
	fact(w, "and hidden from it", other.GetRestApi, &apigateway.GetRestApiInput{RestApiId: out.Id}, "404 NotFoundException: Invalid API identifier specified 222222222222:my-api")
	must(w, w.client.DeleteRestApi, &apigateway.DeleteRestApiInput{RestApiId: out.Id})
	must(w, other.CreateRestApi, in)
}

func TestPaging(t *testing.T) {
	w := newWorld(t)
	made := map[string]bool{}
	for range 7 {
		id, _ := w.api()
		made[id] = true
	}
	pages, in := 0, &apigateway.GetRestApisInput{Limit: aws.Int32(3)}
	for {
		out := must(w, w.client.GetRestApis, in)
		pages++
		for _, item := range out.Items {
			if !made[*item.Id] {
				t.Errorf("API %s is unknown or was listed twice", *item.Id)
			}
			delete(made, *item.Id)
		}
		if out.Position == nil {
			break
		}
		in.Position = out.Position
	}
	if pages != 3 || len(made) > 0 {
		t.Errorf("%d pages, missing %v", pages, made)
	}
	fact(w, "wrong position", w.client.GetRestApis, &apigateway.GetRestApisInput{Position: aws.String("!")}, "400 BadRequestException: Invalid position parameter specified")
}

func TestCloneFrom(t *testing.T) {
	w := newWorld(t)
	source, root := w.api()
	w.mock(source, w.resource(source, w.resource(source, root, "a"), "b"), "GET")
	clone := must(w, w.client.CreateRestApi, &apigateway.CreateRestApiInput{Name: aws.String("clone"), CloneFrom: &source})
	must(w, w.client.DeleteRestApi, &apigateway.DeleteRestApiInput{RestApiId: &source})
	out := must(w, w.client.GetResources, &apigateway.GetResourcesInput{RestApiId: clone.Id, Embed: []string{"methods"}})
	found := false
	for _, r := range out.Items {
		if *r.Path == "/a/b" {
			integration := r.ResourceMethods["GET"].MethodIntegration
			found = integration != nil && *integration.CacheNamespace == *r.Id
		}
	}
	if len(out.Items) != 3 || !found {
		t.Errorf("clone has %v", out.Items)
	}
	w.resource(*clone.Id, *clone.RootResourceId, "c")
}
