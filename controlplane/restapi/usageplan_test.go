package restapi_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

// planned makes an API with a stage dev that a new usage plan holds.
func (w *world) planned() (api, plan string) {
	w.t.Helper()
	api, _ = w.deployable()
	w.deploy(api, "dev")
	return api, *must(w, w.client.CreateUsagePlan, &apigateway.CreateUsagePlanInput{
		Name: aws.String("plan"), ApiStages: []types.ApiStage{{ApiId: &api, Stage: aws.String("dev")}},
	}).Id
}

func TestUsagePlan(t *testing.T) {
	w := newWorld(t)
	api, _ := w.deployable()
	w.deploy(api, "dev")
	stage := []types.ApiStage{{ApiId: &api, Stage: aws.String("dev")}}
	id := *fact(w, "UP-01 MI-24 create", w.client.CreateUsagePlan, &apigateway.CreateUsagePlanInput{Name: aws.String("plan"), Description: aws.String("d"), ApiStages: stage},
		`201 {"id":"<id>","name":"plan","description":"d","apiStages":[{"apiId":"`+api+`","stage":"dev"}]}`).Id
	full := *fact(w, "UP-02 MI-25 every member", w.client.CreateUsagePlan, &apigateway.CreateUsagePlanInput{
		Name: aws.String("full"), Quota: &types.QuotaSettings{Limit: 10, Period: types.QuotaPeriodTypeDay},
		Throttle: &types.ThrottleSettings{RateLimit: 2, BurstLimit: 1}, Tags: map[string]string{"tag_key": "tag_value"},
	}, `201 {"id":"<id>","name":"full","quota":{"limit":10,"offset":0,"period":"DAY"},"throttle":{"burstLimit":1,"rateLimit":2.0},"tags":{"tag_key":"tag_value"}}`).Id
	must(w, w.client.DeleteUsagePlan, &apigateway.DeleteUsagePlanInput{UsagePlanId: &full})
	plan := `{"id":"` + id + `","name":"plan","description":"d","apiStages":[{"apiId":"` + api + `","stage":"dev"}]`
	fact(w, "UP-03 MI-24 get", w.client.GetUsagePlan, &apigateway.GetUsagePlanInput{UsagePlanId: &id}, "200 "+plan+`,"tags":{}}`)
	fact(w, "UP-04 MI-24 list", w.client.GetUsagePlans, &apigateway.GetUsagePlansInput{}, `200 {"item":[`+plan+`}]}`)
	changed := plan + `,"throttle":{"burstLimit":100,"rateLimit":200.0},"quota":{"limit":5000,"offset":0,"period":"MONTH"}`
	fact(w, "UP-05 update", w.client.UpdateUsagePlan, &apigateway.UpdateUsagePlanInput{UsagePlanId: &id, PatchOperations: ops(
		op("replace", "/throttle/burstLimit", "100"), op("replace", "/throttle/rateLimit", "200"), op("replace", "/quota/period", "MONTH"), op("replace", "/quota/limit", "5000"),
	)}, "200 "+changed+`,"tags":{}}`)
	fact(w, "UP-05 get", w.client.GetUsagePlan, &apigateway.GetUsagePlanInput{UsagePlanId: &id}, "200 "+changed+`,"tags":{}}`)
	fact(w, "UP-05 list", w.client.GetUsagePlans, &apigateway.GetUsagePlansInput{}, `200 {"item":[`+changed+`}]}`)

	create := func(name string, in apigateway.CreateUsagePlanInput, want string) {
		if in.Name == nil {
			in.Name = aws.String("x")
		}
		fact(w, name, w.client.CreateUsagePlan, &in, want)
	}
	create("no name", apigateway.CreateUsagePlanInput{Name: aws.String("")}, "400 BadRequestException: Usage Plan name must be non-empty")
	create("unknown stage", apigateway.CreateUsagePlanInput{ApiStages: []types.ApiStage{{ApiId: &api, Stage: aws.String("x")}}}, "404 NotFoundException: API Stage not found: "+api+":x")
	create("stage without name", apigateway.CreateUsagePlanInput{ApiStages: []types.ApiStage{{ApiId: &api}}}, "400 BadRequestException: Invalid API Stage {api: %s, stage: %s} specified for usageplan %s")
	create("stage twice", apigateway.CreateUsagePlanInput{ApiStages: append(stage, stage...)}, "409 ConflictException: API Stage "+api+":dev is already associated with the usage plan")
	create("quota without period", apigateway.CreateUsagePlanInput{Quota: &types.QuotaSettings{Limit: 1}}, "400 BadRequestException: Invalid quota specified. The period must be one of: [DAY, WEEK, MONTH]")
	create("negative quota", apigateway.CreateUsagePlanInput{Quota: &types.QuotaSettings{Limit: -1, Period: types.QuotaPeriodTypeDay}}, "400 BadRequestException: Invalid quota specified. The limit and offset cannot be negative")
	create("negative rate", apigateway.CreateUsagePlanInput{Throttle: &types.ThrottleSettings{RateLimit: -1}}, "400 BadRequestException: Invalid throttle specified. The rate and burst limits cannot be negative")
	fact(w, "get unknown", w.client.GetUsagePlan, &apigateway.GetUsagePlanInput{UsagePlanId: aws.String("x")}, "404 NotFoundException: Invalid Usage Plan ID specified")
}

func TestUpdateUsagePlan(t *testing.T) {
	w := newWorld(t)
	api, plan := w.planned()
	update := func(name, want string, operations ...types.PatchOperation) {
		fact(w, name, w.client.UpdateUsagePlan, &apigateway.UpdateUsagePlanInput{UsagePlanId: &plan, PatchOperations: operations}, want)
	}
	shown := func(stage, members string) string {
		return `200 {"id":"` + plan + `","name":"plan",` + members + `"apiStages":[{"apiId":"` + api + `",` + stage + `"stage":"dev"}],"tags":{}}`
	}
	fact(w, "UP-06 unknown", w.client.UpdateUsagePlan, &apigateway.UpdateUsagePlanInput{UsagePlanId: aws.String("x")}, "404 NotFoundException: Invalid Usage Plan ID specified")
	update("UP-07 remove no stage", "400 BadRequestException: Invalid API Stage specified", op("remove", "/apiStages"))
	update("UP-08 remove without colon", "400 BadRequestException: Invalid API Stage specified", op("remove", "/apiStages", "fakevalue"))
	update("UP-09 remove of another API", "404 NotFoundException: Invalid API Stage {api: other, stage: dev} specified for usageplan "+plan, op("remove", "/apiStages", "other:dev"))
	update("UP-10 remove unknown stage", "404 NotFoundException: Invalid API Stage {api: "+api+", stage: fake} specified for usageplan "+plan, op("remove", "/apiStages", api+":fake"))
	update("UP-11 nothing of a failed update", "404 NotFoundException: Invalid API Stage {api: x, stage: y} specified for usageplan "+plan, op("remove", "/apiStages", api+":dev"), op("remove", "/apiStages", "x:y"))
	fact(w, "UP-11 unchanged", w.client.GetUsagePlan, &apigateway.GetUsagePlanInput{UsagePlanId: &plan}, shown("", ""))

	throttle := "/apiStages/" + api + ":dev/throttle"
	update("method throttle", shown(`"throttle":{"/pets/{id}/GET":{"rateLimit":1.5,"burstLimit":2}},`, ""),
		op("replace", throttle+"/~1pets~1{id}/GET/rateLimit", "1.5"), op("add", throttle+"/~1pets~1{id}/GET/burstLimit", "2"))
	update("method throttle with a path as Terraform sends it", shown(`"throttle":{"/pets/{id}/GET":{"rateLimit":3,"burstLimit":2},"//ANY":{"rateLimit":4,"burstLimit":0}},`, ""),
		op("replace", throttle+"//pets/{id}/GET/rateLimit", "3"), op("replace", throttle+"/~1/ANY/rateLimit", "4"))
	update("remove a method throttle", shown(`"throttle":{"//ANY":{"rateLimit":4,"burstLimit":0}},`, ""), op("remove", throttle+"/~1pets~1{id}/GET"))
	update("remove a method throttle that is not there", "404 NotFoundException: Invalid method throttle specified: /x/GET", op("remove", throttle+"/~1x/GET"))
	update("remove all method throttles", shown("", ""), op("remove", throttle))
	update("throttle of a stage not in the plan", "404 NotFoundException: Invalid API Stage {api: x, stage: y} specified for usageplan "+plan, op("replace", "/apiStages/x:y/throttle/~1/GET/rateLimit", "1"))
	update("no number", "400 BadRequestException: Invalid value specified for patch path '/throttle/rateLimit': x", op("replace", "/throttle/rateLimit", "x"))
	update("not a number", "400 BadRequestException: Invalid throttle specified. The rate and burst limits cannot be negative", op("replace", "/throttle/rateLimit", "NaN"))
	update("the other members", shown("", `"description":"d","productCode":"c","throttle":{"rateLimit":1,"burstLimit":0},"quota":{"limit":1,"offset":2,"period":"WEEK"},`),
		op("replace", "/description", "d"), op("replace", "/productCode", "c"), op("replace", "/throttle/rateLimit", "1"),
		op("replace", "/quota/limit", "1"), op("replace", "/quota/offset", "2"), op("replace", "/quota/period", "WEEK"))
	update("remove them", shown("", ""), op("remove", "/productCode"), op("remove", "/throttle"), op("remove", "/quota"), op("replace", "/description", ""))
	update("remove a stage by path", "400 BadRequestException: Invalid patch path  '/apiStages/"+api+":dev' specified for op 'remove'. Must be one of: [/apiStages, /quota, /throttle, /productCode, "+
		"/apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>, /apiStages/<apidId:stageName>/throttle]", op("remove", "/apiStages/"+api+":dev"))
	update("add a stage again", "409 ConflictException: API Stage "+api+":dev is already associated with the usage plan", op("add", "/apiStages", api+":dev"))
	update("add an unknown stage", "404 NotFoundException: API Stage not found: "+api+":x", op("add", "/apiStages", api+":x"))
	update("remove a stage", `200 {"id":"`+plan+`","name":"plan","tags":{}}`, op("remove", "/apiStages", api+":dev"))
	update("add a stage", shown("", ""), op("add", "/apiStages", api+":dev"))
}

// What a usage plan holds, and a plan that holds something, cannot be deleted.
func TestUsagePlanConflicts(t *testing.T) {
	w := newWorld(t)
	api, plan := w.planned()
	held := "400 BadRequestException: API Stage " + api + ":dev is associated with a usage plan: " + plan
	fact(w, "stage", w.client.DeleteStage, &apigateway.DeleteStageInput{RestApiId: &api, StageName: aws.String("dev")}, held)
	fact(w, "API", w.client.DeleteRestApi, &apigateway.DeleteRestApiInput{RestApiId: &api}, held)
	fact(w, "plan with stages", w.client.DeleteUsagePlan, &apigateway.DeleteUsagePlanInput{UsagePlanId: &plan},
		"400 BadRequestException: Cannot delete Usage Plan "+plan+" because there are API Stages associated with it, including "+api+":dev")
	must(w, w.client.UpdateUsagePlan, &apigateway.UpdateUsagePlanInput{UsagePlanId: &plan, PatchOperations: ops(op("remove", "/apiStages", api+":dev"))})
	fact(w, "plan", w.client.DeleteUsagePlan, &apigateway.DeleteUsagePlanInput{UsagePlanId: &plan}, "202 ")
	fact(w, "plan again", w.client.DeleteUsagePlan, &apigateway.DeleteUsagePlanInput{UsagePlanId: &plan}, "404 NotFoundException: Invalid Usage Plan ID specified")
	must(w, w.client.DeleteStage, &apigateway.DeleteStageInput{RestApiId: &api, StageName: aws.String("dev")})
}

func TestUsagePlanKey(t *testing.T) {
	w := newWorld(t)
	api, plan := w.planned()
	key := must(w, w.client.CreateApiKey, &apigateway.CreateApiKeyInput{Name: aws.String("key")})
	add := func(name, plan, keyType, keyID, want string) {
		fact(w, name, w.client.CreateUsagePlanKey, &apigateway.CreateUsagePlanKeyInput{UsagePlanId: &plan, KeyId: &keyID, KeyType: &keyType}, want)
	}
	shown := `{"id":"` + *key.Id + `","type":"API_KEY","value":"` + *key.Value + `","name":"key"}`
	add("UP-14 MI-18 create", plan, "API_KEY", *key.Id, "201 "+shown)
	add("again", plan, "API_KEY", *key.Id, "409 ConflictException: API Key is already associated with the usage plan")
	add("of another type", plan, "X", *key.Id, "400 BadRequestException: Invalid key type specified. Must be one of: [API_KEY]")
	add("unknown key", plan, "API_KEY", "x", "404 NotFoundException: Invalid API Key identifier specified")
	add("unknown plan", "x", "API_KEY", *key.Id, "404 NotFoundException: Invalid Usage Plan ID specified")
	fact(w, "get", w.client.GetUsagePlanKey, &apigateway.GetUsagePlanKeyInput{UsagePlanId: &plan, KeyId: key.Id}, "200 "+shown)
	fact(w, "get unknown", w.client.GetUsagePlanKey, &apigateway.GetUsagePlanKeyInput{UsagePlanId: &plan, KeyId: aws.String("x")}, "404 NotFoundException: Invalid API Key identifier specified")
	fact(w, "list", w.client.GetUsagePlanKeys, &apigateway.GetUsagePlanKeysInput{UsagePlanId: &plan, NameQuery: aws.String("k")}, `200 {"item":[`+shown+`]}`)
	fact(w, "list by name", w.client.GetUsagePlanKeys, &apigateway.GetUsagePlanKeysInput{UsagePlanId: &plan, NameQuery: aws.String("x")}, `200 {"item":[]}`)

	second := *must(w, w.client.CreateUsagePlan, &apigateway.CreateUsagePlanInput{Name: aws.String("second"), ApiStages: []types.ApiStage{{ApiId: &api, Stage: aws.String("dev")}}}).Id
	clash := "409 ConflictException: Usage Plan " + second + " cannot be added because API Key " + *key.Id + " cannot reference multiple Usage Plans with the same API stage: " + api + ":dev"
	add("in two plans for a stage", second, "API_KEY", *key.Id, clash)
	patch := func(path types.PatchOperation) *apigateway.UpdateUsagePlanInput {
		return &apigateway.UpdateUsagePlanInput{UsagePlanId: &second, PatchOperations: ops(path)}
	}
	must(w, w.client.UpdateUsagePlan, patch(op("remove", "/apiStages", api+":dev")))
	add("in two plans", second, "API_KEY", *key.Id, "201 "+shown)
	fact(w, "a stage that the key reaches otherwise", w.client.UpdateUsagePlan, patch(op("add", "/apiStages", api+":dev")), clash)
	fact(w, "plans of a key", w.client.GetUsagePlans, &apigateway.GetUsagePlansInput{KeyId: aws.String("x")}, `200 {"item":[]}`)
	if n := len(must(w, w.client.GetUsagePlans, &apigateway.GetUsagePlansInput{KeyId: key.Id}).Items); n != 2 {
		t.Errorf("key in %d plans", n)
	}
	remove := func(name, want string) {
		fact(w, name, w.client.DeleteUsagePlanKey, &apigateway.DeleteUsagePlanKeyInput{UsagePlanId: &plan, KeyId: key.Id}, want)
	}
	remove("delete", "202 ")
	remove("delete again", "404 NotFoundException: Invalid API Key identifier specified")
	must(w, w.client.DeleteApiKey, &apigateway.DeleteApiKeyInput{ApiKey: key.Id})
	fact(w, "a deleted key leaves its plans", w.client.GetUsagePlanKeys, &apigateway.GetUsagePlanKeysInput{UsagePlanId: &second}, `200 {"item":[]}`)
}

func TestUsagePlanLimits(t *testing.T) {
	w := newWorldOn(t, memory.New(), restapi.Limits{UsagePlans: 2, UsagePlansPerKey: 1})
	first := must(w, w.client.CreateUsagePlan, &apigateway.CreateUsagePlanInput{Name: aws.String("1")}).Id
	second := must(w, w.client.CreateUsagePlan, &apigateway.CreateUsagePlanInput{Name: aws.String("2")}).Id
	fact(w, "plans", w.client.CreateUsagePlan, &apigateway.CreateUsagePlanInput{Name: aws.String("3")},
		"429 LimitExceededException: Maximum number of Usage Plans has been reached. Please contact AWS if you need additional Usage Plans.")
	key := must(w, w.client.CreateApiKey, &apigateway.CreateApiKeyInput{}).Id
	must(w, w.client.CreateUsagePlanKey, &apigateway.CreateUsagePlanKeyInput{UsagePlanId: first, KeyId: key, KeyType: aws.String("API_KEY")})
	fact(w, "plans of a key", w.client.CreateUsagePlanKey, &apigateway.CreateUsagePlanKeyInput{UsagePlanId: second, KeyId: key, KeyType: aws.String("API_KEY")},
		"429 LimitExceededException: Maximum number of Usage Plans for this API key has been reached. Please contact AWS if you need additional Usage Plans.")
}
