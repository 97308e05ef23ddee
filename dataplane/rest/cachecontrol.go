package rest

import (
	"net/http"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize"
)

// invalidateAction is the action that a client needs to renew an entry of the cache.
const invalidateAction = "execute-api:InvalidateCache"

// asksToRenew tells whether a client wants a response that is not from the cache.
// Unverified: that no other directive asks for that.
func asksToRenew(header http.Header) bool {
	for _, value := range header["Cache-Control"] {
		for directive := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(directive), "max-age=0") {
				return true
			}
		}
	}
	return false
}

// mayInvalidate tells whether the client may renew an entry: signed callers of the API's
// own account unless the resource policy denies it, all others when it allows it.
// Unverified: that policies of Lambda authorizers have no say.
func (m *cachedMethod) mayInvalidate(x *Exchange) bool {
	decision := authorize.ImplicitDeny
	if m.policy != nil {
		decision = m.policy.DecideFor(x.policyCaller(), invalidateAction, x.methodARN(), x.facts())
	}
	isOwn := x.caller != nil && x.caller.AccountID == x.stage.snapshot.Account
	return decision == authorize.Allow || isOwn && decision != authorize.ExplicitDeny
}

// refuse is FAIL_WITH_403. Unverified: the type and the message of the response.
func (m *cachedMethod) refuse(x *Exchange) *Failure {
	return x.deniedAction(invalidateAction, authorize.ImplicitDeny)
}

// warnOfIgnoredControl is SUCCEED_WITH_RESPONSE_HEADER. Unverified: the text.
func (x *Exchange) warnOfIgnoredControl() {
	if x.cache.ignoredControl {
		x.Response.Header["Warning"] = []string{"199 Cache-control headers were ignored because the caller was unauthorized"}
	}
}
