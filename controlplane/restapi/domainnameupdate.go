package restapi

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// domainEdit is an update of a domain name under way.
type domainEdit struct {
	*types.DomainName
	scope store.Scope
}

var routingModes = enumOf("RoutingMode", types.RoutingMode("").Values())

var domainPatches = patchTable[domainEdit]{
	refuse: refuseWithPaths[domainEdit],
	rules: []patchRule[domainEdit]{
		{path: "/certificateArn", replace: setText(func(e *domainEdit) **string { return &e.CertificateArn })},
		{path: "/certificateName", replace: setText(func(e *domainEdit) **string { return &e.CertificateName })},
		{path: "/regionalCertificateArn", replace: setText(func(e *domainEdit) **string { return &e.RegionalCertificateArn })},
		{path: "/regionalCertificateName", replace: setText(func(e *domainEdit) **string { return &e.RegionalCertificateName })},
		{path: "/ownershipVerificationCertificateArn", replace: setText(func(e *domainEdit) **string { return &e.OwnershipVerificationCertificateArn })},
		{path: "/endpointConfiguration/types/{type}", replace: replaceDomainEndpoint},
		{path: "/endpointConfiguration/ipAddressType", replace: replaceDomainAddressType},
		{path: "/securityPolicy", replace: func(e *domainEdit, p patch) error {
			value, err := securityPolicies.parse(p.text())
			e.SecurityPolicy = types.SecurityPolicy(value)
			return err
		}},
		{path: "/endpointAccessMode", replace: func(e *domainEdit, p patch) (err error) {
			e.EndpointAccessMode, err = parseEndpointAccessMode(p)
			return err
		}},
		{path: "/routingMode", replace: func(e *domainEdit, p patch) error {
			value, err := routingModes.parse(p.text())
			e.RoutingMode = types.RoutingMode(value)
			return err
		}},
		{
			path: "/policy", replace: putDomainPolicy(func(e *domainEdit) **string { return &e.Policy }),
			remove: clearText(func(e *domainEdit) **string { return &e.Policy }),
		},
		{
			path: "/managementPolicy", replace: putDomainPolicy(func(e *domainEdit) **string { return &e.ManagementPolicy }),
			remove: clearText(func(e *domainEdit) **string { return &e.ManagementPolicy }),
		},
		{path: "/mutualTlsAuthentication", remove: func(e *domainEdit, _ patch) error {
			e.MutualTlsAuthentication = nil
			return nil
		}},
		{path: "/mutualTlsAuthentication/truststoreUri", add: putTruststoreURI, replace: putTruststoreURI},
		{path: "/mutualTlsAuthentication/truststoreVersion", add: putTruststoreVersion, replace: putTruststoreVersion},
	},
}

// UpdateDomainName changes a domain name, at once for its traffic.
func (s *Service) UpdateDomainName(ctx context.Context, in *apigateway.UpdateDomainNameInput) (*apigateway.UpdateDomainNameOutput, error) {
	scope, now, distribution := scopeOf(ctx), s.timestamp(), newDistributionID()
	return wire.Respond[apigateway.UpdateDomainNameOutput](update(ctx, s, func(tx store.Tx) (*types.DomainName, error) {
		domain, err := findDomainName(tx, scope, in.DomainName, in.DomainNameId)
		if err != nil {
			return nil, err
		}
		before := *domain
		wasPrivate := isPrivate(domain)
		if err := domainPatches.apply(&domainEdit{DomainName: domain, scope: scope}, in.PatchOperations); err != nil {
			return nil, err
		}
		if isPrivate(domain) != wasPrivate {
			return nil, errPrivateMigration
		}
		if domain.CertificateArn != before.CertificateArn || domain.RegionalCertificateArn != before.RegionalCertificateArn {
			domain.CertificateUploadDate = now
		}
		settleDomain(domain, scope, distribution)
		if err := checkDomain(domain); err != nil {
			return nil, err
		}
		return domain, domainNames.Put(tx, scope, domain, keyOfDomain(domain))
	}))
}

func replaceDomainEndpoint(e *domainEdit, p patch) error {
	value, err := endpointTypes.parse(p.text())
	e.EndpointConfiguration.Types = []types.EndpointType{types.EndpointType(value)}
	return err
}

func replaceDomainAddressType(e *domainEdit, p patch) error {
	value := types.IpAddressType(p.text())
	if !slices.Contains(value.Values(), value) {
		return errIPAddressType
	}
	if isPrivate(e.DomainName) && value != types.IpAddressTypeDualstack {
		return errPrivateIPv4
	}
	e.EndpointConfiguration.IpAddressType = value
	return nil
}

func putDomainPolicy(member func(*domainEdit) **string) change[domainEdit] {
	return func(e *domainEdit, p patch) (err error) {
		*member(e), err = parsePolicy(p.value, e.scope, "/domainnames/"+keyOfDomain(e.DomainName))
		return err
	}
}

// putTruststoreURI sets where the trusted certificates are; "" ends mutual TLS,
// which is how Terraform's provider does it.
func putTruststoreURI(e *domainEdit, p patch) error {
	if p.text() == "" {
		e.MutualTlsAuthentication = nil
		return nil
	}
	mutualTLS(e).TruststoreUri = p.value
	return nil
}

func putTruststoreVersion(e *domainEdit, p patch) error {
	if p.text() == "" && e.MutualTlsAuthentication == nil {
		return nil
	}
	mutualTLS(e).TruststoreVersion = nonEmpty(p.text())
	return nil
}

func mutualTLS(e *domainEdit) *types.MutualTlsAuthentication {
	if e.MutualTlsAuthentication == nil {
		e.MutualTlsAuthentication = &types.MutualTlsAuthentication{}
	}
	return e.MutualTlsAuthentication
}
