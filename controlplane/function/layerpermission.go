package function

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// getLayerAction is the one action that a layer's policy can allow.
const getLayerAction = "lambda:GetLayerVersion"

var layerPrincipal = regexp.MustCompile(`^(\d{12}|\*|arn:(aws[a-zA-Z-]*):iam::\d{12}:root)$`)

// layerPolicyRecord is the resource policy of a layer version.
type layerPolicyRecord struct {
	Policy     policyRecord
	RevisionID string
}

// allows tells whether another account may use the layer version. A statement for
// an organization lets in nobody: no organization is known here.
func (p *layerPolicyRecord) allows(account string) bool {
	return slices.ContainsFunc(p.Policy.Statements, func(s statementRecord) bool {
		return s.PrincipalOrgID == nil && (s.Principal == "*" || principalAccount(s.Principal) == account)
	})
}

// AddLayerVersionPermission lets another account, or all, use a layer version.
func (s *Service) AddLayerVersionPermission(
	ctx context.Context, in *lambda.AddLayerVersionPermissionInput,
) (*lambda.AddLayerVersionPermissionOutput, error) {
	r, err := ownLayerVersion(ctx, "AddLayerVersionPermission", in.LayerName, in.VersionNumber)
	if err != nil {
		return nil, err
	}
	added, err := newLayerStatement(r, in)
	if err != nil {
		return nil, err
	}
	revisionID := newUUID()
	return update(ctx, s, func(tx store.Tx) (*lambda.AddLayerVersionPermissionOutput, error) {
		policy, err := layerPolicyForChange(tx, r, in.RevisionId)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(policy.Policy.Statements, func(s statementRecord) bool { return s.Sid == added.Sid }) {
			return nil, statementExists(added.Sid)
		}
		policy.Policy.Statements, policy.RevisionID = append(policy.Policy.Statements, *added), revisionID
		document, err := policy.Policy.document()
		if err != nil {
			return nil, err
		}
		if len(document) > maxPolicyBytes {
			return nil, policyTooLong(len(document))
		}
		if err := layerPolicies.Put(tx, r.scope, policy, r.name, r.number()); err != nil {
			return nil, err
		}
		text, err := added.text()
		return &lambda.AddLayerVersionPermissionOutput{Statement: &text, RevisionId: &revisionID}, err
	})
}

func newLayerStatement(r layerReference, in *lambda.AddLayerVersionPermissionInput) (*statementRecord, error) {
	sid, action, principal := aws.ToString(in.StatementId), aws.ToString(in.Action), aws.ToString(in.Principal)
	switch {
	case !statementID.MatchString(sid):
		return nil, violation("statementId", sid, "Member must satisfy regular expression pattern: "+strings.Trim(statementID.String(), "^$"))
	case action != getLayerAction:
		return nil, violation("action", action, "Member must satisfy regular expression pattern: "+getLayerAction)
	case !layerPrincipal.MatchString(principal):
		return nil, violation("principal", principal, "Member must satisfy regular expression pattern: "+strings.Trim(layerPrincipal.String(), "^$()"))
	case aws.ToString(in.OrganizationId) != "" && principal != "*":
		// Unverified: the wording.
		return nil, invalidParameter("OrganizationId can only be specified with the principal *.")
	}
	return &statementRecord{Sid: sid, Action: action, Principal: principal, Resource: r.versionARN(), PrincipalOrgID: in.OrganizationId}, nil
}

// GetLayerVersionPolicy returns the resource policy of a layer version.
func (s *Service) GetLayerVersionPolicy(ctx context.Context, in *lambda.GetLayerVersionPolicyInput) (*lambda.GetLayerVersionPolicyOutput, error) {
	r, err := ownLayerVersion(ctx, "GetLayerVersionPolicy", in.LayerName, in.VersionNumber)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.GetLayerVersionPolicyOutput, error) {
		policy, err := store.Find(tx, layerPolicies, r.scope, layerNotFound(), r.name, r.number())
		if err != nil {
			return nil, err
		}
		document, err := policy.Policy.document()
		return &lambda.GetLayerVersionPolicyOutput{Policy: &document, RevisionId: &policy.RevisionID}, err
	})
}

// RemoveLayerVersionPermission removes a statement from the policy of a layer
// version; with the last one goes the policy.
func (s *Service) RemoveLayerVersionPermission(
	ctx context.Context, in *lambda.RemoveLayerVersionPermissionInput,
) (*lambda.RemoveLayerVersionPermissionOutput, error) {
	r, err := ownLayerVersion(ctx, "RemoveLayerVersionPermission", in.LayerName, in.VersionNumber)
	if err != nil {
		return nil, err
	}
	sid, revisionID := aws.ToString(in.StatementId), newUUID()
	return update(ctx, s, func(tx store.Tx) (*lambda.RemoveLayerVersionPermissionOutput, error) {
		policy, err := layerPolicyForChange(tx, r, in.RevisionId)
		if err != nil {
			return nil, err
		}
		kept := slices.DeleteFunc(slices.Clone(policy.Policy.Statements), func(st statementRecord) bool { return st.Sid == sid })
		if len(kept) == len(policy.Policy.Statements) {
			return nil, statementMissing(sid)
		}
		policy.Policy.Statements, policy.RevisionID = kept, revisionID
		if len(kept) == 0 {
			return &lambda.RemoveLayerVersionPermissionOutput{}, layerPolicies.Delete(tx, r.scope, r.name, r.number())
		}
		return &lambda.RemoveLayerVersionPermissionOutput{}, layerPolicies.Put(tx, r.scope, policy, r.name, r.number())
	})
}

// layerPolicyForChange reads the policy of a layer version that has to exist; the
// policy may be empty.
func layerPolicyForChange(tx store.Tx, r layerReference, expected *string) (*layerPolicyRecord, error) {
	if _, err := store.Find(tx, layerVersions, r.scope, layerNotFound(), r.name, r.number()); err != nil {
		return nil, err
	}
	policy, err := findOrNil(tx, layerPolicies, r.scope, r.name, r.number())
	if err != nil {
		return nil, err
	}
	if policy == nil {
		policy = new(layerPolicyRecord)
	}
	if aws.ToString(expected) != "" && *expected != policy.RevisionID {
		return nil, staleRevision("GetLayerVersionPolicy")
	}
	return policy, nil
}

func statementExists(sid string) error {
	return conflict(fmt.Sprintf("The statement id (%s) provided already exists. "+
		"Please provide a new statement id, or remove the existing statement.", sid))
}

func statementMissing(sid string) error {
	return notFound("Statement " + sid + " is not found in resource policy.")
}

func policyTooLong(size int) error {
	return userFault(http.StatusBadRequest, "PolicyLengthExceededException",
		fmt.Sprintf("The final policy size (%d) is bigger than the limit (%d).", size, maxPolicyBytes))
}
