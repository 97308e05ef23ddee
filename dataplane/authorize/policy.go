package authorize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// InvokeAction is the action that calls of a method are.
const InvokeAction = "execute-api:Invoke"

// maxResourceBytes limits a resource of an authorizer's policy.
const maxResourceBytes = 512

// Decision is what a policy says about a call.
type Decision uint8

const (
	// ImplicitDeny is the decision of a policy that does not concern the call.
	ImplicitDeny Decision = iota
	// Allow lets the call through.
	Allow
	// ExplicitDeny keeps it out, whatever else allows it.
	ExplicitDeny
)

// Policy is an IAM policy document.
type Policy struct{ statements []statement }

type statement struct {
	effect Decision
	// actions and resources are patterns; negated ones concern what they do not match.
	actions                  []string
	resources                []policyText
	notActions, notResources bool
	conditions               []condition
	// principals are those of the policy of a resource, nil in one of an identity;
	// notPrincipals turns them round.
	principals    []string
	notPrincipals bool
}

// Facts are the condition keys of a call, in lower case ("aws:sourceip"), with their
// values. A key that is not there is missing in the call.
type Facts map[string][]string

// ParsePolicy reads a policy document. A document that cannot be understood to the last
// member is an error: to leave out a condition would let in what it keeps out.
func ParsePolicy(document []byte) (*Policy, error) {
	return parsePolicy(document, false)
}

func parsePolicy(document []byte, ofResource bool) (*Policy, error) {
	var members struct {
		Version   string
		ID        json.RawMessage `json:"Id"`
		Statement oneOrMore[json.RawMessage]
	}
	if err := decodeStrictly(document, &members); err != nil {
		return nil, fmt.Errorf("policy document: %w", err)
	}
	if members.Version != "" && members.Version != "2012-10-17" && members.Version != "2008-10-17" {
		return nil, fmt.Errorf("policy document: unknown version %q", members.Version)
	}
	if len(members.Statement) == 0 {
		return nil, errors.New("policy document: no statement")
	}
	policy := &Policy{}
	for i, text := range members.Statement {
		parsed, err := parseStatement(text, ofResource, members.Version == variablesVersion)
		if err != nil {
			return nil, fmt.Errorf("policy document: statement %d: %w", i, err)
		}
		policy.statements = append(policy.statements, parsed)
	}
	return policy, nil
}

func parseStatement(text json.RawMessage, ofResource, hasVariables bool) (statement, error) {
	var members struct {
		Sid, Principal, NotPrincipal             json.RawMessage
		Effect                                   string
		Action, NotAction, Resource, NotResource oneOrMore[string]
		Condition                                map[string]map[string]oneOrMore[json.RawMessage]
	}
	if err := decodeStrictly(text, &members); err != nil {
		return statement{}, err
	}
	var s statement
	switch members.Effect {
	case "Allow":
		s.effect = Allow
	case "Deny":
		s.effect = ExplicitDeny
	default:
		return s, fmt.Errorf("effect %q", members.Effect)
	}
	if (members.Action == nil) == (members.NotAction == nil) {
		return s, errors.New("either Action or NotAction is needed")
	}
	if (members.Resource == nil) == (members.NotResource == nil) {
		return s, errors.New("either Resource or NotResource is needed")
	}
	s.actions, s.notActions = slices.Concat(members.Action, members.NotAction), members.NotAction != nil
	s.notResources = members.NotResource != nil
	resources := slices.Concat(members.Resource, members.NotResource)
	if slices.ContainsFunc(resources, func(resource string) bool { return len(resource) > maxResourceBytes }) {
		return s, fmt.Errorf("a resource exceeds %d characters", maxResourceBytes)
	}
	var err error
	if s.resources, err = parsePolicyTexts(resources, true, hasVariables); err != nil {
		return s, err
	}
	if ofResource {
		if (members.Principal == nil) == (members.NotPrincipal == nil) {
			return s, errors.New("either Principal or NotPrincipal is needed")
		}
		s.notPrincipals = members.NotPrincipal != nil
		if s.principals, err = parsePrincipals(slices.Concat(members.Principal, members.NotPrincipal)); err != nil {
			return s, err
		}
	} else if members.Principal != nil || members.NotPrincipal != nil {
		return s, errors.New("the policy of an identity has no principals")
	}
	s.conditions, err = parseConditions(members.Condition, hasVariables)
	return s, err
}

// decodeStrictly takes a member that it does not know for an error.
func decodeStrictly(data []byte, to any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(to)
}

// Decide tells what the policy says about an action on a resource: a deny goes before
// an allow.
func (p *Policy) Decide(action, resource string, facts Facts) Decision {
	return p.decide(action, resource, facts, func(*statement) bool { return true })
}

// DecideFor tells what the policy of a resource says about an action of a caller.
func (p *Policy) DecideFor(caller Caller, action, resource string, facts Facts) Decision {
	return p.decide(action, resource, facts, func(s *statement) bool { return caller.isNamed(s.principals) != s.notPrincipals })
}

func (p *Policy) decide(action, resource string, facts Facts, concerns func(s *statement) bool) Decision {
	decision := ImplicitDeny
	for i := range p.statements {
		if s := &p.statements[i]; s.effect > decision && concerns(s) && s.concerns(action, resource, facts) {
			decision = s.effect
		}
	}
	return decision
}

func (s *statement) concerns(action, resource string, facts Facts) bool {
	action = strings.ToLower(action)
	isAction := slices.ContainsFunc(s.actions, func(pattern string) bool { return like(strings.ToLower(pattern), action) })
	isResource := slices.ContainsFunc(s.resources, func(text policyText) bool {
		pattern, ok := text.resolve(facts, true)
		return ok && like(pattern, resource)
	})
	if isAction == s.notActions || isResource == s.notResources {
		return false
	}
	for i := range s.conditions {
		if !s.conditions[i].holds(facts) {
			return false
		}
	}
	return true
}

// like matches a whole text: "*" is any run of characters, "?" any one, literalStar and
// literalMark are these characters themselves. It takes time in proportion to the product of
// both lengths at most.
func like(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || isAt(pattern[p], text[t])):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

func isAt(pattern, text byte) bool {
	switch pattern {
	case literalStar[0]:
		return text == '*'
	case literalMark[0]:
		return text == '?'
	default:
		return pattern == text
	}
}

// oneOrMore is a list that may be written as its only element.
type oneOrMore[T any] []T

// UnmarshalJSON implements [json.Unmarshaler].
func (l *oneOrMore[T]) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '[' {
		list := []T{}
		err := json.Unmarshal(data, &list)
		*l = list
		return err
	}
	var one T
	if string(data) == "null" {
		return errors.New("null is no value")
	}
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	*l = []T{one}
	return nil
}
