package httpapi

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/apiid"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/tagging"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// vpcLinks are the links to a VPC: link.
var vpcLinks = store.NewCollection("v2vpclink", wire.Records[types.VpcLink]{})

const (
	maxLinkSubnets  = 10
	linkReady       = "VPC link is ready to route traffic"
	maxLinkNameSize = 128
)

// Unverified: the wordings, but for that of an unknown link.
var (
	errLinkName    = wire.BadRequest("Name must be specified and have at most 128 characters")
	errLinkSubnets = wire.BadRequest("At least one and at most 10 subnets must be specified")
	errLinkUsed    = wire.Conflict("Cannot delete the VPC link: integrations use it")
	errManyLinks   = wire.NewError(429, "TooManyRequestsException", "Maximum number of VPC links has been reached. Please contact AWS if you need additional VPC links.")
)

func errNoLink(id string) error { return wire.NotFound("Unable to find VpcLink with id: " + id) }

func findLink(tx store.Tx, scope store.Scope, id string) (*types.VpcLink, error) {
	return store.Find(tx, vpcLinks, scope, errNoLink(id), id)
}

// CreateVpcLink makes a link. The response says that it is pending; from then on it is
// available, for there is nothing to wait for.
func (s *Service) CreateVpcLink(ctx context.Context, in *apigatewayv2.CreateVpcLinkInput) (*apigatewayv2.CreateVpcLinkOutput, error) {
	switch {
	case aws.ToString(in.Name) == "" || len(*in.Name) > maxLinkNameSize:
		return nil, errLinkName
	case len(in.SubnetIds) == 0 || len(in.SubnetIds) > maxLinkSubnets:
		return nil, errLinkSubnets
	}
	if err := tagging.Check(in.Tags); err != nil {
		return nil, err
	}
	link := &types.VpcLink{
		VpcLinkId: aws.String(apiid.New(6)), Name: in.Name, SubnetIds: in.SubnetIds, SecurityGroupIds: in.SecurityGroupIds, CreatedDate: s.timestamp(),
		VpcLinkStatus: types.VpcLinkStatusAvailable, VpcLinkStatusMessage: aws.String(linkReady), VpcLinkVersion: types.VpcLinkVersionV2, Tags: maps.Clone(in.Tags),
	}
	if link.SecurityGroupIds == nil {
		link.SecurityGroupIds = []string{}
	}
	if link.Tags == nil {
		link.Tags = map[string]string{}
	}
	scope := scopeOf(ctx)
	return wire.Respond[apigatewayv2.CreateVpcLinkOutput](update(ctx, s, func(tx store.Tx) (*types.VpcLink, error) {
		if err := store.CheckRoom(tx, vpcLinks, scope, s.limits.VPCLinks, errManyLinks); err != nil {
			return nil, err
		}
		pending := *link
		pending.VpcLinkStatus, pending.VpcLinkStatusMessage = types.VpcLinkStatusPending, aws.String("VPC link is provisioning ENIs")
		return &pending, vpcLinks.Put(tx, scope, link, *link.VpcLinkId)
	}))
}

// shownLink is a link as responses have it: with empty members.
func shownLink(link *types.VpcLink) *types.VpcLink {
	if link.Tags == nil {
		link.Tags = map[string]string{}
	}
	if link.SecurityGroupIds == nil {
		link.SecurityGroupIds = []string{}
	}
	return link
}

// GetVpcLink returns a link.
func (s *Service) GetVpcLink(ctx context.Context, in *apigatewayv2.GetVpcLinkInput) (*apigatewayv2.GetVpcLinkOutput, error) {
	return wire.Respond[apigatewayv2.GetVpcLinkOutput](view(ctx, s, func(tx store.Tx) (*types.VpcLink, error) {
		link, err := findLink(tx, scopeOf(ctx), *in.VpcLinkId)
		if err != nil {
			return nil, err
		}
		return shownLink(link), nil
	}))
}

// GetVpcLinks lists the links in order of id.
func (s *Service) GetVpcLinks(ctx context.Context, in *apigatewayv2.GetVpcLinksInput) (*apigatewayv2.GetVpcLinksOutput, error) {
	page, err := newPage(in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*apigatewayv2.GetVpcLinksOutput, error) {
		items, next, err := store.Take(page, vpcLinks.All(tx, scopeOf(ctx), page.After))
		for i := range items {
			shownLink(&items[i])
		}
		return &apigatewayv2.GetVpcLinksOutput{Items: items, NextToken: next}, err
	})
}

// UpdateVpcLink renames a link.
func (s *Service) UpdateVpcLink(ctx context.Context, in *apigatewayv2.UpdateVpcLinkInput) (*apigatewayv2.UpdateVpcLinkOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigatewayv2.UpdateVpcLinkOutput](update(ctx, s, func(tx store.Tx) (*types.VpcLink, error) {
		link, err := findLink(tx, scope, *in.VpcLinkId)
		if err != nil {
			return nil, err
		}
		if in.Name != nil {
			if *in.Name == "" || len(*in.Name) > maxLinkNameSize {
				return nil, errLinkName
			}
			link.Name = in.Name
		}
		return shownLink(link), vpcLinks.Put(tx, scope, link, *link.VpcLinkId)
	}))
}

// DeleteVpcLink deletes a link that no integration uses.
func (s *Service) DeleteVpcLink(ctx context.Context, in *apigatewayv2.DeleteVpcLinkInput) (*apigatewayv2.DeleteVpcLinkOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigatewayv2.DeleteVpcLinkOutput, error) {
		if _, err := findLink(tx, scope, *in.VpcLinkId); err != nil {
			return nil, err
		}
		for record, err := range integrations.All(tx, scope, "") {
			if err != nil {
				return nil, err
			}
			if aws.ToString(record.Value.ConnectionId) == *in.VpcLinkId {
				return nil, errLinkUsed
			}
		}
		return &apigatewayv2.DeleteVpcLinkOutput{}, vpcLinks.Delete(tx, scope, *in.VpcLinkId)
	})
}
