package function

import "strings"

const invokeAction = "lambda:InvokeFunction"

// access is an attempt to invoke a function. It is made either by a service for
// a resource (service, sourceARN) or by another account.
type access struct {
	// service is the calling service, for instance "apigateway.amazonaws.com".
	service string
	// sourceARN is the resource that the service acts for; its account is the
	// AWS:SourceAccount.
	sourceARN string
	// account is the calling account, when no service calls.
	account string
}

// policy is a resource policy compiled to decide about invocations. Nil is the
// policy that allows nothing. It is immutable.
type policy struct {
	statements []statement
}

// statement allows an access that fits all it says.
type statement struct {
	principal string
	// account is the account that a principal of kind AWS stands for.
	account       string
	source        *arnPattern
	sourceAccount *string
}

// compilePolicy keeps the statements that may allow an invocation. A statement
// with a condition on something that no call has here (an event source token, an
// organization, a function URL) never does, and is left out: it fails closed.
func compilePolicy(record *policyRecord) *policy {
	compiled := new(policy)
	for _, s := range record.Statements {
		if s.EventSourceToken != nil || s.PrincipalOrgID != nil || s.FunctionUrlAuthType != "" || s.InvokedViaFunctionUrl != nil {
			continue
		}
		if !coversInvoke(s.Action) {
			continue
		}
		st := statement{principal: s.Principal, account: principalAccount(s.Principal), sourceAccount: s.SourceAccount}
		if s.SourceArn != nil {
			pattern := compileARNPattern(*s.SourceArn)
			st.source = &pattern
		}
		compiled.statements = append(compiled.statements, st)
	}
	return compiled
}

// coversInvoke tells whether a statement's action is or includes InvokeFunction;
// names of actions are compared regardless of case.
func coversInvoke(action string) bool {
	return action == "*" || action == "lambda:*" || strings.EqualFold(action, invokeAction)
}

// allows tells whether some statement allows a.
func (p *policy) allows(a access) bool {
	if p == nil {
		return false
	}
	for i := range p.statements {
		if p.statements[i].allows(a) {
			return true
		}
	}
	return false
}

func (s *statement) allows(a access) bool {
	switch {
	case s.principal == "*":
	case a.service != "" && s.principal == a.service:
	// Of another account only the whole is told apart: its users have no policies
	// of their own here. A statement for one role thus does not let in its account.
	case a.account != "" && s.account == a.account && (s.principal == a.account || s.principal == rootOf(a.account)):
	default:
		return false
	}
	if s.source != nil && (a.sourceARN == "" || !s.source.matches(a.sourceARN)) {
		return false
	}
	if s.sourceAccount != nil && *s.sourceAccount != arnAccount(a.sourceARN) {
		return false
	}
	return true
}

// arnAccount is the account in an ARN, empty when it has none.
func arnAccount(arn string) string {
	parts := strings.SplitN(arn, ":", arnParts)
	if len(parts) < arnParts {
		return ""
	}
	return parts[4]
}
