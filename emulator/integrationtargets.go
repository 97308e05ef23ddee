package emulator

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// endpoints returns where AWS integrations reach services: those of the emulator at its
// own address, all others where requests for them are passed on to.
func (u *upstream) endpoints(own string) (func(service string) (*url.URL, error), error) {
	at, err := parseEndpoint(own)
	if err != nil {
		return nil, err
	}
	return func(service string) (*url.URL, error) {
		switch service {
		case apiGatewayService, lambdaService, logsService:
			return at, nil
		}
		endpoint, failure := u.find(service)
		if failure != nil {
			return nil, errors.New(failure.Message)
		}
		return endpoint, nil
	}, nil
}

// linkTag is the tag of a VPC link that names its local address.
const linkTag = "stagedoor:target"

// linkDescriber is what is asked about links.
type linkDescriber interface {
	GetVpcLink(ctx context.Context, in *apigateway.GetVpcLinkInput) (*apigateway.GetVpcLinkOutput, error)
}

// secondDescriber is the same for links of the second version of the API.
type secondDescriber interface {
	GetVpcLink(ctx context.Context, in *apigatewayv2.GetVpcLinkInput) (*apigatewayv2.GetVpcLinkOutput, error)
}

// vpcLinks finds the local address of a VPC link.
type vpcLinks struct {
	// configured has addresses by the id or the name of a link, or by the ARN of its
	// target.
	configured map[string]*url.URL
	// links is set before requests are served.
	links linkDescriber
	// second has the links of the second version; set before requests are served.
	second secondDescriber
}

// find implements [integration.VPCLinks].
func (v *vpcLinks) find(ctx context.Context, link integration.VPCLink) (*url.URL, error) {
	if address, ok := v.lookup(link.ID, link.Target); ok {
		return address, nil
	}
	caller := wire.CallerFrom(ctx)
	caller.Account, caller.Region = link.Account, link.Region
	keys, tags, err := v.describe(wire.WithCaller(ctx, caller), link.ID)
	if err != nil {
		return nil, err
	}
	if address, ok := v.lookup(keys...); ok {
		return address, nil
	}
	value, ok := tags[linkTag]
	if !ok {
		return nil, fmt.Errorf("set its local address by --vpc-link %s=URL (STAGEDOOR_VPC_LINK), or by its tag %s", link.ID, linkTag)
	}
	address, err := parseEndpoint(value)
	if err != nil {
		return nil, fmt.Errorf("its tag %s: %w", linkTag, err)
	}
	return address, nil
}

// describe returns by what else the address of a link may be configured, and its tags.
func (v *vpcLinks) describe(ctx context.Context, id string) (keys []string, tags map[string]string, err error) {
	if link, err := v.second.GetVpcLink(ctx, &apigatewayv2.GetVpcLinkInput{VpcLinkId: &id}); err == nil {
		return []string{aws.ToString(link.Name)}, link.Tags, nil
	}
	link, err := v.links.GetVpcLink(ctx, &apigateway.GetVpcLinkInput{VpcLinkId: &id})
	if err != nil {
		return nil, nil, err
	}
	return append(link.TargetArns, aws.ToString(link.Name)), link.Tags, nil
}

func (v *vpcLinks) lookup(keys ...string) (*url.URL, bool) {
	for _, key := range keys {
		if address, ok := v.configured[key]; ok && key != "" {
			return address, true
		}
	}
	return nil, false
}
