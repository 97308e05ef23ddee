package function

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// The actions that an invocation needs; the second is for function URLs only.
const (
	invokeAction    = "lambda:InvokeFunction"
	invokeURLAction = "lambda:InvokeFunctionUrl"
)

// access is an attempt to invoke a function. It is made by a service for a resource
// (service, sourceARN), by another account, or by anybody through a function URL
// (urlAuth).
type access struct {
	// service is the calling service, for instance "apigateway.amazonaws.com".
	service string
	// sourceARN is the resource that the service acts for; its account is the
	// AWS:SourceAccount.
	sourceARN string
	// account is the calling account, when no service calls.
	account string
	// urlAuth is how the function URL authorizes, empty for other calls.
	urlAuth types.FunctionUrlAuthType
}

// policy is a resource policy compiled to decide about invocations. Nil is the
// policy that allows nothing. It is immutable.
type policy struct {
	statements []statement
}

// statement allows an access that fits all it says.
type statement struct {
	action    string
	principal string
	// account is the account that a principal of kind AWS stands for.
	account       string
	source        *arnPattern
	sourceAccount *string
	// urlAuth and viaURL are conditions on function URLs; empty and nil for none.
	urlAuth types.FunctionUrlAuthType
	viaURL  *bool
}

// compilePolicy keeps the statements that may allow an invocation. A statement
// with a condition on something that no call has here (an event source token, an
// organization) never does, and is left out: it fails closed.
func compilePolicy(record *policyRecord) *policy {
	compiled := new(policy)
	for _, s := range record.Statements {
		if s.EventSourceToken != nil || s.PrincipalOrgID != nil {
			continue
		}
		st := statement{
			action: s.Action, principal: s.Principal, account: principalAccount(s.Principal), sourceAccount: s.SourceAccount,
			urlAuth: s.FunctionUrlAuthType, viaURL: s.InvokedViaFunctionUrl,
		}
		if s.SourceArn != nil {
			pattern := compileARNPattern(*s.SourceArn)
			st.source = &pattern
		}
		compiled.statements = append(compiled.statements, st)
	}
	return compiled
}

// covers tells whether a statement's action is or includes the one that is needed;
// names of actions are compared regardless of case.
func (s *statement) covers(needed string) bool {
	return s.action == "*" || s.action == "lambda:*" || strings.EqualFold(s.action, needed)
}

// allows tells whether some statement allows a, and for a function URL, whether one
// allows the URL to be called and one the function.
func (p *policy) allows(a access) bool {
	return p.permits(invokeAction, a) && (a.urlAuth == "" || p.permits(invokeURLAction, a))
}

func (p *policy) permits(action string, a access) bool {
	if p == nil {
		return false
	}
	for i := range p.statements {
		if s := &p.statements[i]; s.covers(action) && s.allows(a) {
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
	if s.urlAuth != "" && s.urlAuth != a.urlAuth || s.viaURL != nil && *s.viaURL != (a.urlAuth != "") {
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
