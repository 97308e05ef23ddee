package authorize_test

import (
	"testing"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize"
)

const callARN = "arn:aws:execute-api:us-east-1:111111111111:api1/prod/GET/pets/1"

func TestDecide(t *testing.T) {
	const head, tail = `{"Version":"2012-10-17","Statement":`, `}`
	allow := func(rest string) string { return `{"Effect":"Allow","Action":"execute-api:Invoke",` + rest + `}` }
	const deny = `{"Effect":"Deny","Action":"*","Resource":"*/GET/pets/?"}`
	when := func(condition string) string {
		return head + allow(`"Resource":"*","Condition":`+condition) + tail
	}
	facts := authorize.Facts{"aws:sourceip": {"203.0.113.7"}, "aws:currenttime": {"2026-01-02T03:04:05Z"}, "aws:epochtime": {"1767323045"}, "aws:useragent": {"curl/8"}, "aws:securetransport": {"true"}}
	tests := []struct {
		name, policy string
		want         authorize.Decision
	}{
		{"a list", head + "[" + allow(`"Resource":["`+callARN+`"]`) + "]" + tail, authorize.Allow},
		{"one statement, one resource", head + allow(`"Resource":"arn:aws:execute-api:*:*:api1/prod/*/pets/*"`) + tail, authorize.Allow},
		{"a prefix is no match", head + allow(`"Resource":"arn:aws:execute-api:*:*:api1/prod/*/pets"`) + tail, authorize.ImplicitDeny},
		{"case counts", head + allow(`"Resource":"*/get/pets/1"`) + tail, authorize.ImplicitDeny},
		{"the action's case does not", head + `{"Effect":"Allow","Action":"EXECUTE-API:invoke","Resource":"*"}` + tail, authorize.Allow},
		{"another action", head + `{"Effect":"Allow","Action":["execute-api:ManageConnections"],"Resource":"*"}` + tail, authorize.ImplicitDeny},
		{"all actions", head + `{"Effect":"Allow","Action":"execute-api:*","Resource":"*"}` + tail, authorize.Allow},
		{"deny goes before allow", head + "[" + deny + "," + allow(`"Resource":"*"`) + "]" + tail, authorize.ExplicitDeny},
		{"NotResource", head + allow(`"NotResource":"*/POST/*"`) + tail, authorize.Allow},
		{"NotAction", head + `{"Effect":"Allow","NotAction":"execute-api:Invoke","Resource":"*"}` + tail, authorize.ImplicitDeny},
		{"address in network", when(`{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","203.0.113.0/24"]}}`), authorize.Allow},
		{"address in another", when(`{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`), authorize.ImplicitDeny},
		{"address not in network", when(`{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`), authorize.ImplicitDeny},
		{"before a date", when(`{"DateLessThan":{"aws:CurrentTime":"2026-02-01T00:00:00Z"}}`), authorize.Allow},
		{"after a date", when(`{"DateGreaterThan":{"aws:CurrentTime":"2026-02-01"}}`), authorize.ImplicitDeny},
		{"numbers", when(`{"NumericGreaterThanEquals":{"aws:EpochTime":1767323045}}`), authorize.Allow},
		{"text with wildcards", when(`{"StringLike":{"aws:UserAgent":"curl/*"}}`), authorize.Allow},
		{"both conditions", when(`{"StringLike":{"aws:UserAgent":"curl/*"},"Bool":{"aws:SecureTransport":"false"}}`), authorize.ImplicitDeny},
		{"none of several", when(`{"StringNotEquals":{"aws:UserAgent":["a","curl/8"]}}`), authorize.ImplicitDeny},
		{"a missing key", when(`{"StringEquals":{"aws:Referer":"x"}}`), authorize.ImplicitDeny},
		{"a missing key, negated", when(`{"StringNotEquals":{"aws:Referer":"x"}}`), authorize.Allow},
		{"a missing key, if it exists", when(`{"StringEqualsIfExists":{"aws:Referer":"x"}}`), authorize.Allow},
		{"null", when(`{"Null":{"aws:Referer":"true","aws:SourceIp":false}}`), authorize.Allow},
		{"all values", when(`{"ForAllValues:StringEquals":{"aws:UserAgent":["curl/8","b"]}}`), authorize.Allow},
	}
	for _, tt := range tests {
		policy, err := authorize.ParsePolicy([]byte(tt.policy))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := policy.Decide(authorize.InvokeAction, callARN, facts); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestPolicyVariables: spec/auth.md 5.3, and the IAM User Guide's page of variables.
func TestPolicyVariables(t *testing.T) {
	facts := authorize.Facts{"aws:username": {"bob"}, "aws:pattern": {"*"}, "aws:many": {"a", "b"}, "aws:agent": {"a*b?$"}}
	const base = "arn:aws:execute-api:us-east-1:111111111111:api1/prod/GET/"
	for _, tt := range []struct {
		name, version, rest, path string
		want                      authorize.Decision
	}{
		{"in a resource", "2012-10-17", `"Resource":"*/GET/${aws:username}/*"`, "bob/x", authorize.Allow},
		{"its name in another case", "2012-10-17", `"Resource":"*/GET/${AWS:UserName}/*"`, "bob/x", authorize.Allow},
		{"another value", "2012-10-17", `"Resource":"*/GET/${aws:username}/*"`, "eve/x", authorize.ImplicitDeny},
		{"without version they are text", "2008-10-17", `"Resource":"*/GET/${aws:username}/*"`, "bob/x", authorize.ImplicitDeny},
		{"text of that form", "2008-10-17", `"Resource":"*/GET/${aws:username}"`, "${aws:username}", authorize.Allow},
		{"a value is no pattern", "2012-10-17", `"Resource":"*/GET/${aws:pattern}"`, "x", authorize.ImplicitDeny},
		{"a value with a star", "2012-10-17", `"Resource":"*/GET/${aws:pattern}"`, "*", authorize.Allow},
		{"missing", "2012-10-17", `"Resource":"*/GET/${aws:none}*"`, "x", authorize.ImplicitDeny},
		{"missing, with a default", "2012-10-17", `"Resource":"*/GET/${aws:none, 'x'}"`, "x", authorize.Allow},
		{"present, with a default", "2012-10-17", `"Resource":"*/GET/${aws:username, 'x'}"`, "x", authorize.ImplicitDeny},
		{"several values", "2012-10-17", `"Resource":"*/GET/${aws:many}"`, "a", authorize.ImplicitDeny},
		{"characters themselves", "2012-10-17", `"Resource":"*/GET/${*}${?}${$}"`, "*?$", authorize.Allow},
		{"not other characters", "2012-10-17", `"Resource":"*/GET/${*}${?}${$}"`, "xy$", authorize.ImplicitDeny},
		{"in a condition", "2012-10-17", `"Resource":"*","Condition":{"StringEquals":{"aws:agent":"a${*}b${?}${$}"}}`, "", authorize.Allow},
		{"in a condition's pattern", "2012-10-17", `"Resource":"*","Condition":{"StringLike":{"aws:agent":"?${*}*"}}`, "", authorize.Allow},
		{"two keys", "2012-10-17", `"Resource":"*","Condition":{"StringEquals":{"aws:username":"${aws:agent}"}}`, "", authorize.ImplicitDeny},
	} {
		policy, err := authorize.ParsePolicy([]byte(`{"Version":"` + tt.version + `","Statement":{"Effect":"Allow","Action":"*",` + tt.rest + `}}`))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := policy.Decide(authorize.InvokeAction, base+tt.path, facts); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestParsePolicyRefuses: what is not understood is an error, because a deny or a
// condition that has no effect lets in what it keeps out.
func TestParsePolicyRefuses(t *testing.T) {
	statement := func(rest string) string {
		return `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"` + rest + `}}`
	}
	for _, policy := range []string{
		`[]`, `"x"`, `{}`, `{"Statement":[]}`, `{"Version":"2020-01-01","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
		`{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}`, `{"Statement":{"Effect":"Deny","Resource":"*"}}`,
		`{"Statement":{"Effect":"Deny","Action":"*"}}`, `{"Statement":{"Effect":"Deny","Action":null,"Resource":"*"}}`,
		statement(`,"NotAction":"x"`), statement(`,"Conditions":{}`), statement(`,"Condition":{"Unknown":{"a":"b"}}`), statement(`,"Condition":{"IpAddress":{"a":"1.2.3"}}`),
		statement(`,"Condition":{"DateEquals":{"a":"soon"}}`), statement(`,"Condition":{"NumericEquals":{"a":"x"}}`),
		statement(`,"Condition":{"Bool":{"a":"maybe"}}`), statement(`,"Condition":{"StringEquals":{"a":{}}}`),
		`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"${aws:x"}}`, `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"${}"}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"${aws:x, plain}"}}`,
		statement(`,"Condition":{"NumericEquals":{"a":"${aws:x}"}}`),
	} {
		if _, err := authorize.ParsePolicy([]byte(policy)); err == nil {
			t.Errorf("%s: no error", policy)
		}
	}
}

func FuzzPolicy(f *testing.F) {
	f.Add(`{"principalId":"p","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*a*?"}},"context":{"a":1}}`)
	f.Fuzz(func(_ *testing.T, payload string) {
		if result, err := authorize.ParseResult([]byte(payload)); err == nil {
			result.Policy.Decide(authorize.InvokeAction, callARN, authorize.Facts{"aws:sourceip": {"::1"}})
		}
	})
}
