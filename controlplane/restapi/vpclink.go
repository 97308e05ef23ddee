package restapi

import (
	"context"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/tagging"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	errNoVpcLink        = wire.NotFound("Invalid Vpc Link identifier specified")                                                                   // IN-51
	errVpcLinkName      = wire.BadRequest("Name cannot be empty")                                                                                  // IN-50
	errNoVpcLinkTarget  = wire.BadRequest("Target ARNs cannot be empty")                                                                           // Unverified: the wording.
	errVpcLinkTargets   = wire.BadRequest("More than one target arn specified for vpc link.")                                                      // seen in public reports
	errVpcLinkRetarget  = wire.BadRequest("Target arns are not allowed to be changed/added.")                                                      // seen in public reports
	errTooManyVpcLinks  = wire.LimitExceeded("Maximum number of VPC links has been reached. Please contact AWS if you need additional VPC links.") // Unverified: the wording.
	vpcLinkReadyMessage = "Your vpc link is ready for use"                                                                                         // IN-45
)

var vpcLinkPatches = patchTable[types.VpcLink]{
	refuse: refuseShort[types.VpcLink],
	rules: []patchRule[types.VpcLink]{
		{path: "/name", replace: setText(func(l *types.VpcLink) **string { return &l.Name })},
		{path: "/description", replace: setText(func(l *types.VpcLink) **string { return &l.Description })},
		{path: "/targetArns", add: refuseTargetChange, replace: refuseTargetChange, remove: refuseTargetChange},
		{path: "/targetArns/{arn}", add: refuseTargetChange, replace: refuseTargetChange, remove: refuseTargetChange},
	},
}

// refuseTargetChange answers changes of the target: a link keeps the one it was made with.
func refuseTargetChange(*types.VpcLink, patch) error { return errVpcLinkRetarget }

func findVpcLink(tx store.Tx, scope store.Scope, id string) (*types.VpcLink, error) {
	return store.Find(tx, vpcLinks, scope, errNoVpcLink, id)
}

// shownVpcLink is a link as single responses have it: with tags, if empty (MI-24).
func shownVpcLink(link *types.VpcLink, err error) (*types.VpcLink, error) {
	if err == nil && link.Tags == nil {
		link.Tags = map[string]string{}
	}
	return link, err
}

// CreateVpcLink makes a link. The response says that it is pending (IN-44); from
// then on it is available, for there is nothing to wait for.
func (s *Service) CreateVpcLink(ctx context.Context, in *apigateway.CreateVpcLinkInput) (*apigateway.CreateVpcLinkOutput, error) {
	if aws.ToString(in.Name) == "" {
		return nil, errVpcLinkName
	}
	switch {
	case len(in.TargetArns) == 0:
		return nil, errNoVpcLinkTarget
	case len(in.TargetArns) > 1:
		return nil, errVpcLinkTargets
	}
	for _, arn := range in.TargetArns {
		if parts := strings.SplitN(arn, ":", 6); len(parts) < 6 || parts[0] != "arn" {
			return nil, wire.BadRequest("Invalid ARN. ARN is not well formed " + arn) // IN-49
		}
	}
	if err := tagging.Check(in.Tags); err != nil {
		return nil, err
	}
	link := &types.VpcLink{
		Id: aws.String(newVpcLinkID()), Name: in.Name, Description: nonEmpty(aws.ToString(in.Description)),
		TargetArns: in.TargetArns, Tags: maps.Clone(nonEmptyMap(in.Tags)),
		Status: types.VpcLinkStatusAvailable, StatusMessage: aws.String(vpcLinkReadyMessage),
	}
	return wire.Respond[apigateway.CreateVpcLinkOutput](update(ctx, s, func(tx store.Tx) (*types.VpcLink, error) {
		if err := store.CheckRoom(tx, vpcLinks, scopeOf(ctx), s.limits.VPCLinks, errTooManyVpcLinks); err != nil {
			return nil, err
		}
		pending := *link
		pending.Status, pending.StatusMessage = types.VpcLinkStatusPending, nil
		return &pending, vpcLinks.Put(tx, scopeOf(ctx), link, *link.Id)
	}))
}

// GetVpcLink returns a link.
func (s *Service) GetVpcLink(ctx context.Context, in *apigateway.GetVpcLinkInput) (*apigateway.GetVpcLinkOutput, error) {
	return wire.Respond[apigateway.GetVpcLinkOutput](shownVpcLink(view(ctx, s, func(tx store.Tx) (*types.VpcLink, error) {
		return findVpcLink(tx, scopeOf(ctx), *in.VpcLinkId)
	})))
}

// GetVpcLinks lists the links of the caller's account and region in order of id.
func (s *Service) GetVpcLinks(ctx context.Context, in *apigateway.GetVpcLinksInput) (*apigateway.GetVpcLinksOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetVpcLinksOutput, error) {
		items, next, err := store.Take(page, vpcLinks.All(tx, scopeOf(ctx), page.After))
		if err != nil {
			return nil, err
		}
		return &apigateway.GetVpcLinksOutput{Items: items, Position: next}, nil
	})
}

// UpdateVpcLink changes the name or description of a link.
func (s *Service) UpdateVpcLink(ctx context.Context, in *apigateway.UpdateVpcLinkInput) (*apigateway.UpdateVpcLinkOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.UpdateVpcLinkOutput](shownVpcLink(update(ctx, s, func(tx store.Tx) (*types.VpcLink, error) {
		link, err := findVpcLink(tx, scope, *in.VpcLinkId)
		if err != nil {
			return nil, err
		}
		if err := vpcLinkPatches.apply(link, in.PatchOperations); err != nil {
			return nil, err
		}
		if link.Name == nil {
			return nil, errVpcLinkName
		}
		return link, vpcLinks.Put(tx, scope, link, *in.VpcLinkId)
	})))
}

// DeleteVpcLink deletes a link.
func (s *Service) DeleteVpcLink(ctx context.Context, in *apigateway.DeleteVpcLinkInput) (*apigateway.DeleteVpcLinkOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteVpcLinkOutput, error) {
		if _, err := findVpcLink(tx, scope, *in.VpcLinkId); err != nil {
			return nil, err
		}
		return &apigateway.DeleteVpcLinkOutput{}, vpcLinks.Delete(tx, scope, *in.VpcLinkId)
	})
}
