package customdomain_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	v2types "github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/customdomain"
)

func named(name string, mappings ...types.BasePathMapping) *deployed.DomainName {
	return &deployed.DomainName{Account: "1", Region: "r", Key: name, Domain: types.DomainName{DomainName: &name}, Mappings: mappings}
}

func mapped(basePath, apiID, stage string) types.BasePathMapping {
	m := types.BasePathMapping{BasePath: &basePath, RestApiId: &apiID}
	if stage != "" {
		m.Stage = &stage
	}
	return m
}

func TestMatch(t *testing.T) {
	t.Parallel()
	x := &customdomain.Index{}
	x.PublishDomainName(named("API.example.com", mapped("(none)", "root", "dev"), mapped("pets", "pets", "prod"), mapped("pets2", "pets2", "prod"), mapped("raw", "raw", "")))
	x.PublishDomainName(named("bare.example.com", mapped("a", "a", "dev")))
	x.PublishDomainName(named("*.wild.example.com", mapped("(none)", "wild", "dev")))
	mutual := named("mtls.example.com", mapped("(none)", "m", "dev"))
	mutual.Domain.MutualTlsAuthentication = &types.MutualTlsAuthentication{TruststoreUri: aws.String("s3://b/k")}
	x.PublishDomainName(mutual)
	guarded := named("policy.example.com", mapped("(none)", "m", "dev"))
	guarded.Domain.Policy = aws.String("{}")
	x.PublishDomainName(guarded)

	const unmapped = "the custom domain name has no mapping for the path"
	tests := map[string]struct {
		host, path string
		want       customdomain.Match
	}{
		"root":                    {"api.example.com", "/x/y", customdomain.Match{ApiID: "root", Stage: "dev", Path: "/dev/x/y"}},
		"root of the root":        {"api.example.com", "/", customdomain.Match{ApiID: "root", Stage: "dev", Path: "/dev/"}},
		"base path":               {"api.example.com", "/pets/1%2F2", customdomain.Match{ApiID: "pets", Stage: "prod", Path: "/prod/1%2F2", BasePath: "pets"}},
		"base path alone":         {"api.example.com", "/pets", customdomain.Match{ApiID: "pets", Stage: "prod", Path: "/prod", BasePath: "pets"}},
		"whole segments":          {"api.example.com", "/petshop", customdomain.Match{ApiID: "root", Stage: "dev", Path: "/dev/petshop"}},
		"by case":                 {"api.example.com", "/Pets", customdomain.Match{ApiID: "root", Stage: "dev", Path: "/dev/Pets"}},
		"a longer one":            {"api.example.com", "/pets2/x", customdomain.Match{ApiID: "pets2", Stage: "prod", Path: "/prod/x", BasePath: "pets2"}},
		"no stage: from the path": {"api.example.com", "/raw/beta/x", customdomain.Match{ApiID: "raw", Path: "/beta/x", BasePath: "raw"}},
		"nothing mapped":          {"bare.example.com", "/b", customdomain.Match{Refusal: unmapped}},
		"wildcard":                {"any.wild.example.com", "/", customdomain.Match{ApiID: "wild", Stage: "dev", Path: "/dev/"}},
		"wildcard is one label":   {"a.b.wild.example.com", "/", customdomain.Match{Refusal: "no such custom domain name"}},
		"mutual TLS fails closed": {"mtls.example.com", "/", customdomain.Match{Refusal: "mutual TLS of a custom domain name is not supported yet"}},
		"a policy fails closed":   {"policy.example.com", "/", customdomain.Match{Refusal: "the policy of a custom domain name is not supported yet"}},
		"unknown":                 {"other.example.com", "/", customdomain.Match{Refusal: "no such custom domain name"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, x.Match(test.host, test.path, nil)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRules: the first rule whose conditions hold decides.
func TestRules(t *testing.T) {
	t.Parallel()
	rule := func(priority int32, apiID string, strip bool, conditions ...v2types.RoutingRuleCondition) v2types.RoutingRule {
		return v2types.RoutingRule{Priority: &priority, Conditions: conditions, Actions: []v2types.RoutingRuleAction{{
			InvokeApi: &v2types.RoutingRuleActionInvokeApi{ApiId: &apiID, Stage: aws.String("s"), StripBasePath: &strip},
		}}}
	}
	header := func(pairs ...string) v2types.RoutingRuleCondition {
		var anyOf []v2types.RoutingRuleMatchHeaderValue
		for i := 0; i < len(pairs); i += 2 {
			anyOf = append(anyOf, v2types.RoutingRuleMatchHeaderValue{Header: &pairs[i], ValueGlob: &pairs[i+1]})
		}
		return v2types.RoutingRuleCondition{MatchHeaders: &v2types.RoutingRuleMatchHeaders{AnyOf: anyOf}}
	}
	path := func(paths ...string) v2types.RoutingRuleCondition {
		return v2types.RoutingRuleCondition{MatchBasePaths: &v2types.RoutingRuleMatchBasePaths{AnyOf: paths}}
	}
	x := &customdomain.Index{}
	domain := named("r.example.com", mapped("(none)", "mapped", "dev"))
	domain.Domain.RoutingMode = types.RoutingModeRoutingRuleThenBasePathMapping
	domain.Rules = []v2types.RoutingRule{
		rule(30, "paths", true, path("a", "a/b")), rule(10, "beta", false, header("x-version", "beta*", "x-other", "1"), header("X-User", "*admin*")), rule(40, "kept", false, path("k")),
	}
	x.PublishDomainName(domain)
	for name, test := range map[string]struct {
		path   string
		header http.Header
		want   customdomain.Match
	}{
		"headers":            {"/a/x", http.Header{"X-Version": {"beta2"}, "X-User": {"an admin here"}}, customdomain.Match{ApiID: "beta", Stage: "s", Path: "/s/a/x"}},
		"one header only":    {"/a/x", http.Header{"X-Version": {"beta2"}}, customdomain.Match{ApiID: "paths", Stage: "s", Path: "/s/x", BasePath: "a"}},
		"longest path":       {"/a/b/c", nil, customdomain.Match{ApiID: "paths", Stage: "s", Path: "/s/c", BasePath: "a/b"}},
		"path is kept":       {"/k/c", nil, customdomain.Match{ApiID: "kept", Stage: "s", Path: "/s/k/c", BasePath: "k"}},
		"none: the mappings": {"/zzz", nil, customdomain.Match{ApiID: "mapped", Stage: "dev", Path: "/dev/zzz"}},
	} {
		if diff := cmp.Diff(test.want, x.Match("r.example.com", test.path, test.header)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	only := *domain
	only.Domain.RoutingMode = types.RoutingModeRoutingRuleOnly
	x.PublishDomainName(&only)
	if got := x.Match("r.example.com", "/zzz", nil); got.Refusal == "" {
		t.Errorf("rules only: %+v", got)
	}
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	x := &customdomain.Index{}
	other := named("a.example.com", mapped("(none)", "second", "dev"))
	other.Account = "2"
	x.PublishDomainName(named("a.example.com", mapped("(none)", "first", "dev")))
	x.PublishDomainName(other)
	for _, want := range []string{"first", "second", ""} {
		if got := x.Match("a.example.com", "/", nil); got.ApiID != want || x.Has("a.example.com") != (want != "") {
			t.Errorf("got %+v, want %q", got, want)
		}
		x.WithdrawDomainName(map[string]string{"first": "1", "second": "2"}[want], "r", "a.example.com")
	}
}
