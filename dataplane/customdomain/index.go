package customdomain

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// noBasePath is how the control plane writes an empty base path.
const noBasePath = "(none)"

// Index holds the custom domain names that are published. The zero value is empty and
// ready. It is safe for concurrent use.
type Index struct {
	// mu guards the maps.
	mu sync.RWMutex
	// domains has all names by owner.
	domains map[owner]*domain
	// byName has the names that are served, in lower case; of two owners of a name the
	// first in the order of region and account.
	byName map[string]*domain
}

type owner struct{ region, account, key string }

// domain is a published name; immutable.
type domain struct {
	*deployed.DomainName

	// mappings are in the order of their base paths, the longest first.
	mappings []mapping
	// rules are in the order of their priority.
	rules []rule
}

type mapping struct{ basePath, apiID, stage string }

// PublishDomainName serves a name from now on, in place of what it was.
func (x *Index) PublishDomainName(published *deployed.DomainName) {
	d := &domain{DomainName: published}
	for _, m := range published.Mappings {
		basePath := aws.ToString(m.BasePath)
		if basePath == noBasePath {
			basePath = ""
		}
		d.mappings = append(d.mappings, mapping{basePath, aws.ToString(m.RestApiId), aws.ToString(m.Stage)})
	}
	slices.SortFunc(d.mappings, func(a, b mapping) int { return cmp.Compare(len(b.basePath), len(a.basePath)) })
	d.rules = compileRules(published.Rules)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.domains == nil {
		x.domains = map[owner]*domain{}
	}
	x.domains[owner{published.Region, published.Account, published.Key}] = d
	x.indexLocked()
}

// WithdrawDomainName ends serving a name; one that is not served is no error.
func (x *Index) WithdrawDomainName(account, region, key string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.domains, owner{region, account, key})
	x.indexLocked()
}

// indexLocked makes byName anew: names are few and change seldom.
func (x *Index) indexLocked() {
	x.byName = make(map[string]*domain, len(x.domains))
	owners := slices.SortedFunc(maps.Keys(x.domains), func(a, b owner) int {
		return cmp.Or(cmp.Compare(a.region, b.region), cmp.Compare(a.account, b.account), cmp.Compare(a.key, b.key))
	})
	for _, owner := range owners {
		d := x.domains[owner]
		name := strings.ToLower(aws.ToString(d.Domain.DomainName))
		if x.byName[name] == nil {
			x.byName[name] = d
		}
	}
}

// Has reports whether a host, in lower case and without port, is a custom domain name.
func (x *Index) Has(host string) bool { return x.find(host) != nil }

// find returns the domain of a host: its own, else that of the wildcard name which
// stands for its first label.
func (x *Index) find(host string) *domain {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if d := x.byName[host]; d != nil {
		return d
	}
	_, parent, _ := strings.Cut(host, ".")
	return x.byName["*."+parent]
}

// Match is what a request by a custom domain name is for.
type Match struct {
	// ApiID and Path are those of the default endpoint: the path begins with the stage.
	ApiID, Path string
	// Stage is the stage that the mapping or the rule names; empty when the path names it.
	Stage string
	// BasePath is the base path that matched, empty for none.
	BasePath string
	// Refusal says why nothing is served, for the log; then the other fields are empty.
	Refusal string
}

// Match finds the stage for a host and an escaped path as sent. Base paths are compared
// by whole segments and by case, the longest first. Routing rules go first where the name
// has them. Without a mapping for it a request is refused.
func (x *Index) Match(host, path string, header http.Header) Match {
	d := x.find(host)
	switch {
	case d == nil:
		return Match{Refusal: "no such custom domain name"}
	case d.Domain.MutualTlsAuthentication != nil && aws.ToString(d.Domain.MutualTlsAuthentication.TruststoreUri) != "":
		// They are closed on purpose: what they guard would be open to everybody.
		return Match{Refusal: "mutual TLS of a custom domain name is not supported yet"}
	case aws.ToString(d.Domain.Policy) != "":
		return Match{Refusal: "the policy of a custom domain name is not supported yet"}
	}
	if mode := d.Domain.RoutingMode; mode == types.RoutingModeRoutingRuleOnly || mode == types.RoutingModeRoutingRuleThenBasePathMapping {
		for i := range d.rules {
			if match, ok := d.rules[i].match(path, header); ok {
				return match
			}
		}
		if mode == types.RoutingModeRoutingRuleOnly {
			return Match{Refusal: "no routing rule of the custom domain name matches"}
		}
	}
	for _, m := range d.mappings {
		rest, ok := cutBasePath(path, m.basePath)
		if !ok {
			continue
		}
		if m.stage != "" {
			rest = "/" + m.stage + rest
		}
		return Match{ApiID: m.apiID, Stage: m.stage, Path: rest, BasePath: m.basePath}
	}
	return Match{Refusal: "the custom domain name has no mapping for the path"}
}

// cutBasePath takes the segments of a base path from the begin of a path; what is left
// begins with a slash or is empty.
func cutBasePath(path, basePath string) (rest string, ok bool) {
	if basePath == "" {
		return path, true
	}
	rest, ok = strings.CutPrefix(strings.TrimPrefix(path, "/"), basePath)
	return rest, ok && (rest == "" || rest[0] == '/')
}
