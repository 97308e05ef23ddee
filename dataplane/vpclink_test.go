package dataplane_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// TestVPCLink: a private integration reaches the address of its link, with the path and
// the Host header of its URI.
func TestVPCLink(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "private") })
	const listener = "arn:aws:elasticloadbalancing:us-east-1:1:listener/app/a/b/c"
	tests := map[string]struct {
		change  func(*types.Integration)
		link    integration.VPCLink
		uri     string
		host    string
		failure error
		status  int
		log     string
	}{
		"HTTP_PROXY": {link: integration.VPCLink{ID: "link1"}, uri: "/base/x%2Fy?q=1", host: "nlb.example:8080", status: 200},
		"HTTP": {change: func(i *types.Integration) {
			i.Type = types.IntegrationTypeHttp
			i.IntegrationResponses = map[string]types.IntegrationResponse{"200": {}}
		}, link: integration.VPCLink{ID: "link1"}, uri: "/base/x%2Fy", host: "nlb.example:8080", status: 200},
		"streamed":                       {change: func(i *types.Integration) { i.ResponseTransferMode = types.ResponseTransferModeStream }, link: integration.VPCLink{ID: "link1"}, uri: "/base/x%2Fy?q=1", host: "nlb.example:8080", status: 200},
		"https is the link's to speak":   {change: func(i *types.Integration) { i.Uri = aws.String("https://secure.example/base") }, link: integration.VPCLink{ID: "link1"}, uri: "/base?q=1", host: "secure.example", status: 200},
		"IN-07 link in a stage variable": {change: func(i *types.Integration) { i.ConnectionId = aws.String("${stageVariables.vpcLinkId}") }, link: integration.VPCLink{ID: "link2"}, uri: "/base/x%2Fy?q=1", host: "nlb.example:8080", status: 200},
		"target in the integration":      {change: func(i *types.Integration) { i.IntegrationTarget = aws.String(listener) }, link: integration.VPCLink{ID: "link1", Target: listener}, uri: "/stage/base/x%2Fy?q=1", host: "nlb.example:8080", status: 200},
		"target and no path": {change: func(i *types.Integration) {
			i.IntegrationTarget, i.Uri = aws.String(listener), aws.String("http://nlb.example?a=b")
		}, link: integration.VPCLink{ID: "link1", Target: listener}, uri: "/stage?a=b&q=1", host: "nlb.example", status: 200},
		"no address": {link: integration.VPCLink{ID: "link1"}, failure: errors.New("set --vpc-link"), status: 500, log: "VPC link link1 is not available: set --vpc-link"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got integration.VPCLink
			f, _ := awsFixture(t, "", func(c *dataplane.Config) {
				c.VPCLinks = func(_ context.Context, link integration.VPCLink) (*url.URL, error) {
					got = link
					if test.failure != nil {
						return nil, test.failure
					}
					return url.Parse(b.URL + "/ignored")
				}
			})
			method := httpMethod("http://nlb.example:8080/base/{id}")
			i := method.MethodIntegration
			i.ConnectionType, i.ConnectionId = types.ConnectionTypeVpcLink, aws.String("link1")
			method.MethodResponses = map[string]types.MethodResponse{"200": {}}
			i.RequestParameters = map[string]string{"integration.request.path.id": "method.request.path.id"}
			if test.change != nil {
				test.change(i)
			}
			stage := stageOf(resourceOf("/a/{id}", map[string]types.Method{"ANY": method}))
			stage.Stage.Variables = map[string]string{"vpcLinkId": "link2"}
			f.PublishRestStage(stage)
			response := f.call("GET", "/stage/a/x%2Fy?q=1", "", nil)
			if response.StatusCode != test.status || !strings.Contains(f.log.String(), test.log) {
				t.Fatalf("got %d %s; %s", response.StatusCode, bodyOf(t, response), f.log)
			}
			test.link.Account, test.link.Region = "111111111111", "us-east-1"
			if diff := cmp.Diff(test.link, got); diff != "" {
				t.Error(diff)
			}
			if test.status == 200 && (b.request.RequestURI != test.uri || b.request.Host != test.host) {
				t.Errorf("backend got %s for %s", b.request.RequestURI, b.request.Host)
			}
		})
	}
}

// TestVPCLinkUnset: a data plane that knows no links fails closed.
func TestVPCLinkUnset(t *testing.T) {
	f := newFixture(t, nil)
	method := httpMethod("http://nlb.example/")
	method.MethodIntegration.ConnectionType, method.MethodIntegration.ConnectionId = types.ConnectionTypeVpcLink, aws.String("link1")
	f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"POST": method})))
	response := f.call("POST", "/stage/a", "body", nil)
	if body := bodyOf(t, response); response.StatusCode != 500 || body != internalError || !strings.Contains(f.log.String(), "VPC link link1 is not available") {
		t.Errorf("got %d %s; %s", response.StatusCode, body, f.log)
	}
}
