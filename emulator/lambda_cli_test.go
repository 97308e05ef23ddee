package emulator_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// TestLambdaCLI runs the operations on functions and what belongs to them through
// `aws lambda`.
func TestLambdaCLI(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	kept := map[string]string{"dir": dir, "arn": functionARN, "role": "arn:aws:iam::000000000000:role/r"}
	for name, content := range map[string][]byte{
		"one.zip": echoFunction(t).Code.ZipFile, "two.zip": zipOf(t, "bootstrap", "#!/bin/sh\nexit 1\n"), "layer.zip": zipOf(t, "python/shared.py", "x = 1\n"),
		"event.json": []byte(`{"a":1}`),
	} {
		kept[name] = "fileb://" + filepath.Join(dir, name)
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	commands := runCLI(t, newAWSCLI(t, start(t, emulator.Config{})), "lambda", kept, lambdaCLIRuns)
	if len(commands) < 58 {
		t.Errorf("%d operations: %v", len(commands), slices.Sorted(maps.Keys(commands)))
	}
}

const (
	functionARN = "arn:aws:lambda:us-east-1:000000000000:function:fn"
	onFunction  = " --function-name fn"
	onLive      = onFunction + " --qualifier live"
	onLayer     = " --layer-name shared --version-number 1"
)

var lambdaCLIRuns = []cliRun{
	{"create-function" + onFunction + " --runtime provided.al2023 --handler bootstrap --role {role} --zip-file {one.zip} --timeout 20 --tags a=b", object{
		"FunctionName": "fn", "FunctionArn": "{arn}", "Runtime": "provided.al2023", "Timeout": 20.0, "MemorySize": 128.0, "Version": "$LATEST", "Description": "",
		"PackageType": "Zip", "Architectures": []any{"x86_64"}, "TracingConfig": object{"Mode": "PassThrough"}, "EphemeralStorage": object{"Size": 512.0},
		"LoggingConfig": object{"LogFormat": "Text", "LogGroup": "/aws/lambda/fn"}, "SnapStart": object{"ApplyOn": "None", "OptimizationStatus": "Off"},
	}, nil},
	{"wait function-active-v2" + onFunction, nil, nil},
	{"get-function" + onFunction, object{"Tags": object{"a": "b"}, "Concurrency": nil}, nil},
	{"get-function-configuration" + onFunction, object{"State": "Active", "LastUpdateStatus": "Successful", "FunctionArn": "{arn}"}, nil},
	{"list-functions --max-items 5", object{"NextToken": nil}, nil},
	{"invoke" + onFunction + " --payload {event.json} {dir}/out", object{"StatusCode": 200.0, "ExecutedVersion": "$LATEST", "FunctionError": nil}, nil},
	{"invoke" + onFunction + " --invocation-type Event {dir}/out", object{"StatusCode": 202.0}, nil},
	{"invoke" + onFunction + " --invocation-type DryRun {dir}/out", object{"StatusCode": 204.0}, nil},
	{"invoke-async" + onFunction + " --invoke-args {dir}/event.json", object{"Status": 202.0}, nil},
	{"publish-version" + onFunction + " --description first", object{"Version": "1", "FunctionArn": "{arn}:1", "Description": "first"}, nil},
	{"update-function-configuration" + onFunction + " --timeout 25 --environment Variables={KEY=v}", object{"Timeout": 25.0, "Environment": object{"Variables": object{"KEY": "v"}}}, map[string]string{"revision": "RevisionId"}},
	{"wait function-updated-v2" + onFunction, nil, nil},
	{"update-function-code" + onFunction + " --zip-file {two.zip} --dry-run", object{"Version": "$LATEST"}, nil},
	{"update-function-code" + onFunction + " --zip-file {one.zip}", object{"Version": "$LATEST", "Timeout": 25.0}, nil},
	{"wait function-updated-v2" + onFunction, nil, nil},
	{"publish-version" + onFunction, object{"Version": "2", "FunctionArn": "{arn}:2"}, nil},
	{"list-versions-by-function" + onFunction, object{"NextToken": nil}, nil},

	{"create-alias" + onFunction + " --name live --function-version 1 --routing-config AdditionalVersionWeights={2=0.25}", object{
		"Name": "live", "AliasArn": "{arn}:live", "FunctionVersion": "1", "Description": "", "RoutingConfig": object{"AdditionalVersionWeights": object{"2": 0.25}},
	}, nil},
	{"get-alias" + onFunction + " --name live", object{"FunctionVersion": "1", "RoutingConfig": object{"AdditionalVersionWeights": object{"2": 0.25}}}, nil},
	{"list-aliases" + onFunction + " --function-version 2", object{"NextToken": nil}, nil},
	{"update-alias" + onFunction + " --name live --function-version 2 --routing-config AdditionalVersionWeights={}", object{"FunctionVersion": "2", "RoutingConfig": nil}, nil},
	{"invoke" + onLive + " --payload {event.json} --log-type Tail {dir}/out", object{"StatusCode": 200.0, "ExecutedVersion": "2"}, nil},

	{"publish-layer-version --layer-name shared --zip-file {layer.zip} --compatible-runtimes python3.13 --license-info MIT", object{
		"LayerArn": "arn:aws:lambda:us-east-1:000000000000:layer:shared", "LayerVersionArn": "arn:aws:lambda:us-east-1:000000000000:layer:shared:1", "Version": 1.0,
		"LicenseInfo": "MIT", "CompatibleRuntimes": []any{"python3.13"},
	}, map[string]string{"layer": "LayerVersionArn"}},
	{"get-layer-version" + onLayer, object{"Version": 1.0, "LicenseInfo": "MIT"}, nil},
	{"get-layer-version-by-arn --arn {layer}", object{"Version": 1.0, "LayerVersionArn": "{layer}"}, nil},
	{"list-layer-versions --layer-name shared", object{"NextToken": nil}, nil},
	{"list-layers", object{"NextToken": nil}, nil},
	{"add-layer-version-permission" + onLayer + " --statement-id s --action lambda:GetLayerVersion --principal *", object{
		"Statement": `{"Sid":"s","Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion","Resource":"{layer}"}`,
	}, nil},
	{"get-layer-version-policy" + onLayer, object{"Policy": `{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"s","Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion","Resource":"{layer}"}]}`}, nil},
	{"remove-layer-version-permission" + onLayer + " --statement-id s", nil, nil},

	{"add-permission" + onLive + " --statement-id s --action lambda:InvokeFunction --principal apigateway.amazonaws.com --source-arn arn:aws:execute-api:us-east-1:000000000000:a/*", object{
		"Statement": `{"Sid":"s","Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"{arn}:live","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:us-east-1:000000000000:a/*"}}}`,
	}, nil},
	{"get-policy" + onLive, object{"Policy": `{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"s","Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"{arn}:live","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:us-east-1:000000000000:a/*"}}}]}`}, nil},
	{"remove-permission" + onLive + " --statement-id s", nil, nil},

	{"put-function-concurrency" + onFunction + " --reserved-concurrent-executions 5", object{"ReservedConcurrentExecutions": 5.0}, nil},
	{"get-function-concurrency" + onFunction, object{"ReservedConcurrentExecutions": 5.0}, nil},
	{"get-function" + onFunction, object{"Concurrency": object{"ReservedConcurrentExecutions": 5.0}}, nil},
	{"put-provisioned-concurrency-config" + onLive + " --provisioned-concurrent-executions 1", object{"RequestedProvisionedConcurrentExecutions": 1.0}, nil},
	{"get-provisioned-concurrency-config" + onLive, object{"RequestedProvisionedConcurrentExecutions": 1.0, "Status": "READY"}, nil},
	{"list-provisioned-concurrency-configs" + onFunction, object{"NextToken": nil}, nil},
	{"delete-provisioned-concurrency-config" + onLive, nil, nil},
	{"delete-function-concurrency" + onFunction, nil, nil},
	{"get-function-concurrency" + onFunction, object{"ReservedConcurrentExecutions": nil}, nil},
	{"get-account-settings", object{"AccountLimit": object{
		"TotalCodeSize": 80530636800.0, "CodeSizeUnzipped": 262144000.0, "CodeSizeZipped": 52428800.0, "ConcurrentExecutions": 1000.0, "UnreservedConcurrentExecutions": 1000.0,
	}}, nil},

	{"put-function-event-invoke-config" + onFunction + " --maximum-retry-attempts 1 --maximum-event-age-in-seconds 60", object{"FunctionArn": "{arn}:$LATEST", "MaximumRetryAttempts": 1.0, "MaximumEventAgeInSeconds": 60.0}, nil},
	{"update-function-event-invoke-config" + onFunction + " --maximum-retry-attempts 0 --destination-config OnFailure={Destination={arn}}", object{
		"MaximumRetryAttempts": 0.0, "MaximumEventAgeInSeconds": 60.0, "DestinationConfig": object{"OnSuccess": object{}, "OnFailure": object{"Destination": functionARN}},
	}, nil},
	{"get-function-event-invoke-config" + onFunction, object{"MaximumRetryAttempts": 0.0}, nil},
	{"list-function-event-invoke-configs" + onFunction, object{"NextToken": nil}, nil},
	{"delete-function-event-invoke-config" + onFunction, nil, nil},

	{"create-function-url-config" + onLive + " --auth-type NONE --cors AllowOrigins=*,MaxAge=60", object{"FunctionArn": "{arn}:live", "AuthType": "NONE", "InvokeMode": "BUFFERED"}, map[string]string{"url": "FunctionUrl"}},
	{"get-function-url-config" + onLive, object{"FunctionUrl": "{url}", "Cors": object{"AllowOrigins": []any{"*"}, "MaxAge": 60.0}}, nil},
	{"update-function-url-config" + onLive + " --invoke-mode RESPONSE_STREAM", object{"FunctionUrl": "{url}", "InvokeMode": "RESPONSE_STREAM"}, nil},
	{"list-function-url-configs" + onFunction, object{"NextToken": nil}, nil},
	{"delete-function-url-config" + onLive, nil, nil},

	{"tag-resource --resource {arn} --tags c=d,e=f", nil, nil},
	{"untag-resource --resource {arn} --tag-keys a e", nil, nil},
	{"list-tags --resource {arn}", object{"Tags": object{"c": "d"}}, nil},

	{"get-function-code-signing-config" + onFunction, object{"FunctionName": "fn", "CodeSigningConfigArn": nil}, nil},
	{"delete-function-code-signing-config" + onFunction, nil, nil},
	{"list-code-signing-configs", object{"CodeSigningConfigs": []any{}}, nil},
	{"get-runtime-management-config" + onFunction, object{"UpdateRuntimeOn": "Auto", "FunctionArn": "{arn}:$LATEST"}, nil},
	{"put-runtime-management-config" + onFunction + " --update-runtime-on FunctionUpdate", object{"UpdateRuntimeOn": "FunctionUpdate"}, nil},
	{"get-function-recursion-config" + onFunction, object{"RecursiveLoop": "Terminate"}, nil},
	{"put-function-recursion-config" + onFunction + " --recursive-loop Allow", object{"RecursiveLoop": "Allow"}, nil},
	{"list-event-source-mappings" + onFunction, object{"EventSourceMappings": []any{}}, nil},

	{"delete-layer-version" + onLayer, nil, nil},
	{"delete-alias" + onFunction + " --name live", nil, nil},
	{"delete-function" + onFunction + " --qualifier 1", object{"StatusCode": 204.0}, nil},
	{"delete-function" + onFunction, object{"StatusCode": 204.0}, nil},
}
