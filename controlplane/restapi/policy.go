package restapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// maxPolicySize is the quota for the length of a resource policy, in characters.
const maxPolicySize = 8192

var errPolicy = wire.BadRequest("Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")

// parsePolicy checks a resource policy and returns it compact, with the shorthand
// execute-api:/stage/METHOD/path written out as ARN, as AWS keeps it. "" is no policy.
func parsePolicy(document *string, scope store.Scope, apiID string) (*string, error) {
	if aws.ToString(document) == "" {
		return nil, nil
	}
	text := *document
	if len(text) > maxPolicySize {
		return nil, wire.LimitExceeded(fmt.Sprintf("Resource policy length exceeds %d characters.", maxPolicySize)) // Unverified: the wording.
	}
	var policy struct {
		Statement json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
		return nil, errPolicy.WithCause(err)
	}
	if !isStatement(policy.Statement) {
		return nil, errPolicy
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(text)); err != nil {
		return nil, errPolicy.WithCause(err)
	}
	arn := fmt.Sprintf("arn:aws:execute-api:%s:%s:%s/", scope.Region, scope.Account, apiID)
	full := strings.ReplaceAll(compact.String(), `"execute-api:/`, `"`+arn)
	return &full, nil
}

// isStatement reports whether raw is a statement or a list of some, each with an
// effect that exists.
func isStatement(raw json.RawMessage) bool {
	type statement struct{ Effect string }
	var list []statement
	if err := json.Unmarshal(raw, &list); err != nil {
		var one statement
		if json.Unmarshal(raw, &one) != nil {
			return false
		}
		list = []statement{one}
	}
	for _, s := range list {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return false
		}
	}
	return len(list) > 0
}

// escapedPolicy is a policy as responses show it: the inside of a JSON string.
// Terraform's provider unquotes it when it reads an API back.
func escapedPolicy(policy *string) *string {
	if policy == nil {
		return nil
	}
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(*policy); err != nil {
		return policy
	}
	return aws.String(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(quoted.String()), `"`), `"`))
}
