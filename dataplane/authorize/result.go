package authorize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// Result is what an authorizer's function returned.
type Result struct {
	PrincipalID string
	Policy      *Policy
	// PolicyText is the policy document as the function wrote it.
	PolicyText string
	// Context has the members of the context as text, by name: $context.authorizer.
	Context []integration.Pair
	// UsageIdentifierKey is the value of an API key; empty when there is none.
	UsageIdentifierKey string
}

// ParseResult reads what a function returned. The error says why it is no result.
func ParseResult(payload []byte) (*Result, error) {
	var members struct {
		PrincipalID        json.RawMessage            `json:"principalId"`
		PolicyDocument     json.RawMessage            `json:"policyDocument"`
		Context            map[string]json.RawMessage `json:"context"`
		UsageIdentifierKey *string                    `json:"usageIdentifierKey"`
	}
	if err := json.Unmarshal(payload, &members); err != nil {
		return nil, fmt.Errorf("the function returned no authorizer result: %w", err)
	}
	if isNull(members.PolicyDocument) {
		return nil, errors.New("the function returned no policyDocument")
	}
	result := &Result{PolicyText: string(members.PolicyDocument)}
	var err error
	if result.Policy, err = ParsePolicy(members.PolicyDocument); err != nil {
		return nil, err
	}
	// Unverified: that a principal may be missing; it is reported so.
	if !isNull(members.PrincipalID) {
		if result.PrincipalID, err = scalar(members.PrincipalID); err != nil {
			return nil, fmt.Errorf("principalId: %w", err)
		}
	}
	if members.UsageIdentifierKey != nil {
		result.UsageIdentifierKey = *members.UsageIdentifierKey
	}
	for _, name := range slices.Sorted(maps.Keys(members.Context)) {
		value, err := scalar(members.Context[name])
		if err != nil {
			return nil, fmt.Errorf("context member %q: %w", name, err)
		}
		result.Context = append(result.Context, integration.Pair{Name: name, Value: value})
	}
	return result, nil
}

func isNull(value json.RawMessage) bool {
	return len(value) == 0 || string(bytes.TrimSpace(value)) == "null"
}

// scalar reads a string, a number or a boolean as text: 1.5 is "1.5".
func scalar(value json.RawMessage) (string, error) {
	value = bytes.TrimSpace(value)
	switch {
	case isNull(value), value[0] == '{', value[0] == '[':
		return "", errors.New("not a string, number or boolean")
	case value[0] == '"':
		var text string
		err := json.Unmarshal(value, &text)
		return text, err
	default:
		return string(value), nil
	}
}
