package restapi_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// stageJSON is a stage as it is shown, with further members before the fixed ones.
func stageJSON(name, deployment, members string) string {
	if !strings.Contains(members, `"methodSettings"`) {
		members += `"methodSettings":{},`
	}
	if !strings.Contains(members, `"tracingEnabled"`) {
		members += `"tracingEnabled":false,`
	}
	if !strings.Contains(members, `"cacheClusterEnabled"`) {
		members += `"cacheClusterEnabled":false,"cacheClusterStatus":"NOT_AVAILABLE",`
	}
	return `{"stageName":"` + name + `","deploymentId":"` + deployment + `",` + members + `"createdDate":"<date>","lastUpdatedDate":"<date>"}`
}

// wrongStagePath is the message of SD-12 and SD-13 for a path.
func wrongStagePath(path string) string {
	return "Invalid method setting path: " + path + ". " + stagePaths
}

const stagePaths = "Must be one of: [/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace, /{resourcePath}/{httpMethod}/logging/loglevel, /{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit/{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, /{resourcePath}/{httpMethod}/caching/dataEncrypted, /{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, /{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, /*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, /tracingEnabled]"

// settingJSON is a method setting with its defaults but for two members.
func settingJSON(burst, caching string) string {
	return `{"metricsEnabled":false,"dataTraceEnabled":false,"throttlingBurstLimit":` + burst + `,"throttlingRateLimit":10000.0,"cachingEnabled":` + caching +
		`,"cacheTtlInSeconds":300,"cacheDataEncrypted":false,"requireAuthorizationForCacheControl":true,"unauthorizedCacheControlHeaderStrategy":"SUCCEED_WITH_RESPONSE_HEADER"}`
}

func TestCreateStage(t *testing.T) {
	w := newWorld(t)
	api, _ := w.deployable()
	deployment := w.deploy(api, "")
	fact(w, "SD-01 create", w.client.CreateStage, &apigateway.CreateStageInput{RestApiId: &api, StageName: aws.String("dev"), DeploymentId: &deployment, Description: aws.String("dev stage")},
		"201 "+stageJSON("dev", deployment, `"description":"dev stage",`))
	documented := stageJSON("documented", deployment, `"documentationVersion":"v123",`)
	fact(w, "SD-02 documentation version", w.client.CreateStage, &apigateway.CreateStageInput{RestApiId: &api, StageName: aws.String("documented"), DeploymentId: &deployment, DocumentationVersion: aws.String("v123")}, "201 "+documented)
	fact(w, "SD-02 get", w.client.GetStage, &apigateway.GetStageInput{RestApiId: &api, StageName: aws.String("documented")}, "200 "+documented)
	must(w, w.client.DeleteStage, &apigateway.DeleteStageInput{RestApiId: &api, StageName: aws.String("documented")})
	fact(w, "taken", w.client.CreateStage, &apigateway.CreateStageInput{RestApiId: &api, StageName: aws.String("dev"), DeploymentId: &deployment}, "409 ConflictException: Stage already exists")
	fact(w, "unknown deployment", w.client.CreateStage, &apigateway.CreateStageInput{RestApiId: &api, StageName: aws.String("x"), DeploymentId: aws.String("unknown")}, "400 BadRequestException: Deployment id does not exist")
	fact(w, "unknown API", w.client.CreateStage, &apigateway.CreateStageInput{RestApiId: aws.String("unknown"), StageName: aws.String("x"), DeploymentId: &deployment}, "404 NotFoundException: Invalid API identifier specified 111111111111:unknown")
	fact(w, "wrong name", w.client.CreateStage, &apigateway.CreateStageInput{RestApiId: &api, StageName: aws.String("a.b"), DeploymentId: &deployment}, "400 BadRequestException: Stage name only allows a-zA-Z0-9_")
	fact(w, "wrong variable name", w.client.CreateStage, &apigateway.CreateStageInput{RestApiId: &api, StageName: aws.String("x"), DeploymentId: &deployment, Variables: map[string]string{"a:b": "c"}},
		"400 BadRequestException: Invalid stage variable name: a:b.  Please use names with only word characters.")
	fact(w, "wrong variable value", w.client.CreateStage, &apigateway.CreateStageInput{RestApiId: &api, StageName: aws.String("x"), DeploymentId: &deployment, Variables: map[string]string{"a": "$"}},
		"400 BadRequestException: Invalid stage variable value: $.  Please use values with alphanumeric characters and the symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','.")
	fact(w, "cache", w.client.CreateStage, &apigateway.CreateStageInput{RestApiId: &api, StageName: aws.String("with-cache"), DeploymentId: &deployment, CacheClusterEnabled: true, Variables: map[string]string{"url": "https://a.b/c?d=e,f"}},
		"201 "+stageJSON("with-cache", deployment, `"cacheClusterEnabled":true,"cacheClusterSize":"0.5","cacheClusterStatus":"AVAILABLE","variables":{"url":"https://a.b/c?d=e,f"},`))
	fact(w, "unknown stage", w.client.GetStage, &apigateway.GetStageInput{RestApiId: &api, StageName: aws.String("unknown")}, "404 NotFoundException: Invalid stage identifier specified")
}

func TestGetStages(t *testing.T) {
	w := newWorld(t)
	api, _ := w.deployable()
	first, second := w.deploy(api, "stage1"), w.deploy(api, "stage2")
	one, two := stageJSON("stage1", first, ""), stageJSON("stage2", second, "")
	fact(w, "SD-03 SD-05 MI-26 all", w.client.GetStages, &apigateway.GetStagesInput{RestApiId: &api}, `200 {"item":[`+one+`,`+two+`]}`)
	fact(w, "SD-04 of the first", w.client.GetStages, &apigateway.GetStagesInput{RestApiId: &api, DeploymentId: &first}, `200 {"item":[`+one+`]}`)
	fact(w, "SD-04 of the second", w.client.GetStages, &apigateway.GetStagesInput{RestApiId: &api, DeploymentId: &second}, `200 {"item":[`+two+`]}`)
	for name := range strings.SplitSeq("abcdefgh", "") {
		w.deploy(api, name)
	}
	fact(w, "full", w.client.CreateStage, &apigateway.CreateStageInput{RestApiId: &api, StageName: aws.String("i"), DeploymentId: &first},
		"429 LimitExceededException: Maximum number of stages for this API has been reached. Please contact AWS if you need additional stages.")
}

// stagePatcher makes a stage "dev" and returns a function that updates it.
func stagePatcher(t *testing.T) (w *world, api, deployment string, update func(name, want string, operations ...types.PatchOperation)) {
	t.Helper()
	w = newWorld(t)
	api, _ = w.deployable()
	deployment = w.deploy(api, "dev")
	return w, api, deployment, func(name, want string, operations ...types.PatchOperation) {
		t.Helper()
		fact(w, name, w.client.UpdateStage, &apigateway.UpdateStageInput{RestApiId: &api, StageName: aws.String("dev"), PatchOperations: operations}, want)
	}
}

func TestUpdateStage(t *testing.T) {
	w, api, deployment, update := stagePatcher(t)
	get := func(name, want string) {
		t.Helper()
		fact(w, name, w.client.GetStage, &apigateway.GetStageInput{RestApiId: &api, StageName: aws.String("dev")}, want)
	}
	changed := func(settings string) string {
		return "200 " + stageJSON("dev", deployment, `"description":"d","tracingEnabled":true,"variables":{"var1":"test","var2":"test2"},"methodSettings":{`+settings+`},`)
	}
	update("SD-06 SD-07 many", changed(`"*/*":`+settingJSON("123", "true")+`,"test/GET":`+settingJSON("124", "true")),
		op("replace", "/description", "d"), op("replace", "/variables/var1", "test"), op("replace", "/variables/var2", "test2"),
		op("replace", "/*/*/throttling/burstLimit", "123"), op("replace", "/*/*/caching/enabled", "true"),
		op("replace", "/tracingEnabled", "true"), op("replace", "/test/GET/throttling/burstLimit", "124"))
	get("SD-06 get", changed(`"*/*":`+settingJSON("123", "true")+`,"test/GET":`+settingJSON("124", "true")))
	update("SD-08 no propagation", changed(`"*/*":`+settingJSON("100", "true")+`,"test/GET":`+settingJSON("124", "true")), op("replace", "/*/*/throttling/burstLimit", "100"))
	update("SD-11 remove one", changed(`"*/*":`+settingJSON("100", "true")), op("remove", "/test/GET"))
	update("SD-11 MI-27 remove the other", changed(""), op("remove", "/*/*"))
	get("SD-11 get", changed(""))

	update("SD-12 MI-14 wrong path", "400 BadRequestException: Invalid method setting path: /documentation_version. "+stagePaths, op("replace", "/documentation_version", "v"))
	update("SD-13 tags", "400 BadRequestException: Invalid method setting path: /tags/tag1. "+stagePaths, op("replace", "/tags/tag1", "v"))
	update("a setting that does not exist", "400 BadRequestException: Invalid method setting path: /*/*/caching/x. "+stagePaths, op("replace", "/*/*/caching/x", "v"))
}

func TestMethodSettings(t *testing.T) {
	_, _, deployment, update := stagePatcher(t)
	missing := func(setting string) string {
		return "400 BadRequestException: Cannot remove method setting " + setting + " because there is no method setting for this method "
	}
	shown := func(key, setting string) string {
		return "200 " + stageJSON("dev", deployment, `"methodSettings":{"`+key+`":`+setting+`},`)
	}
	update("SD-10 remove what is not set", missing("*/*"), op("remove", "/*/*"))
	update("SD-09 defaults", shown("*/*", settingJSON("5000", "true")), op("replace", "/*/*/caching/enabled", "true"))
	update("SD-11 remove", "200 "+stageJSON("dev", deployment, ""), op("remove", "/*/*"))
	update("escapes stay in the key", shown("~1pets~1{id}/GET", strings.Replace(settingJSON("5000", "false"), `"metricsEnabled":false`, `"metricsEnabled":true,"loggingLevel":"INFO"`, 1)),
		op("replace", "/~1pets~1{id}/GET/metrics/enabled", "true"), op("replace", "/~1pets~1{id}/GET/logging/loglevel", "INFO"))
	update("remove it", "200 "+stageJSON("dev", deployment, ""), op("remove", "/~1pets~1{id}/GET"))
	// Terraform does not escape the path of a resource; with a slash in front, it stays.
	for _, key := range []string{"pets/{id}/GET", "/pets/{id}/GET", "/GET"} {
		update("SD-07 unescaped "+key, shown(key, settingJSON("5000", "true")), op("replace", "/"+key+"/caching/enabled", "true"))
		update("remove "+key, "200 "+stageJSON("dev", deployment, ""), op("remove", "/"+key))
		update("remove again "+key, missing(key), op("remove", "/"+key))
	}
	for path, value := range map[string]string{
		"/*/*/throttling/burstLimit": "x", "/*/*/throttling/rateLimit": "NaN", "/*/*/caching/ttlInSeconds": "3601",
	} {
		update("wrong value of "+path, "400 BadRequestException: Invalid method setting value: "+value+" for path: "+path, op("replace", path, value))
	}
	update("wrong level", "400 BadRequestException: Invalid LoggingLevel specified. Valid options are OFF,ERROR,INFO", op("replace", "/*/*/logging/loglevel", "DEBUG"))
}

func TestAccessLogSettings(t *testing.T) {
	_, _, deployment, update := stagePatcher(t)
	const arn, other, format = "arn:aws:logs:eu-west-1:111111111111:log-group:g", "arn:aws:logs:eu-west-1:111111111111:log-group:missing", "$context.requestId $context.identity.sourceIp"
	shown := func(settings string) string {
		return "200 " + stageJSON("dev", deployment, `"accessLogSettings":{`+settings+`},`)
	}
	missing := func(setting string) string {
		return "400 BadRequestException: Cannot remove method setting " + setting + " because there is no method setting for this method "
	}
	const wrong = "400 BadRequestException: Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]"
	update("SD-14 destination", shown(`"destinationArn":"`+arn+`"`), op("add", "/accessLogSettings/destinationArn", arn))
	update("SD-15 missing group", shown(`"destinationArn":"`+other+`"`), op("replace", "/accessLogSettings/destinationArn", other))
	update("SD-16 format", shown(`"destinationArn":"`+other+`","format":"`+format+`"`), op("add", "/accessLogSettings/format", format))
	for _, o := range []types.Op{"add", "replace"} {
		update("SD-18 random "+string(o), wrong, op(o, "/accessLogSettings/randomValue", "test"))
		update("SD-19 star "+string(o), wrong, op(o, "/accessLogSettings/*", "test"))
		update("SD-20 bare "+string(o), wrong, op(o, "/accessLogSettings", "test"))
	}
	update("SD-21 remove random", missing("accessLogSettings/randomValue"), op("remove", "/accessLogSettings/randomValue"))
	update("SD-22 remove star", missing("accessLogSettings/*"), op("remove", "/accessLogSettings/*"))
	update("SD-23 remove the destination", missing("accessLogSettings/destinationArn"), op("remove", "/accessLogSettings/destinationArn"))
	update("SD-24 empty destination", "400 BadRequestException: Access Log value must not be empty", op("replace", "/accessLogSettings/destinationArn", ""))
	const noID = "400 BadRequestException: Access Log format must contain at least $context.requestId or $context.extendedRequestId"
	for _, arn := range []string{"x", "arn:aws:s3:::bucket", "arn:aws:firehose:us-east-1:111111111111:deliverystream/logs"} {
		update("operations.md 6: no destination "+arn, "400 BadRequestException: Invalid ARN specified in the request", op("replace", "/accessLogSettings/destinationArn", arn))
	}
	update("operations.md 6: no id", noID, op("replace", "/accessLogSettings/format", "$context.status $context.requestIds $context.requestTime"))
	update("operations.md 6: extended id", shown(`"destinationArn":"`+other+`","format":"$context.extendedRequestId"`),
		op("replace", "/accessLogSettings/format", "$context.extendedRequestId"))
	update("operations.md 6: too long", "400 BadRequestException: Access Log format must not be longer than 3 KB",
		op("replace", "/accessLogSettings/format", "$context.requestId"+strings.Repeat("x", 3<<10)))
	update("SD-24 empty format", "400 BadRequestException: Access Log value must not be empty", op("replace", "/accessLogSettings/format", ""))
	update("SD-17 remove", "200 "+stageJSON("dev", deployment, ""), op("remove", "/accessLogSettings"))
}

func TestCanary(t *testing.T) {
	w, api, deployment, update := stagePatcher(t)
	out := must(w, w.client.CreateDeployment, &apigateway.CreateDeploymentInput{
		RestApiId: &api, StageName: aws.String("dev"),
		CanarySettings: &types.DeploymentCanarySettings{PercentTraffic: 12.5, StageVariableOverrides: map[string]string{"v": "new"}},
	})
	release := func(percent, overrides string) string {
		return `"canarySettings":{"deploymentId":"` + *out.Id + `","percentTraffic":` + percent + `,"stageVariableOverrides":{` + overrides + `},"useStageCache":false},`
	}
	fact(w, "a canary leaves the stage's deployment", w.client.GetStage, &apigateway.GetStageInput{RestApiId: &api, StageName: aws.String("dev")},
		"200 "+stageJSON("dev", deployment, release("12.5", `"v":"new"`)))
	fact(w, "a canary's deployment is in use", w.client.DeleteDeployment, &apigateway.DeleteDeploymentInput{RestApiId: &api, DeploymentId: out.Id}, errActive)
	copyOf := func(from, path string) types.PatchOperation {
		return types.PatchOperation{Op: types.OpCopy, From: &from, Path: &path}
	}
	update("promote", "200 "+stageJSON("dev", *out.Id, release("0", `"v":"new"`)+`"variables":{"v":"new"},`),
		copyOf("/canarySettings/deploymentId", "/deploymentId"), copyOf("/canarySettings/stageVariableOverrides", "/variables"), op("replace", "/canarySettings/percentTraffic", "0.0"))
	fact(w, "no plain deployment beside a canary", w.client.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: &api, StageName: aws.String("dev")},
		"400 BadRequestException: Invalid deployment content specified.Non canary deployment not supported on stage dev because Canary is enabled. Provide CanarySettings in deploymentInput.")
	for path, from := range map[string]string{"/variables": "/canarySettings/deploymentId", "/deploymentId": "/deploymentId", "/canarySettings/stageVariableOverrides": "/variables", "/description": "/variables"} {
		update("copy to "+path, "400 BadRequestException: Invalid copy operation with path: "+path+" and from "+from+". Valid copy:path are [/deploymentId, /variables] "+
			"and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]", copyOf(from, path))
	}
	for _, member := range []string{"deploymentId", "percentTraffic", "useStageCache"} {
		update("add "+member, "400 BadRequestException: Invalid add operation with path: /canarySettings/"+member, op("add", "/canarySettings/"+member, "1"))
		update("remove "+member, "400 BadRequestException: Invalid remove operation with path: /canarySettings/"+member, op("remove", "/canarySettings/"+member))
	}
	update("SD-12 not the whole canary", "400 BadRequestException: "+wrongStagePath("/canarySettings"), op("replace", "/canarySettings", "x"))
	update("SD-12 not all variables", "400 BadRequestException: "+wrongStagePath("/variables"), op("replace", "/variables", "x"))
	update("SD-21 no member of a canary", "400 BadRequestException: Cannot remove method setting canarySettings/wrong because there is no method setting for this method ", op("remove", "/canarySettings/wrong"))
	update("remove", "200 "+stageJSON("dev", *out.Id, `"variables":{"v":"new"},`), op("remove", "/canarySettings"))
	update("nothing to promote", "400 BadRequestException: Promotion not available. Canary does not exist.", copyOf("/canarySettings/deploymentId", "/deploymentId"))
	update("no variables to promote", "400 BadRequestException: Promotion not available. Canary does not exist.", copyOf("/canarySettings/stageVariableOverrides", "/variables"))
	update("made by an update", "200 "+stageJSON("dev", *out.Id, `"variables":{"v":"new"},"canarySettings":{"deploymentId":"`+deployment+`","percentTraffic":50,"useStageCache":true},`),
		op("replace", "/canarySettings/percentTraffic", "50"), op("replace", "/canarySettings/useStageCache", "true"), op("replace", "/canarySettings/deploymentId", deployment))
	update("too much", "400 BadRequestException: Invalid percentTraffic specified. It must be between 0.0 and 100.0", op("replace", "/canarySettings/percentTraffic", "101"))
	fact(w, "canary to no stage", w.client.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: &api, StageName: aws.String("none"), CanarySettings: &types.DeploymentCanarySettings{}},
		"400 BadRequestException: Invalid deployment content specified.Stage none must already be created before making a canary release deployment")
	fact(w, "canary without a stage", w.client.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: &api, CanarySettings: &types.DeploymentCanarySettings{}},
		"400 BadRequestException: Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is null")
}

func TestStageTags(t *testing.T) {
	w := newWorld(t)
	api, _ := w.deployable()
	deployment := w.deploy(api, "dev")
	stage := "arn:aws:apigateway:eu-west-1::/restapis/" + api + "/stages/dev"
	must(w, w.client.TagResource, &apigateway.TagResourceInput{ResourceArn: &stage, Tags: map[string]string{"a": "1", "b": "2"}})
	fact(w, "tags", w.client.GetTags, &apigateway.GetTagsInput{ResourceArn: &stage}, `200 {"tags":{"a":"1","b":"2"}}`)
	fact(w, "stage shows tags", w.client.GetStage, &apigateway.GetStageInput{RestApiId: &api, StageName: aws.String("dev")}, "200 "+stageJSON("dev", deployment, `"tags":{"a":"1","b":"2"},`))
	must(w, w.client.UntagResource, &apigateway.UntagResourceInput{ResourceArn: &stage, TagKeys: []string{"a", "b", "c"}})
	fact(w, "MI-26 untagged", w.client.GetStage, &apigateway.GetStageInput{RestApiId: &api, StageName: aws.String("dev")}, "200 "+stageJSON("dev", deployment, ""))
	fact(w, "no tags", w.client.GetTags, &apigateway.GetTagsInput{ResourceArn: &stage}, `200 {"tags":{}}`)
	resource := "arn:aws:apigateway:eu-west-1::/restapis/" + api
	must(w, w.client.TagResource, &apigateway.TagResourceInput{ResourceArn: &resource, Tags: map[string]string{"a": "1"}})
	fact(w, "API shows tags", w.client.GetRestApi, &apigateway.GetRestApiInput{RestApiId: &api}, "200 "+apiJSON(`"tags":{"a":"1"},`, ""))
	fact(w, "reserved", w.client.TagResource, &apigateway.TagResourceInput{ResourceArn: &resource, Tags: map[string]string{"aws:a": "1"}}, "400 BadRequestException: Tag keys cannot start with aws:")
	fact(w, "unknown API", w.client.GetTags, &apigateway.GetTagsInput{ResourceArn: aws.String("arn:aws:apigateway:eu-west-1::/restapis/unknown")}, "404 NotFoundException: Invalid API identifier specified 111111111111:unknown")
	fact(w, "no ARN", w.client.GetTags, &apigateway.GetTagsInput{ResourceArn: aws.String("unknown")}, "400 BadRequestException: Invalid ARN specified in the request")
}
