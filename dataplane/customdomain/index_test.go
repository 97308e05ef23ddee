package customdomain_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
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
		"root":                    {"api.example.com", "/x/y", customdomain.Match{ApiID: "root", Path: "/dev/x/y"}},
		"root of the root":        {"api.example.com", "/", customdomain.Match{ApiID: "root", Path: "/dev/"}},
		"base path":               {"api.example.com", "/pets/1%2F2", customdomain.Match{ApiID: "pets", Path: "/prod/1%2F2", BasePath: "pets"}},
		"base path alone":         {"api.example.com", "/pets", customdomain.Match{ApiID: "pets", Path: "/prod", BasePath: "pets"}},
		"whole segments":          {"api.example.com", "/petshop", customdomain.Match{ApiID: "root", Path: "/dev/petshop"}},
		"by case":                 {"api.example.com", "/Pets", customdomain.Match{ApiID: "root", Path: "/dev/Pets"}},
		"a longer one":            {"api.example.com", "/pets2/x", customdomain.Match{ApiID: "pets2", Path: "/prod/x", BasePath: "pets2"}},
		"no stage: from the path": {"api.example.com", "/raw/beta/x", customdomain.Match{ApiID: "raw", Path: "/beta/x", BasePath: "raw"}},
		"nothing mapped":          {"bare.example.com", "/b", customdomain.Match{Refusal: unmapped}},
		"wildcard":                {"any.wild.example.com", "/", customdomain.Match{ApiID: "wild", Path: "/dev/"}},
		"wildcard is one label":   {"a.b.wild.example.com", "/", customdomain.Match{Refusal: "no such custom domain name"}},
		"mutual TLS fails closed": {"mtls.example.com", "/", customdomain.Match{Refusal: "mutual TLS of a custom domain name is not supported yet"}},
		"a policy fails closed":   {"policy.example.com", "/", customdomain.Match{Refusal: "the policy of a custom domain name is not supported yet"}},
		"unknown":                 {"other.example.com", "/", customdomain.Match{Refusal: "no such custom domain name"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, x.Match(test.host, test.path)); diff != "" {
				t.Error(diff)
			}
		})
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
		if got := x.Match("a.example.com", "/"); got.ApiID != want || x.Has("a.example.com") != (want != "") {
			t.Errorf("got %+v, want %q", got, want)
		}
		x.WithdrawDomainName(map[string]string{"first": "1", "second": "2"}[want], "r", "a.example.com")
	}
}
