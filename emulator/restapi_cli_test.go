package emulator_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// cliRun is a row of the test: a command and what of its output is fixed. In both, {name}
// stands for a value that an earlier row has kept.
type cliRun struct {
	command string
	want    map[string]any
	// keep are members to keep, by the name that later rows use.
	keep map[string]string
}

// TestRestCLI runs the 60 operations that are used most through `aws apigateway`.
func TestRestCLI(t *testing.T) {
	t.Parallel()
	commands := runCLI(t, newAWSCLI(t, start(t, emulator.Config{})), "apigateway", map[string]string{}, restCLIRuns)
	if len(commands) < 60 {
		t.Errorf("%d operations: %v", len(commands), slices.Sorted(maps.Keys(commands)))
	}
}

// runCLI runs the rows of a service and returns their commands. kept are values to begin with.
func runCLI(t *testing.T, cli *awsCLI, service string, kept map[string]string, runs []cliRun) map[string]bool {
	t.Helper()
	expand := func(text string) string {
		for name, value := range kept {
			text = strings.ReplaceAll(text, "{"+name+"}", value)
		}
		return text
	}
	commands := map[string]bool{}
	for _, run := range runs {
		args := strings.Fields(run.command)
		commands[args[0]] = true
		for i := range args {
			args[i] = expand(args[i])
		}
		got := cli.run(append([]string{service}, args...)...)
		for name, member := range run.keep {
			kept[name], _ = got[member].(string)
			if kept[name] == "" {
				t.Fatalf("%s: no %s in %v", run.command, member, got)
			}
		}
		fixed := map[string]any{}
		for member := range run.want {
			fixed[member] = got[member]
		}
		want := maps.Clone(run.want)
		for member, value := range want {
			if text, ok := value.(string); ok {
				want[member] = expand(text)
			}
		}
		if diff := cmp.Diff(want, fixed); run.want != nil && diff != "" {
			t.Errorf("%s (-want +got):\n%s", run.command, diff)
		}
		if run.want == nil && len(got) > 0 {
			t.Errorf("%s: output %v", run.command, got)
		}
	}
	return commands
}

type object = map[string]any

const (
	onMethod = " --rest-api-id {api} --resource-id {res} --http-method GET"
	onAPI    = " --rest-api-id {api}"
)

var restCLIRuns = []cliRun{
	{"create-rest-api --name pets --endpoint-configuration types=REGIONAL", object{"name": "pets", "apiKeySource": "HEADER", "endpointConfiguration": object{"types": []any{"REGIONAL"}, "ipAddressType": "ipv4"}}, map[string]string{"api": "id", "root": "rootResourceId"}},
	{"get-rest-api" + onAPI, object{"id": "{api}", "name": "pets", "rootResourceId": "{root}"}, nil},
	{"get-rest-apis --limit 5", object{"NextToken": nil}, nil},
	{"update-rest-api" + onAPI + " --patch-operations op=replace,path=/name,value=animals", object{"name": "animals"}, nil},
	{"create-resource" + onAPI + " --parent-id {root} --path-part dogs", object{"path": "/dogs", "pathPart": "dogs", "parentId": "{root}"}, map[string]string{"res": "id"}},
	{"get-resource" + onAPI + " --resource-id {res}", object{"id": "{res}", "path": "/dogs"}, nil},
	{"get-resources" + onAPI, object{"NextToken": nil}, nil},
	{"update-resource" + onAPI + " --resource-id {res} --patch-operations op=replace,path=/pathPart,value=cats", object{"path": "/cats"}, nil},
	{"put-method" + onMethod + " --authorization-type NONE", object{"httpMethod": "GET", "authorizationType": "NONE", "apiKeyRequired": false}, nil},
	{"get-method" + onMethod, object{"httpMethod": "GET", "authorizationType": "NONE", "apiKeyRequired": false}, nil},
	{"update-method" + onMethod + " --patch-operations op=replace,path=/operationName,value=listCats", object{"operationName": "listCats"}, nil},
	{"put-method-response" + onMethod + " --status-code 200", object{"statusCode": "200"}, nil},
	{"get-method-response" + onMethod + " --status-code 200", object{"statusCode": "200"}, nil},
	{"update-method-response" + onMethod + " --status-code 200 --patch-operations op=add,path=/responseParameters/method.response.header.X,value=false", object{"statusCode": "200", "responseParameters": object{"method.response.header.X": false}}, nil},
	{`put-integration` + onMethod + ` --type MOCK --request-templates {"application/json":"{\"statusCode\":200}"}`, object{"type": "MOCK", "passthroughBehavior": "WHEN_NO_MATCH", "timeoutInMillis": 29000.0, "requestTemplates": object{"application/json": `{"statusCode":200}`}}, nil},
	{"get-integration" + onMethod, object{"type": "MOCK", "timeoutInMillis": 29000.0}, nil},
	{"update-integration" + onMethod + " --patch-operations op=replace,path=/timeoutInMillis,value=1000", object{"timeoutInMillis": 1000.0}, nil},
	{"put-integration-response" + onMethod + " --status-code 200", object{"statusCode": "200"}, nil},
	{"get-integration-response" + onMethod + " --status-code 200", object{"statusCode": "200"}, nil},
	{"update-integration-response" + onMethod + " --status-code 200 --patch-operations op=replace,path=/selectionPattern,value=2..", object{"selectionPattern": "2.."}, nil},
	{"test-invoke-method" + onMethod, object{"status": 200.0}, nil},
	{`create-model` + onAPI + ` --name Cat --content-type application/json --schema {"type":"object"}`, object{"name": "Cat", "contentType": "application/json", "schema": `{"type":"object"}`}, nil},
	{"get-model" + onAPI + " --model-name Cat", object{"name": "Cat"}, nil},
	{"get-models" + onAPI, object{"NextToken": nil}, nil},
	{"update-model" + onAPI + " --model-name Cat --patch-operations op=replace,path=/description,value=d", object{"description": "d"}, nil},
	{"create-request-validator" + onAPI + " --name v --validate-request-body", object{"name": "v", "validateRequestBody": true, "validateRequestParameters": false}, map[string]string{"validator": "id"}},
	{"get-request-validators" + onAPI, object{"NextToken": nil}, nil},
	{"update-request-validator" + onAPI + " --request-validator-id {validator} --patch-operations op=replace,path=/name,value=w", object{"name": "w"}, nil},
	{"create-authorizer" + onAPI + " --name a --type TOKEN --identity-source method.request.header.A --authorizer-uri arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations", object{"name": "a", "type": "TOKEN", "authType": "custom", "identitySource": "method.request.header.A"}, map[string]string{"authorizer": "id"}},
	{"get-authorizer" + onAPI + " --authorizer-id {authorizer}", object{"name": "a"}, nil},
	{"get-authorizers" + onAPI, object{"NextToken": nil}, nil},
	{"update-authorizer" + onAPI + " --authorizer-id {authorizer} --patch-operations op=replace,path=/name,value=b", object{"name": "b"}, nil},
	{"put-gateway-response" + onAPI + " --response-type DEFAULT_4XX --status-code 418", object{"responseType": "DEFAULT_4XX", "statusCode": "418", "defaultResponse": false}, nil},
	{"get-gateway-response" + onAPI + " --response-type DEFAULT_4XX", object{"statusCode": "418"}, nil},
	{"get-gateway-responses" + onAPI, object{"NextToken": nil}, nil},
	{"create-deployment" + onAPI + " --stage-name dev", object{"description": nil}, map[string]string{"deployment": "id"}},
	{"get-deployment" + onAPI + " --deployment-id {deployment}", object{"id": "{deployment}"}, nil},
	{"get-deployments" + onAPI, object{"NextToken": nil}, nil},
	{"create-stage" + onAPI + " --stage-name test --deployment-id {deployment}", object{"stageName": "test", "deploymentId": "{deployment}", "cacheClusterEnabled": false, "tracingEnabled": false}, nil},
	{"get-stage" + onAPI + " --stage-name dev", object{"stageName": "dev", "deploymentId": "{deployment}"}, nil},
	{"get-stages" + onAPI, object{"NextToken": nil}, nil},
	{"update-stage" + onAPI + " --stage-name dev --patch-operations op=replace,path=/variables/v,value=1", object{"variables": object{"v": "1"}}, nil},
	{"flush-stage-cache" + onAPI + " --stage-name dev", nil, nil},
	{"tag-resource --resource-arn arn:aws:apigateway:us-east-1::/restapis/{api} --tags a=b,c=d", nil, nil},
	{"untag-resource --resource-arn arn:aws:apigateway:us-east-1::/restapis/{api} --tag-keys c", nil, nil},
	{"get-tags --resource-arn arn:aws:apigateway:us-east-1::/restapis/{api}", object{"tags": object{"a": "b"}}, nil},
	{"create-api-key --name k --enabled --value 0123456789abcdef0123", object{"name": "k", "enabled": true, "value": "0123456789abcdef0123", "stageKeys": []any{}}, map[string]string{"key": "id"}},
	{"get-api-key --api-key {key} --include-value", object{"id": "{key}", "value": "0123456789abcdef0123"}, nil},
	{"get-api-keys", object{"warnings": nil}, nil},
	{"update-api-key --api-key {key} --patch-operations op=replace,path=/enabled,value=false", object{"enabled": false}, nil},
	{"create-usage-plan --name p --throttle burstLimit=2,rateLimit=1.5 --api-stages apiId={api},stage=dev", object{"name": "p", "throttle": object{"burstLimit": 2.0, "rateLimit": 1.5}}, map[string]string{"plan": "id"}},
	{"get-usage-plan --usage-plan-id {plan}", object{"id": "{plan}"}, nil},
	{"get-usage-plans", object{"NextToken": nil}, nil},
	{"create-usage-plan-key --usage-plan-id {plan} --key-id {key} --key-type API_KEY", object{"id": "{key}", "type": "API_KEY", "name": "k"}, nil},
	{"get-usage-plan-keys --usage-plan-id {plan}", object{"NextToken": nil}, nil},
	{"delete-usage-plan-key --usage-plan-id {plan} --key-id {key}", nil, nil},
	{"update-usage-plan --usage-plan-id {plan} --patch-operations op=remove,path=/apiStages,value={api}:dev", object{"name": "p"}, nil},
	{"delete-usage-plan --usage-plan-id {plan}", nil, nil},
	{"delete-api-key --api-key {key}", nil, nil},
	{"get-account", object{"throttleSettings": object{"burstLimit": 5000.0, "rateLimit": 10000.0}}, nil},
	{"create-domain-name --domain-name a.example.com --regional-certificate-arn arn:aws:acm:us-east-1:000000000000:certificate/c --endpoint-configuration types=REGIONAL", object{"domainName": "a.example.com", "domainNameStatus": "AVAILABLE"}, nil},
	{"create-base-path-mapping --domain-name a.example.com --rest-api-id {api} --stage dev --base-path v1", object{"basePath": "v1", "restApiId": "{api}", "stage": "dev"}, nil},
	{"get-base-path-mappings --domain-name a.example.com", object{"NextToken": nil}, nil},
	{"delete-base-path-mapping --domain-name a.example.com --base-path v1", nil, nil},
	{"get-domain-name --domain-name a.example.com", object{"domainName": "a.example.com"}, nil},
	{"delete-domain-name --domain-name a.example.com", nil, nil},
	{"delete-stage" + onAPI + " --stage-name test", nil, nil},
	{"delete-stage" + onAPI + " --stage-name dev", nil, nil},
	{"delete-deployment" + onAPI + " --deployment-id {deployment}", nil, nil},
	{"delete-method" + onMethod, nil, nil},
	{"delete-resource" + onAPI + " --resource-id {res}", nil, nil},
	{"delete-rest-api" + onAPI, nil, nil},
}
