package function

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// runtimeManagementRecord is the runtime management configuration of a version.
type runtimeManagementRecord struct {
	UpdateRuntimeOn   types.UpdateRuntimeOn
	RuntimeVersionArn *string
}

// PutRuntimeManagementConfig says when a version gets another runtime version.
// Here the interpreter is the one found on this machine, so that this is kept and
// shown only; a version can be pinned to the one it has and no other.
func (s *Service) PutRuntimeManagementConfig(
	ctx context.Context, in *lambda.PutRuntimeManagementConfigInput,
) (*lambda.PutRuntimeManagementConfigOutput, error) {
	r, err := runtimeManaged(ctx, "PutRuntimeManagementConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	manual := in.UpdateRuntimeOn == types.UpdateRuntimeOnManual
	switch { // Unverified: the wordings.
	case !slices.Contains(in.UpdateRuntimeOn.Values(), in.UpdateRuntimeOn):
		return nil, enumViolation("updateRuntimeOn", in.UpdateRuntimeOn, in.UpdateRuntimeOn.Values())
	case manual && in.RuntimeVersionArn == nil:
		return nil, invalidParameter("RuntimeVersionArn is required when UpdateRuntimeOn is Manual.")
	case !manual && in.RuntimeVersionArn != nil:
		return nil, invalidParameter("RuntimeVersionArn can only be specified when UpdateRuntimeOn is Manual.")
	}
	record := &runtimeManagementRecord{UpdateRuntimeOn: in.UpdateRuntimeOn, RuntimeVersionArn: in.RuntimeVersionArn}
	return update(ctx, s, func(tx store.Tx) (*lambda.PutRuntimeManagementConfigOutput, error) {
		version, err := findVersion(tx, r)
		if err != nil {
			return nil, err
		}
		current := version.Config.RuntimeVersionConfig
		if manual && (current == nil || aws.ToString(current.RuntimeVersionArn) != *in.RuntimeVersionArn) {
			return nil, unsupported("A RuntimeVersionArn other than the function's own")
		}
		return &lambda.PutRuntimeManagementConfigOutput{
			FunctionArn: aws.String(r.versionedARN()), UpdateRuntimeOn: in.UpdateRuntimeOn, RuntimeVersionArn: in.RuntimeVersionArn,
		}, runtimeManagements.Put(tx, r.scope, record, r.name, r.policyQualifier())
	})
}

// GetRuntimeManagementConfig returns the runtime management configuration of a
// version, Auto by default.
func (s *Service) GetRuntimeManagementConfig(
	ctx context.Context, in *lambda.GetRuntimeManagementConfigInput,
) (*lambda.GetRuntimeManagementConfigOutput, error) {
	r, err := runtimeManaged(ctx, "GetRuntimeManagementConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.GetRuntimeManagementConfigOutput, error) {
		if _, err := findVersion(tx, r); err != nil {
			return nil, err
		}
		record, err := findOrNil(tx, runtimeManagements, r.scope, r.name, r.policyQualifier())
		if err != nil {
			return nil, err
		}
		if record == nil {
			record = &runtimeManagementRecord{UpdateRuntimeOn: types.UpdateRuntimeOnAuto}
		}
		return &lambda.GetRuntimeManagementConfigOutput{
			FunctionArn: aws.String(r.versionedARN()), UpdateRuntimeOn: record.UpdateRuntimeOn, RuntimeVersionArn: record.RuntimeVersionArn,
		}, nil
	})
}

// runtimeManaged names a version: aliases have no runtime.
func runtimeManaged(ctx context.Context, action string, name, qualifier *string) (reference, error) {
	r, err := own(ctx, action, name, qualifier)
	if err == nil && isAlias(r.qualifier) {
		// Unverified: the wording.
		return reference{}, invalidParameter("Runtime management configurations are supported for function versions only, not for aliases.")
	}
	return r, err
}
