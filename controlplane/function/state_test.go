package function

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func (f *fixture) configuration(tb testing.TB, name string) *lambda.GetFunctionConfigurationOutput {
	tb.Helper()
	return must(f.GetFunctionConfiguration(f.ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name}))(tb)
}

func TestStateOfCreateAndUpdate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	in := createInput(t, "fn")
	in.Publish = true
	created := must(f.CreateFunction(f.ctx, in))(t)
	if created.State != types.StatePending || created.StateReasonCode != types.StateReasonCodeCreating ||
		*created.StateReason != "The function is being created." || created.LastUpdateStatus != "" {
		t.Errorf("create answers %s %s %s", created.State, created.StateReasonCode, created.LastUpdateStatus)
	}
	f.settle()
	for _, name := range []string{"fn", "fn:1"} {
		got := f.configuration(t, name)
		if got.State != types.StateActive || got.StateReason != nil || got.StateReasonCode != "" || got.LastUpdateStatus != types.LastUpdateStatusSuccessful {
			t.Errorf("%s: %s %s after the create", name, got.State, got.LastUpdateStatus)
		}
	}
	updated := must(f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: aws.String("fn")}))(t)
	if updated.State != types.StateActive || updated.LastUpdateStatus != types.LastUpdateStatusInProgress ||
		updated.LastUpdateStatusReasonCode != "Creating" || *updated.LastUpdateStatusReason != "The function is being created." {
		t.Errorf("update answers %s %s", updated.State, updated.LastUpdateStatus)
	}
	f.settle()
	got := f.configuration(t, "fn")
	if got.LastUpdateStatus != types.LastUpdateStatusSuccessful || got.LastUpdateStatusReason != nil || *got.RevisionId != *updated.RevisionId {
		t.Errorf("%s after the update", got.LastUpdateStatus)
	}
}

// TestUnfinishedCreate has a function that stays Pending, because the service was
// closed in the middle.
func TestUnfinishedCreate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.chores.close()
		f.create(t, "fn")
		name := aws.String("fn")
		const pending = "The operation cannot be performed at this time. The function is currently in the following state: Pending"
		for operation, call := range map[string]func() error{
			"Invoke": func() error { _, err := f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: name}); return err },
			"Invoke as an event": func() error {
				_, err := f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: name, InvocationType: "Event"})
				return err
			},
			"UpdateFunctionConfiguration": func() error {
				_, err := f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: name})
				return err
			},
			"UpdateFunctionCode": func() error {
				_, err := f.UpdateFunctionCode(f.ctx, &lambda.UpdateFunctionCodeInput{FunctionName: name, ZipFile: zipOf(t, "2")})
				return err
			},
			"PublishVersion": func() error {
				_, err := f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name})
				return err
			},
		} {
			began := time.Now()
			err := call()
			wantError(t, err, 409, "ResourceConflictException", pending)
			if waited := time.Since(began); waited != activationWait {
				t.Errorf("%s waited %v", operation, waited)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		f.Service = f.open(t)
		if got := f.configuration(t, "fn"); got.State != types.StateActive {
			t.Errorf("%s after a start", got.State)
		}
		must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: name}))(t)
	})
}

func TestUpdateDuringUpdate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.create(t, "fn")
		f.settle()
		f.chores.close()
		must(f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: aws.String("fn"), Timeout: aws.Int32(7)}))(t)
		_, err := f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: aws.String("fn")})
		wantError(t, err, 409, "ResourceConflictException",
			"The operation cannot be performed at this time. An update is in progress for resource: "+arnBase+"fn")
		must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: aws.String("fn")}))(t)
	})
}

// TestCallsRightAfterCreate is a script without waiters.
func TestCallsRightAfterCreate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for range 50 {
		f.create(t, "fn")
		name := aws.String("fn")
		must(f.UpdateFunctionCode(f.ctx, &lambda.UpdateFunctionCodeInput{FunctionName: name, ZipFile: zipOf(t, "2")}))(t)
		must(f.UpdateFunctionConfiguration(f.ctx, &settings{FunctionName: name, Timeout: aws.Int32(7)}))(t)
		version := must(f.PublishVersion(f.ctx, &lambda.PublishVersionInput{FunctionName: name}))(t)
		if version.State != types.StateActive || version.LastUpdateStatus != types.LastUpdateStatusSuccessful {
			t.Fatalf("%s %s", version.State, version.LastUpdateStatus)
		}
		must(f.Invoke(f.ctx, &lambda.InvokeInput{FunctionName: name}))(t)
		must(f.DeleteFunction(f.ctx, &lambda.DeleteFunctionInput{FunctionName: name}))(t)
	}
}
