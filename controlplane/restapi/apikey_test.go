package restapi_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

// keyValue is a value for keys, n characters long.
func keyValue(n int) *string { return aws.String(strings.Repeat("k", n)) }

func TestCreateApiKey(t *testing.T) {
	w := newWorld(t)
	fact(w, "UP-12 MI-18 create", w.client.CreateApiKey, &apigateway.CreateApiKeyInput{Name: aws.String("key"), Enabled: true},
		`201 {"id":"<id>","value":"<key>","name":"key","enabled":true,"createdDate":"<date>","lastUpdatedDate":"<date>","stageKeys":[]}`)
	fact(w, "every member", w.client.CreateApiKey, &apigateway.CreateApiKeyInput{
		Name: aws.String("full"), Value: keyValue(20), Description: aws.String("d"), CustomerId: aws.String("c"), GenerateDistinctId: true, Tags: map[string]string{"a": "b"},
	}, `201 {"id":"<id>","value":"`+*keyValue(20)+`","name":"full","description":"d","customerId":"c","enabled":false,"createdDate":"<date>","lastUpdatedDate":"<date>","stageKeys":[],"tags":{"a":"b"}}`)
	for _, test := range []struct{ name, value, want string }{
		{"value taken", *keyValue(20), "409 ConflictException: API Key already exists"},
		{"value of 19", *keyValue(19), "400 BadRequestException: API Key value should be at least 20 characters"},
		{"value of 129", *keyValue(129), "400 BadRequestException: API Key value should be at most 128 characters"},
		{"value that no header carries", *keyValue(20) + "\n", "400 BadRequestException: API Key value can only contain visible ASCII characters"},
	} {
		fact(w, test.name, w.client.CreateApiKey, &apigateway.CreateApiKeyInput{Value: &test.value}, test.want)
	}
	fact(w, "name of 1025", w.client.CreateApiKey, &apigateway.CreateApiKeyInput{Name: keyValue(1025)}, "400 BadRequestException: API Key name should be at most 1024 characters")
	fact(w, "value of 128", w.client.CreateApiKey, &apigateway.CreateApiKeyInput{Value: keyValue(128)},
		`201 {"id":"<id>","value":"`+*keyValue(128)+`","enabled":false,"createdDate":"<date>","lastUpdatedDate":"<date>","stageKeys":[]}`)
}

func TestStageKeys(t *testing.T) {
	w := newWorld(t)
	api, _ := w.deployable()
	w.deploy(api, "dev")
	key := must(w, w.client.CreateApiKey, &apigateway.CreateApiKeyInput{StageKeys: []types.StageKey{{RestApiId: &api, StageName: aws.String("dev")}}})
	if diff := cmp.Diff([]string{api + "/dev"}, key.StageKeys); diff != "" {
		t.Error(diff)
	}
	fact(w, "of an unknown stage", w.client.CreateApiKey, &apigateway.CreateApiKeyInput{StageKeys: []types.StageKey{{RestApiId: &api, StageName: aws.String("x")}}},
		"404 NotFoundException: Invalid stage identifier specified")
	update := func(name string, operation types.PatchOperation, want string) {
		fact(w, name, w.client.UpdateApiKey, &apigateway.UpdateApiKeyInput{ApiKey: key.Id, PatchOperations: ops(operation)}, want)
	}
	shown := func(stageKeys string) string {
		return `200 {"id":"` + *key.Id + `","enabled":false,"createdDate":"<date>","lastUpdatedDate":"<date>","stageKeys":[` + stageKeys + `],"tags":{}}`
	}
	update("remove", op("remove", "/stages", api+"/dev"), shown(""))
	update("add", op("add", "/stages", api+"/dev"), shown(`"`+api+`/dev"`))
	update("add unknown", op("add", "/stages", api+"/x"), "404 NotFoundException: Invalid stage identifier specified")
	update("add malformed", op("add", "/stages", "x"), "400 BadRequestException: Invalid stage key specified. Must be {restApiId}/{stageName}")
}

func TestUpdateApiKey(t *testing.T) {
	w := newWorld(t)
	id := must(w, w.client.CreateApiKey, &apigateway.CreateApiKeyInput{Name: aws.String("key"), Enabled: true}).Id
	update := func(name string, want string, operations ...types.PatchOperation) {
		fact(w, name, w.client.UpdateApiKey, &apigateway.UpdateApiKeyInput{ApiKey: id, PatchOperations: operations}, want)
	}
	shown := func(members string) string {
		return `200 {"id":"` + *id + `",` + members + `"createdDate":"<date>","lastUpdatedDate":"<date>","stageKeys":[],"tags":{}}`
	}
	update("UP-13 MI-16 MI-24 disable", shown(`"name":"key","enabled":false,`), op("replace", "/enabled", "false"))
	update("the other members", shown(`"name":"other","description":"d","customerId":"c","enabled":true,`),
		op("replace", "/enabled", "true"), op("replace", "/name", "other"), op("replace", "/description", "d"), op("replace", "/customerId", "c"))
	update("unknown path", "400 BadRequestException: Invalid patch path  '/value' specified for op 'replace'. Must be one of: [/name, /description, /enabled, /customerId]", op("replace", "/value", "v"))
	update("name of 1025", "400 BadRequestException: API Key name should be at most 1024 characters", op("replace", "/name", *keyValue(1025)))
	fact(w, "unknown", w.client.UpdateApiKey, &apigateway.UpdateApiKeyInput{ApiKey: aws.String("unknown")}, "404 NotFoundException: Invalid API Key identifier specified")
	fact(w, "delete", w.client.DeleteApiKey, &apigateway.DeleteApiKeyInput{ApiKey: id}, "202 ")
	fact(w, "delete again", w.client.DeleteApiKey, &apigateway.DeleteApiKeyInput{ApiKey: id}, "404 NotFoundException: Invalid API Key identifier specified")
}

func TestGetApiKeys(t *testing.T) {
	w := newWorld(t)
	ids := map[string]string{}
	for _, name := range []string{"alpha", "alphabet", "beta"} {
		key := must(w, w.client.CreateApiKey, &apigateway.CreateApiKeyInput{Name: &name, CustomerId: aws.String("of " + name), Value: aws.String(name + *keyValue(20))})
		ids[name] = *key.Id
	}
	shown := func(name, value string) string {
		return `{"id":"` + ids[name] + `","name":"` + name + `","customerId":"of ` + name + `",` + value + `"enabled":false,"createdDate":"<date>","lastUpdatedDate":"<date>","stageKeys":[]`
	}
	beta := ids["beta"]
	fact(w, "get", w.client.GetApiKey, &apigateway.GetApiKeyInput{ApiKey: &beta}, "200 "+shown("beta", "")+`,"tags":{}}`)
	withValue := shown("beta", `"value":"beta`+*keyValue(20)+`",`)
	fact(w, "get with value", w.client.GetApiKey, &apigateway.GetApiKeyInput{ApiKey: &beta, IncludeValue: aws.Bool(true)}, "200 "+withValue+`,"tags":{}}`)
	fact(w, "get unknown", w.client.GetApiKey, &apigateway.GetApiKeyInput{ApiKey: aws.String("unknown")}, "404 NotFoundException: Invalid API Key identifier specified")
	fact(w, "MI-24 by name", w.client.GetApiKeys, &apigateway.GetApiKeysInput{NameQuery: aws.String("be")}, `200 {"item":[`+shown("beta", "")+`}]}`)
	fact(w, "by customer, with values", w.client.GetApiKeys, &apigateway.GetApiKeysInput{CustomerId: aws.String("of beta"), IncludeValues: aws.Bool(true)}, `200 {"item":[`+withValue+`}]}`)
	fact(w, "of nobody", w.client.GetApiKeys, &apigateway.GetApiKeysInput{CustomerId: aws.String("x")}, `200 {"item":[]}`)

	one := int32(1)
	first := must(w, w.client.GetApiKeys, &apigateway.GetApiKeysInput{NameQuery: aws.String("alpha"), Limit: &one})
	second := must(w, w.client.GetApiKeys, &apigateway.GetApiKeysInput{NameQuery: aws.String("alpha"), Limit: &one, Position: first.Position})
	if len(first.Items) != 1 || len(second.Items) != 1 || *first.Items[0].Id == *second.Items[0].Id || second.Position != nil {
		t.Errorf("pages %v and %v, position %v", first.Items, second.Items, second.Position)
	}
}

func TestApiKeyLimit(t *testing.T) {
	w := newWorldOn(t, memory.New(), restapi.Limits{APIKeys: 1})
	key := must(w, w.client.CreateApiKey, &apigateway.CreateApiKeyInput{})
	const full = "429 LimitExceededException: Maximum number of API keys has been reached. Please contact AWS if you need additional API keys."
	fact(w, "full", w.client.CreateApiKey, &apigateway.CreateApiKeyInput{}, full)
	fact(w, "full for an import", w.client.ImportApiKeys, &apigateway.ImportApiKeysInput{Format: types.ApiKeysFormatCsv, Body: []byte("Name,Key\na," + *keyValue(20))}, full)
	must(w, w.client.DeleteApiKey, &apigateway.DeleteApiKeyInput{ApiKey: key.Id})
	must(w, w.client.CreateApiKey, &apigateway.CreateApiKeyInput{Value: key.Value})
}

func TestImportApiKeys(t *testing.T) {
	w := newWorld(t)
	plan := must(w, w.client.CreateUsagePlan, &apigateway.CreateUsagePlanInput{Name: aws.String("one")}).Id
	other := must(w, w.client.CreateUsagePlan, &apigateway.CreateUsagePlanInput{Name: aws.String("two")}).Id
	load := func(name, file string, failOnWarnings bool, want string) *apigateway.ImportApiKeysOutput {
		return fact(w, name, w.client.ImportApiKeys, &apigateway.ImportApiKeysInput{Format: types.ApiKeysFormatCsv, Body: []byte(file), FailOnWarnings: failOnWarnings}, want)
	}
	first, second := "1"+*keyValue(20), "2"+*keyValue(20)
	file := "\ufeffKEY, enabled ,Extra,name,UsagePlanIds,Description\r\n" +
		first + ",false,x,one,'" + *plan + "," + *other + "',\"a, b\"\r\n\r\n" +
		second + ",,,overwritten\n" + second + ",TRUE,,two\n"
	out := load("columns in any order", file, true, `201 {"ids":["<id>","<id>"]}`)
	fact(w, "a row", w.client.GetApiKey, &apigateway.GetApiKeyInput{ApiKey: &out.Ids[0], IncludeValue: aws.Bool(true)},
		`200 {"id":"`+out.Ids[0]+`","value":"`+first+`","name":"one","description":"a, b","enabled":false,"createdDate":"<date>","lastUpdatedDate":"<date>","stageKeys":[],"tags":{}}`)
	fact(w, "the last row with a value counts", w.client.GetApiKey, &apigateway.GetApiKeyInput{ApiKey: &out.Ids[1]},
		`200 {"id":"`+out.Ids[1]+`","name":"two","enabled":true,"createdDate":"<date>","lastUpdatedDate":"<date>","stageKeys":[],"tags":{}}`)
	for _, id := range []*string{plan, other} {
		keys := must(w, w.client.GetUsagePlanKeys, &apigateway.GetUsagePlanKeysInput{UsagePlanId: id}).Items
		if len(keys) != 1 || *keys[0].Id != out.Ids[0] {
			t.Errorf("keys %v", keys)
		}
	}

	flawed := "Name,Key,UsagePlanIds\nshort,short\nopen,'x\nfine,3" + *keyValue(20) + ",unknown\ntaken," + first + "\n"
	load("failonwarnings", flawed, true, "400 BadRequestException: Warnings found during import:\n\tLine 3: a quote is not closed\n\t"+
		"Line 2: API Key value should be at least 20 characters\n\tLine 4: Invalid Usage Plan ID specified\n\tLine 5: API Key already exists")
	if n := len(must(w, w.client.GetApiKeys, &apigateway.GetApiKeysInput{}).Items); n != 2 {
		t.Errorf("%d keys after an import that failed", n)
	}
	load("warnings", flawed, false, `201 {"ids":["<id>"],"warnings":["Line 3: a quote is not closed","Line 2: API Key value should be at least 20 characters",`+
		`"Line 4: Invalid Usage Plan ID specified","Line 5: API Key already exists"]}`)
	load("no header", "a,b\n", false, "400 BadRequestException: The API key file must have a header row with the columns Name and Key")
	load("empty", "\n", false, "400 BadRequestException: The API key file must have a header row with the columns Name and Key")
}
