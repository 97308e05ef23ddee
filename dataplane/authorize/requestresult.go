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

// parse reads what the function returned. The error says why it is no answer.
func (a *RequestAuthorizer) parse(payload []byte) (*RequestResult, error) {
	var members struct {
		IsAuthorized   *bool           `json:"isAuthorized"`
		PrincipalID    json.RawMessage `json:"principalId"`
		PolicyDocument json.RawMessage `json:"policyDocument"`
		Context        json.RawMessage `json:"context"`
	}
	if err := json.Unmarshal(payload, &members); err != nil {
		return nil, fmt.Errorf("the function returned no authorizer result: %w", err)
	}
	result := &RequestResult{ContextJSON: []byte("null")}
	var err error
	switch {
	case a.isSimple && members.IsAuthorized == nil:
		return nil, errors.New("the function returned no isAuthorized, which simple responses need")
	case a.isSimple:
		result.isAuthorized = *members.IsAuthorized
	case isNull(members.PolicyDocument):
		return nil, errors.New("the function returned no policyDocument")
	default:
		if result.policy, err = ParsePolicy(members.PolicyDocument); err != nil {
			return nil, err
		}
		if !isNull(members.PrincipalID) {
			if result.PrincipalID, err = scalar(members.PrincipalID); err != nil {
				return nil, fmt.Errorf("principalId: %w", err)
			}
		}
	}
	if err := a.readContext(members.Context, result); err != nil {
		return nil, err
	}
	return result, nil
}

func (a *RequestAuthorizer) readContext(text json.RawMessage, result *RequestResult) error {
	var members map[string]json.RawMessage
	if !isNull(text) {
		if err := json.Unmarshal(text, &members); err != nil {
			return fmt.Errorf("context: %w", err)
		}
		result.ContextJSON = bytes.Clone(bytes.TrimSpace(text))
	}
	flat := maps.Clone(members)
	if flat == nil {
		flat = map[string]json.RawMessage{}
	}
	if _, ok := members["claims"]; ok && !a.isV2 {
		return errors.New("context member claims is reserved") // Unverified: what comes of it.
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value, err := scalar(members[name])
		switch {
		case err == nil:
		case a.isV2: // lists and objects are allowed, and null
			if value = string(bytes.TrimSpace(members[name])); value == "null" {
				value = ""
			}
		default:
			return fmt.Errorf("context member %q: %w", name, err)
		}
		result.Context = append(result.Context, integration.Pair{Name: name, Value: value})
	}
	if result.policy != nil {
		principal, err := json.Marshal(result.PrincipalID)
		if err != nil {
			return err
		}
		flat["principalId"] = principal
	}
	var err error
	result.Flat, err = json.Marshal(flat)
	return err
}
