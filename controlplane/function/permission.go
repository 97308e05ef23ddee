package function

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// maxPolicyBytes is the size of the largest resource policy.
const maxPolicyBytes = 20480

// AddPermission adds a statement to the resource policy of a function, version
// or alias.
func (s *Service) AddPermission(ctx context.Context, in *lambda.AddPermissionInput) (*lambda.AddPermissionOutput, error) {
	r, err := policyTarget(ctx, "AddPermission", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	added, err := newStatement(r, in)
	if err != nil {
		return nil, err
	}
	revisionID := newUUID()
	return update(ctx, s, func(tx store.Tx) (*lambda.AddPermissionOutput, error) {
		policy, err := policyForChange(tx, r, in.RevisionId)
		if err != nil {
			return nil, err
		}
		for _, existing := range policy.Statements {
			if existing.Sid == added.Sid {
				return nil, statementExists(added.Sid)
			}
		}
		policy.Statements = append(policy.Statements, *added)
		document, err := policy.document()
		if err != nil {
			return nil, err
		}
		if len(document) > maxPolicyBytes {
			return nil, policyTooLong(len(document))
		}
		if err := putPolicy(tx, r, policy, revisionID); err != nil {
			return nil, err
		}
		text, err := added.text()
		return &lambda.AddPermissionOutput{Statement: &text}, err
	})
}

// GetPolicy returns the resource policy of a function, version or alias.
func (s *Service) GetPolicy(ctx context.Context, in *lambda.GetPolicyInput) (*lambda.GetPolicyOutput, error) {
	r, err := own(ctx, "GetPolicy", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.GetPolicyOutput, error) {
		revision, err := revisionOf(tx, r)
		if err != nil {
			return nil, err
		}
		policy, err := store.Find(tx, policies, r.scope, resourceNotFound(), r.name, r.policyQualifier())
		if err != nil {
			return nil, err
		}
		document, err := policy.document()
		return &lambda.GetPolicyOutput{Policy: &document, RevisionId: &revision}, err
	})
}

// RemovePermission removes a statement from a resource policy; with the last one
// goes the policy.
func (s *Service) RemovePermission(ctx context.Context, in *lambda.RemovePermissionInput) (*lambda.RemovePermissionOutput, error) {
	r, err := policyTarget(ctx, "RemovePermission", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	sid, revisionID := aws.ToString(in.StatementId), newUUID()
	return update(ctx, s, func(tx store.Tx) (*lambda.RemovePermissionOutput, error) {
		policy, err := policyForChange(tx, r, in.RevisionId)
		if err != nil {
			return nil, err
		}
		if len(policy.Statements) == 0 {
			return nil, notFound("No policy is associated with the given resource.") // Unverified: the wording.
		}
		kept := slices.DeleteFunc(slices.Clone(policy.Statements), func(st statementRecord) bool { return st.Sid == sid })
		if len(kept) == len(policy.Statements) {
			return nil, statementMissing(sid)
		}
		policy.Statements = kept
		return &lambda.RemovePermissionOutput{}, putPolicy(tx, r, policy, revisionID)
	})
}

// policyTarget names what a policy belongs to and refuses $LATEST: it has none
// but the function's.
func policyTarget(ctx context.Context, action string, name, qualifier *string) (reference, error) {
	r, err := own(ctx, action, name, qualifier)
	if err == nil && strings.HasPrefix(r.qualifier, "$") {
		return reference{}, invalidParameter("We currently do not support adding policies for $LATEST.")
	}
	return r, err
}

// policyQualifier is the part of a policy's id that stands for the qualifier.
func (r reference) policyQualifier() string {
	if r.qualifier == "" {
		return latest
	}
	return r.qualifier
}

// policyForChange reads the policy of what r names, which has to exist; the
// policy may be empty.
func policyForChange(tx store.Tx, r reference, expected *string) (*policyRecord, error) {
	revision, err := revisionOf(tx, r)
	if err != nil {
		return nil, err
	}
	if aws.ToString(expected) != "" && *expected != revision {
		return nil, staleRevision("GetPolicy")
	}
	policy, err := findOrNil(tx, policies, r.scope, r.name, r.policyQualifier())
	if err == nil && policy == nil {
		policy = new(policyRecord)
	}
	return policy, err
}

// revisionOf is the RevisionId of the function, version or alias that r names,
// which is its policy's as well.
func revisionOf(tx store.Tx, r reference) (string, error) {
	if _, err := findFunction(tx, r); err != nil {
		return "", err
	}
	if isAlias(r.qualifier) {
		alias, err := findAlias(tx, r)
		if err != nil {
			return "", err
		}
		return *alias.RevisionId, nil
	}
	record, err := findVersion(tx, r)
	if err != nil {
		return "", err
	}
	return *record.Config.RevisionId, nil
}

// putPolicy stores a changed policy and the new revision of what it belongs to.
func putPolicy(tx store.Tx, r reference, policy *policyRecord, revisionID string) error {
	if err := putRevision(tx, r, revisionID); err != nil {
		return err
	}
	if len(policy.Statements) == 0 {
		return policies.Delete(tx, r.scope, r.name, r.policyQualifier())
	}
	return policies.Put(tx, r.scope, policy, r.name, r.policyQualifier())
}

func putRevision(tx store.Tx, r reference, revisionID string) error {
	if isAlias(r.qualifier) {
		alias, err := findAlias(tx, r)
		if err != nil {
			return err
		}
		alias.RevisionId = &revisionID
		return aliases.Put(tx, r.scope, alias, r.name, r.qualifier)
	}
	record, err := findVersion(tx, r)
	if err != nil {
		return err
	}
	record.Config.RevisionId = &revisionID
	if r.qualifier == "" {
		return functions.Put(tx, r.scope, record, r.name)
	}
	return versions.Put(tx, r.scope, record, r.name, r.qualifier)
}
