package authorize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Caller is who calls, as resource policies name it; the zero value is anonymous.
type Caller struct {
	// Account has 12 digits.
	Account string
	// ARN is that of a user, of the session of an assumed role, or of the root user.
	ARN string
}

const anybody = "*"

// ParseResourcePolicy reads the policy of a resource: each of its statements names
// principals. A document that cannot be understood to the last member is an error.
func ParseResourcePolicy(document []byte) (*Policy, error) {
	return parsePolicy(document, true)
}

// parsePrincipals reads Principal: "*", or lists of principals by kind.
func parsePrincipals(text json.RawMessage) ([]string, error) {
	if bytes.Equal(bytes.TrimSpace(text), []byte(`"`+anybody+`"`)) {
		return []string{anybody}, nil
	}
	var kinds map[string]oneOrMore[string]
	if err := json.Unmarshal(text, &kinds); err != nil {
		return nil, fmt.Errorf("principal: %w", err)
	}
	if len(kinds) == 0 {
		return nil, errors.New("no principal")
	}
	var principals []string
	for kind, names := range kinds {
		switch kind {
		case "AWS":
			principals = append(principals, names...)
		case "Service", "Federated", "CanonicalUser":
			// None of them calls methods with a signature of its own.
		default:
			return nil, fmt.Errorf("principal of kind %q", kind)
		}
	}
	return principals, nil
}

// isNamed tells whether one of the principals is the caller.
func (c Caller) isNamed(principals []string) bool {
	return slices.ContainsFunc(principals, func(principal string) bool {
		switch {
		case principal == anybody:
			return true
		case c.ARN == "":
			return false
		case principal == c.Account || principal == "arn:aws:iam::"+c.Account+":root" || principal == c.ARN:
			return true
		}
		role, isRole := strings.CutPrefix(principal, "arn:aws:iam::"+c.Account+":role/")
		session, isSession := strings.CutPrefix(c.ARN, "arn:aws:sts::"+c.Account+":assumed-role/")
		if !isRole || !isSession {
			return false
		}
		name, _, _ := strings.Cut(session, "/")
		return name == role[strings.LastIndexByte(role, '/')+1:] // the ARN of a session lacks the path of its role
	})
}
