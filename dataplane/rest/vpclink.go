package rest

import (
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// private returns the URI and the transport of a private integration: what the URI says
// becomes path and Host header, and the link says where to connect.
//
// With a link that names its target in the integration, the path begins with the stage.
// Unverified: the documentation says so of every private integration, but backends of
// links to a network load balancer are known to see the path of the URI alone.
func (c *compiler) private(i *types.Integration, uri string, transport http.RoundTripper) (string, http.RoundTripper) {
	stage := c.stage.snapshot
	link := integration.VPCLink{Account: stage.Account, Region: stage.Region, ID: c.substitute(i.ConnectionId), Target: c.substitute(i.IntegrationTarget)}
	if link.Target != "" {
		uri = withStage(uri, c.stage.name)
	}
	return uri, integration.NewLinkTransport(link, c.stage.env.VPCLinks, transport)
}

// withStage puts the stage in front of the path of a URI.
func withStage(uri, stage string) string {
	scheme, rest, ok := strings.Cut(uri, "://")
	if !ok {
		return uri // which is no valid one
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	return scheme + "://" + rest[:end] + "/" + stage + rest[end:]
}
