package restapi

import (
	"context"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/domainname"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/tagging"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	errNoDomainName       = wire.NotFound("Invalid domain name identifier specified")
	errDomainNameTaken    = wire.Conflict("The domain name you provided already exists.")                                                                  // Unverified: the code.
	errTooManyDomainNames = wire.LimitExceeded("Maximum number of domain names has been reached. Please contact AWS if you need additional domain names.") // Unverified: the wording.
)

func keyOfDomain(domain *types.DomainName) string {
	return domainname.Key(domain.DomainName, domain.DomainNameId)
}

func findDomainName(tx store.Tx, scope store.Scope, name, id *string) (*types.DomainName, error) {
	return store.Find(tx, domainNames, scope, errNoDomainName, domainname.Key(name, id))
}

// publicDomains is the scope of the public domain names of a region, which are
// unique across accounts.
func publicDomains(scope store.Scope) store.Scope {
	return store.Scope{Account: store.Everywhere.Account, Region: scope.Region}
}

// CreateDomainName makes a custom domain name. It is available at once; its
// certificates are named, not looked at.
func (s *Service) CreateDomainName(ctx context.Context, in *apigateway.CreateDomainNameInput) (*apigateway.CreateDomainNameOutput, error) {
	scope := scopeOf(ctx)
	domain, err := s.newDomainName(scope, in)
	if err != nil {
		return nil, err
	}
	upload, err := takeUpload(domain, in)
	if err != nil {
		return nil, err
	}
	return wire.Respond[apigateway.CreateDomainNameOutput](update(ctx, s, func(tx store.Tx) (*types.DomainName, error) {
		if upload != nil {
			if err := certificateUploads.Put(tx, scope, upload, keyOfDomain(domain)); err != nil {
				return nil, err
			}
		}
		return domain, s.createDomainName(tx, scope, domain)
	}))
}

// newDomainName makes the record of a domain name, by the rules that need no state.
func (s *Service) newDomainName(scope store.Scope, in *apigateway.CreateDomainNameInput) (*types.DomainName, error) {
	if err := tagging.Check(in.Tags); err != nil {
		return nil, err
	}
	if !domainNamePattern.MatchString(*in.DomainName) || len(*in.DomainName) > maxDomainNameChars {
		return nil, errDomainName
	}
	endpoint, err := newEndpoint(in.EndpointConfiguration)
	if err != nil {
		return nil, err
	}
	if len(endpoint.VpcEndpointIds) > 0 {
		return nil, errDomainVPCEndpoints
	}
	// Not by wire.Copy: the mutual TLS of the input is another type.
	domain := &types.DomainName{
		DomainName: in.DomainName, DomainNameStatus: types.DomainNameStatusAvailable, EndpointConfiguration: endpoint,
		CertificateArn:                      nonEmpty(aws.ToString(in.CertificateArn)),
		CertificateName:                     nonEmpty(aws.ToString(in.CertificateName)),
		CertificateUploadDate:               s.timestamp(),
		RegionalCertificateArn:              nonEmpty(aws.ToString(in.RegionalCertificateArn)),
		RegionalCertificateName:             nonEmpty(aws.ToString(in.RegionalCertificateName)),
		OwnershipVerificationCertificateArn: nonEmpty(aws.ToString(in.OwnershipVerificationCertificateArn)),
		SecurityPolicy:                      in.SecurityPolicy, EndpointAccessMode: in.EndpointAccessMode, RoutingMode: in.RoutingMode,
		Tags: maps.Clone(nonEmptyMap(in.Tags)),
	}
	if domain.SecurityPolicy == "" {
		domain.SecurityPolicy = types.SecurityPolicyTls12
	}
	if domain.RoutingMode == "" {
		domain.RoutingMode = types.RoutingModeBasePathMappingOnly
	}
	if mutual := in.MutualTlsAuthentication; mutual != nil {
		domain.MutualTlsAuthentication = &types.MutualTlsAuthentication{TruststoreUri: mutual.TruststoreUri, TruststoreVersion: nonEmpty(aws.ToString(mutual.TruststoreVersion))}
	}
	if isPrivate(domain) {
		domain.DomainNameId = aws.String(newDomainNameID())
	}
	domain.DomainNameArn = aws.String(domainARN(scope, domain))
	if domain.Policy, err = parsePolicy(in.Policy, scope, "/domainnames/"+keyOfDomain(domain)); err != nil {
		return nil, err
	}
	settleDomain(domain, scope, newDistributionID())
	return domain, checkDomain(domain)
}

// certificateUploadRecord is a certificate that was sent instead of named, as
// edge-optimised domain names had it before there were certificate ARNs, with its
// private key. No operation returns it.
type certificateUploadRecord struct {
	Body       string `json:"body"`
	Chain      string `json:"chain"`
	PrivateKey string `json:"privateKey"`
}

// takeUpload returns the certificate that is sent with a new domain name, nil when
// one is named.
func takeUpload(domain *types.DomainName, in *apigateway.CreateDomainNameInput) (*certificateUploadRecord, error) {
	upload := certificateUploadRecord{
		Body: aws.ToString(in.CertificateBody), Chain: aws.ToString(in.CertificateChain), PrivateKey: aws.ToString(in.CertificatePrivateKey),
	}
	if upload == (certificateUploadRecord{}) {
		return nil, nil
	}
	if domain.CertificateArn != nil || domain.CertificateName == nil || upload.Body == "" || upload.Chain == "" || upload.PrivateKey == "" {
		return nil, errCertificateUpload
	}
	return &upload, checkKeyPair(upload.Body, upload.PrivateKey)
}

func domainARN(scope store.Scope, domain *types.DomainName) string {
	account := ""
	if isPrivate(domain) {
		account = scope.Account
	}
	return fmt.Sprintf("arn:aws:apigateway:%s:%s:/domainnames/%s", scope.Region, account, keyOfDomain(domain))
}

// createDomainName stores a new domain name. A public one that is in use is refused.
func (s *Service) createDomainName(tx store.Tx, scope store.Scope, domain *types.DomainName) error {
	limit := s.limits.PublicDomainNames
	if isPrivate(domain) {
		limit = s.limits.PrivateDomainNames
	}
	for other, err := range domainNames.All(tx, scope, "") {
		if err != nil {
			return err
		}
		if isPrivate(other.Value) == isPrivate(domain) {
			limit--
		}
	}
	if limit <= 0 {
		return errTooManyDomainNames
	}
	if !isPrivate(domain) {
		taken, err := store.Exists(tx, domainOwners, publicDomains(scope), *domain.DomainName)
		if err != nil {
			return err
		}
		if taken {
			return errDomainNameTaken
		}
		if err := domainOwners.Put(tx, publicDomains(scope), &scope, *domain.DomainName); err != nil {
			return err
		}
	}
	return domainNames.Put(tx, scope, domain, keyOfDomain(domain))
}

// GetDomainName returns a domain name; a private one is asked for with its id.
func (s *Service) GetDomainName(ctx context.Context, in *apigateway.GetDomainNameInput) (*apigateway.GetDomainNameOutput, error) {
	return wire.Respond[apigateway.GetDomainNameOutput](view(ctx, s, func(tx store.Tx) (*types.DomainName, error) {
		return findDomainName(tx, scopeOf(ctx), in.DomainName, in.DomainNameId)
	}))
}

// GetDomainNames lists the domain names of the caller's account and region in order
// of name. Nobody shares any with the caller, so other accounts own none of them.
func (s *Service) GetDomainNames(ctx context.Context, in *apigateway.GetDomainNamesInput) (*apigateway.GetDomainNamesOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	if in.ResourceOwner == types.ResourceOwnerOtherAccounts {
		return &apigateway.GetDomainNamesOutput{Items: []types.DomainName{}}, nil
	}
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetDomainNamesOutput, error) {
		items, next, err := store.Take(page, domainNames.All(tx, scopeOf(ctx), page.After))
		if err != nil {
			return nil, err
		}
		return &apigateway.GetDomainNamesOutput{Items: items, Position: next}, nil
	})
}

// DeleteDomainName deletes a domain name with its mappings and access associations.
func (s *Service) DeleteDomainName(ctx context.Context, in *apigateway.DeleteDomainNameInput) (*apigateway.DeleteDomainNameOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteDomainNameOutput, error) {
		domain, err := findDomainName(tx, scope, in.DomainName, in.DomainNameId)
		if err != nil {
			return nil, err
		}
		key := keyOfDomain(domain)
		if err := domainname.DeleteUnder(tx, scope, key); err != nil {
			return nil, err
		}
		if err := deleteAssociationsOf(tx, scope, *domain.DomainNameArn); err != nil {
			return nil, err
		}
		if err := certificateUploads.Delete(tx, scope, key); err != nil {
			return nil, err
		}
		if !isPrivate(domain) {
			if err := domainOwners.Delete(tx, publicDomains(scope), *domain.DomainName); err != nil {
				return nil, err
			}
		}
		return &apigateway.DeleteDomainNameOutput{}, domainNames.Delete(tx, scope, key)
	})
}
