package restapi

import (
	"context"
	"fmt"
	"maps"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/tagging"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	privateDomainARN = regexp.MustCompile(`^arn:aws[a-z-]*:apigateway:([a-z0-9-]+):([0-9]+):/domainnames/([^/+]+)\+([a-z0-9]+)$`)
	vpcEndpointID    = regexp.MustCompile(`^vpce-[a-z0-9]+$`)
)

// Unverified: the wordings.
var (
	errNoAssociation       = wire.NotFound("Invalid domain name access association identifier specified")
	errAssociationExists   = wire.Conflict("The domain name access association already exists")
	errAssociationDomain   = wire.BadRequest("Invalid domain name ARN specified. It must be the ARN of a private custom domain name")
	errAssociationSource   = wire.BadRequest("Invalid access association source specified. It must be the id of a VPC endpoint")
	errManyAssociations    = wire.LimitExceeded("Maximum number of domain name access associations has been reached. Please contact AWS if you need additional domain name access associations.")
	errAssociationStranger = wire.NewError(403, "AccessDeniedException", "The domain name belongs to another account, which has not granted access to it")
)

// checkAssociationDomain wants the ARN of a private domain name in the caller's
// region. Another account's is out of reach: we cannot evaluate its management
// policy, so we do as if it granted nothing.
func checkAssociationDomain(tx store.Tx, scope store.Scope, arn string) (*types.DomainName, error) {
	m := privateDomainARN.FindStringSubmatch(arn)
	if m == nil || m[1] != scope.Region {
		return nil, errAssociationDomain
	}
	if m[2] != scope.Account {
		return nil, errAssociationStranger
	}
	return findDomainName(tx, scope, &m[3], &m[4])
}

// CreateDomainNameAccessAssociation lets a VPC endpoint reach a private domain name.
func (s *Service) CreateDomainNameAccessAssociation(
	ctx context.Context, in *apigateway.CreateDomainNameAccessAssociationInput,
) (*apigateway.CreateDomainNameAccessAssociationOutput, error) {
	if err := tagging.Check(in.Tags); err != nil {
		return nil, err
	}
	if !vpcEndpointID.MatchString(*in.AccessAssociationSource) {
		return nil, errAssociationSource
	}
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.CreateDomainNameAccessAssociationOutput](update(ctx, s, func(tx store.Tx) (*types.DomainNameAccessAssociation, error) {
		domain, err := checkAssociationDomain(tx, scope, *in.DomainNameArn)
		if err != nil {
			return nil, err
		}
		if err := store.CheckRoom(tx, accessAssociations, scope, s.limits.DomainNameAccessAssociations, errManyAssociations); err != nil {
			return nil, err
		}
		arn := fmt.Sprintf("arn:aws:apigateway:%s:%s:/domainnameaccessassociations/domainname/%s/vpcesource/%s",
			scope.Region, scope.Account, keyOfDomain(domain), *in.AccessAssociationSource)
		taken, err := store.Exists(tx, accessAssociations, scope, arn)
		if err != nil {
			return nil, err
		}
		if taken {
			return nil, errAssociationExists
		}
		association := &types.DomainNameAccessAssociation{
			DomainNameAccessAssociationArn: aws.String(arn), DomainNameArn: in.DomainNameArn,
			AccessAssociationSource: in.AccessAssociationSource, AccessAssociationSourceType: in.AccessAssociationSourceType,
			Tags: maps.Clone(nonEmptyMap(in.Tags)),
		}
		return association, accessAssociations.Put(tx, scope, association, arn)
	}))
}

// GetDomainNameAccessAssociations lists the associations of the caller's account and
// region in order of ARN. Other accounts have none with the caller's domain names.
func (s *Service) GetDomainNameAccessAssociations(
	ctx context.Context, in *apigateway.GetDomainNameAccessAssociationsInput,
) (*apigateway.GetDomainNameAccessAssociationsOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	if in.ResourceOwner == types.ResourceOwnerOtherAccounts {
		return &apigateway.GetDomainNameAccessAssociationsOutput{Items: []types.DomainNameAccessAssociation{}}, nil
	}
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetDomainNameAccessAssociationsOutput, error) {
		items, next, err := store.Take(page, accessAssociations.All(tx, scopeOf(ctx), page.After))
		if err != nil {
			return nil, err
		}
		return &apigateway.GetDomainNameAccessAssociationsOutput{Items: items, Position: next}, nil
	})
}

// RejectDomainNameAccessAssociation ends an association as the owner of the domain name.
func (s *Service) RejectDomainNameAccessAssociation(
	ctx context.Context, in *apigateway.RejectDomainNameAccessAssociationInput,
) (*apigateway.RejectDomainNameAccessAssociationOutput, error) {
	scope, arn := scopeOf(ctx), *in.DomainNameAccessAssociationArn
	return update(ctx, s, func(tx store.Tx) (*apigateway.RejectDomainNameAccessAssociationOutput, error) {
		domain, err := checkAssociationDomain(tx, scope, *in.DomainNameArn)
		if err != nil {
			return nil, err
		}
		association, err := store.Find(tx, accessAssociations, scope, errNoAssociation, arn)
		if err != nil {
			return nil, err
		}
		if *association.DomainNameArn != *domain.DomainNameArn {
			return nil, errNoAssociation
		}
		return &apigateway.RejectDomainNameAccessAssociationOutput{}, accessAssociations.Delete(tx, scope, arn)
	})
}

// DeleteDomainNameAccessAssociation ends an association as the owner of the VPC endpoint.
func (s *Service) DeleteDomainNameAccessAssociation(
	ctx context.Context, in *apigateway.DeleteDomainNameAccessAssociationInput,
) (*apigateway.DeleteDomainNameAccessAssociationOutput, error) {
	scope, arn := scopeOf(ctx), *in.DomainNameAccessAssociationArn
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteDomainNameAccessAssociationOutput, error) {
		if _, err := store.Find(tx, accessAssociations, scope, errNoAssociation, arn); err != nil {
			return nil, err
		}
		return &apigateway.DeleteDomainNameAccessAssociationOutput{}, accessAssociations.Delete(tx, scope, arn)
	})
}

// deleteAssociationsOf deletes the associations of a domain name.
func deleteAssociationsOf(tx store.Tx, scope store.Scope, domainARN string) error {
	associations, err := store.Collect(accessAssociations.All(tx, scope, ""))
	if err != nil {
		return err
	}
	for _, association := range associations {
		if *association.DomainNameArn != domainARN {
			continue
		}
		if err := accessAssociations.Delete(tx, scope, *association.DomainNameAccessAssociationArn); err != nil {
			return err
		}
	}
	return nil
}
