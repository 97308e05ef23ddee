package function

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func TestSnapStart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "snap")
	name := aws.String("snap")
	snap := &types.SnapStart{ApplyOn: types.SnapStartApplyOnPublishedVersions}
	changed := must(f.UpdateFunctionConfiguration(f.ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: name, SnapStart: snap}))(t)
	if got := *changed.SnapStart; got.ApplyOn != snap.ApplyOn || got.OptimizationStatus != types.SnapStartOptimizationStatusOff {
		t.Errorf("$LATEST: %+v", got)
	}
	published := must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)
	if got := *published.SnapStart; got.ApplyOn != snap.ApplyOn || got.OptimizationStatus != types.SnapStartOptimizationStatusOn {
		t.Errorf("version: %+v", got)
	}
	_, err := f.UpdateFunctionConfiguration(f.ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: name, EphemeralStorage: &types.EphemeralStorage{Size: aws.Int32(1024)}})
	if err == nil {
		t.Error("a large /tmp is accepted")
	}
	_, err = f.UpdateFunctionConfiguration(f.ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: name, Runtime: types.RuntimeNodejs22x})
	if err == nil {
		t.Error("another runtime is accepted")
	}
	changed = must(f.UpdateFunctionConfiguration(f.ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: name, SnapStart: &types.SnapStart{ApplyOn: types.SnapStartApplyOnNone}}))(t)
	if got := changed.SnapStart.ApplyOn; got != types.SnapStartApplyOnNone {
		t.Errorf("turned off: %s", got)
	}
}

func TestSnapStartRuntimes(t *testing.T) {
	t.Parallel()
	for runtime, want := range map[string]bool{
		"java11": true, "java25": true, "java8.al2": false, "python3.12": true, "python3.9": false, "python3.14": true,
		"dotnet8": true, "dotnet6": false, "nodejs24.x": false, "provided.al2023": false, "ruby3.4": false,
	} {
		err := checkSnapStart(&types.FunctionConfiguration{
			Runtime: types.Runtime(runtime), SnapStart: &types.SnapStartResponse{ApplyOn: types.SnapStartApplyOnPublishedVersions},
		})
		if (err == nil) != want {
			t.Errorf("%s: %v", runtime, err)
		}
	}
}
