package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/httpapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// quotas are the adjustable quotas of all services.
type quotas struct {
	rest       restapi.Limits
	http       httpapi.Limits
	webSockets websocket.Limits
	// lambdaCodeStorage is what the code of an account and region may take, in bytes; 0 = AWS's
	// default.
	lambdaCodeStorage int64
	// lambdaConcurrency is the concurrency of an account and region; 0 = AWS's default.
	lambdaConcurrency int
}

// quotaNames are what quotas are called in [Config.Limits]; those of HTTP and WebSocket APIs
// begin with "v2-", those of connections to WebSocket APIs with "websocket-", those of AWS
// Lambda are the concurrency of an account and region and what its code may take, in MiB.
var quotaNames = map[string]func(q *quotas, n int){
	"resources-per-api":            func(q *quotas, n int) { q.rest.ResourcesPerAPI = n },
	"stages-per-api":               func(q *quotas, n int) { q.rest.StagesPerAPI = n },
	"integration-timeout-ms":       func(q *quotas, n int) { q.rest.IntegrationTimeoutMillis = int32(n) },
	"api-keys":                     func(q *quotas, n int) { q.rest.APIKeys = n },
	"usage-plans":                  func(q *quotas, n int) { q.rest.UsagePlans = n },
	"usage-plans-per-key":          func(q *quotas, n int) { q.rest.UsagePlansPerKey = n },
	"authorizers-per-api":          func(q *quotas, n int) { q.rest.AuthorizersPerAPI = n },
	"documentation-parts-per-api":  func(q *quotas, n int) { q.rest.DocumentationPartsPerAPI = n },
	"client-certificates":          func(q *quotas, n int) { q.rest.ClientCertificates = n },
	"vpc-links":                    func(q *quotas, n int) { q.rest.VPCLinks = n },
	"domain-names":                 func(q *quotas, n int) { q.rest.PublicDomainNames = n },
	"private-domain-names":         func(q *quotas, n int) { q.rest.PrivateDomainNames = n },
	"domain-name-associations":     func(q *quotas, n int) { q.rest.DomainNameAccessAssociations = n },
	"lambda-code-storage-mb":       func(q *quotas, n int) { q.lambdaCodeStorage = int64(n) << 20 },
	"lambda-concurrent-executions": func(q *quotas, n int) { q.lambdaConcurrency = n },
	"v2-apis":                      func(q *quotas, n int) { q.http.APIs = n },
	"v2-routes-per-api":            func(q *quotas, n int) { q.http.RoutesPerAPI = n },
	"v2-integrations-per-api":      func(q *quotas, n int) { q.http.IntegrationsPerAPI = n },
	"v2-authorizers-per-api":       func(q *quotas, n int) { q.http.AuthorizersPerAPI = n },
	"v2-stages-per-api":            func(q *quotas, n int) { q.http.StagesPerAPI = n },
	"v2-vpc-links":                 func(q *quotas, n int) { q.http.VPCLinks = n },

	"websocket-connections-per-second":  func(q *quotas, n int) { q.webSockets.ConnectionsPerSecond = n },
	"websocket-requests-per-second":     func(q *quotas, n int) { q.webSockets.RequestsPerSecond = n },
	"websocket-request-burst":           func(q *quotas, n int) { q.webSockets.RequestBurst = n },
	"websocket-authorizer-result-bytes": func(q *quotas, n int) { q.webSockets.AuthorizerResultBytes = n },
}

// newQuotas reads the quotas that are changed.
func newQuotas(limits map[string]int) (quotas, error) {
	var q quotas
	for name, n := range limits {
		set := quotaNames[name]
		if set == nil {
			return q, fmt.Errorf("limit %q is none of %s", name, strings.Join(slices.Sorted(maps.Keys(quotaNames)), ", "))
		}
		if n < 1 || n > math.MaxInt32 {
			return q, errors.New("limit " + name + " is no positive number of 31 bits")
		}
		set(&q, n)
	}
	return q, nil
}

// webSocketLimits are the bounds of connections: what is configured of its own, and quotas by
// name, which come first.
func (s *settings) webSocketLimits() websocket.Limits {
	limits, named := s.WebSockets, s.quotas.webSockets
	limits.ConnectionsPerSecond = cmp.Or(named.ConnectionsPerSecond, limits.ConnectionsPerSecond)
	limits.RequestsPerSecond = cmp.Or(named.RequestsPerSecond, limits.RequestsPerSecond)
	limits.RequestBurst = cmp.Or(named.RequestBurst, limits.RequestBurst)
	limits.AuthorizerResultBytes = cmp.Or(named.AuthorizerResultBytes, limits.AuthorizerResultBytes)
	return limits
}
