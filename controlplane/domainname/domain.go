package domainname

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	v1 "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const mappingSelection = "$request.basepath"

// errConfigurations is unverified in its wording.
var errConfigurations = wire.BadRequest("Exactly one DomainNameConfiguration must be specified")

// The routing modes have other names in the first version.
var routingModes = map[types.RoutingMode]v1.RoutingMode{
	types.RoutingModeApiMappingOnly:            v1.RoutingModeBasePathMappingOnly,
	types.RoutingModeRoutingRuleOnly:           v1.RoutingModeRoutingRuleOnly,
	types.RoutingModeRoutingRuleThenApiMapping: v1.RoutingModeRoutingRuleThenBasePathMapping,
}

func shownMode(mode v1.RoutingMode) types.RoutingMode {
	for second, first := range routingModes {
		if first == mode {
			return second
		}
	}
	return types.RoutingModeApiMappingOnly
}

// shown is a domain name as the second version has it.
func shown(d *v1.DomainName) *types.DomainName {
	configuration := types.DomainNameConfiguration{
		ApiGatewayDomainName: d.DistributionDomainName, CertificateArn: d.CertificateArn, CertificateName: d.CertificateName,
		CertificateUploadDate: d.CertificateUploadDate, DomainNameStatus: types.DomainNameStatus(d.DomainNameStatus),
		DomainNameStatusMessage: d.DomainNameStatusMessage, EndpointType: types.EndpointTypeEdge, HostedZoneId: d.DistributionHostedZoneId,
		OwnershipVerificationCertificateArn: d.OwnershipVerificationCertificateArn, SecurityPolicy: types.SecurityPolicy(d.SecurityPolicy),
		IpAddressType: types.IpAddressTypeIpv4,
	}
	if e := d.EndpointConfiguration; e != nil && len(e.Types) > 0 {
		configuration.EndpointType = types.EndpointType(e.Types[0])
		if e.IpAddressType != "" {
			configuration.IpAddressType = types.IpAddressType(e.IpAddressType)
		}
	}
	if configuration.EndpointType == types.EndpointTypeRegional {
		configuration.ApiGatewayDomainName, configuration.HostedZoneId = d.RegionalDomainName, d.RegionalHostedZoneId
		configuration.CertificateArn, configuration.CertificateName = d.RegionalCertificateArn, d.RegionalCertificateName
	}
	out := &types.DomainName{
		DomainName: d.DomainName, DomainNameArn: d.DomainNameArn, ApiMappingSelectionExpression: aws.String(mappingSelection),
		DomainNameConfigurations: []types.DomainNameConfiguration{configuration}, RoutingMode: shownMode(d.RoutingMode), Tags: d.Tags,
	}
	if out.Tags == nil {
		out.Tags = map[string]string{}
	}
	if m := d.MutualTlsAuthentication; m != nil {
		out.MutualTlsAuthentication = &types.MutualTlsAuthentication{TruststoreUri: m.TruststoreUri, TruststoreVersion: m.TruststoreVersion, TruststoreWarnings: m.TruststoreWarnings}
	}
	return out
}

// respond is the answer of an operation that returns a domain name.
func respond[Out, First any](out *First, err error) (*Out, error) {
	if err != nil {
		return nil, err
	}
	domain := &v1.DomainName{}
	wire.Copy(domain, out)
	return wire.Respond[Out](shown(domain), nil)
}

// CreateDomainName makes a custom domain name.
func (s *Service) CreateDomainName(ctx context.Context, in *apigatewayv2.CreateDomainNameInput) (*apigatewayv2.CreateDomainNameOutput, error) {
	if len(in.DomainNameConfigurations) != 1 {
		return nil, errConfigurations
	}
	c := &in.DomainNameConfigurations[0]
	first := &apigateway.CreateDomainNameInput{
		DomainName: in.DomainName, Tags: in.Tags, RoutingMode: routingModes[in.RoutingMode], SecurityPolicy: v1.SecurityPolicy(c.SecurityPolicy),
		OwnershipVerificationCertificateArn: c.OwnershipVerificationCertificateArn,
		EndpointConfiguration:               &v1.EndpointConfiguration{Types: []v1.EndpointType{v1.EndpointTypeRegional}, IpAddressType: v1.IpAddressType(c.IpAddressType)},
	}
	if c.EndpointType == types.EndpointTypeEdge {
		first.EndpointConfiguration.Types[0] = v1.EndpointTypeEdge
		first.CertificateArn, first.CertificateName = c.CertificateArn, c.CertificateName
	} else {
		first.RegionalCertificateArn, first.RegionalCertificateName = c.CertificateArn, c.CertificateName
	}
	if m := in.MutualTlsAuthentication; m != nil {
		first.MutualTlsAuthentication = &v1.MutualTlsAuthenticationInput{TruststoreUri: m.TruststoreUri, TruststoreVersion: m.TruststoreVersion}
	}
	return respond[apigatewayv2.CreateDomainNameOutput](s.config.Names.CreateDomainName(ctx, first))
}

// GetDomainName returns a custom domain name.
func (s *Service) GetDomainName(ctx context.Context, in *apigatewayv2.GetDomainNameInput) (*apigatewayv2.GetDomainNameOutput, error) {
	return respond[apigatewayv2.GetDomainNameOutput](s.config.Names.GetDomainName(ctx, &apigateway.GetDomainNameInput{DomainName: in.DomainName}))
}

// GetDomainNames lists the custom domain names in order of name.
func (s *Service) GetDomainNames(ctx context.Context, in *apigatewayv2.GetDomainNamesInput) (*apigatewayv2.GetDomainNamesOutput, error) {
	page, err := newPage(in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	size := int32(page.Size)
	list, err := s.config.Names.GetDomainNames(ctx, &apigateway.GetDomainNamesInput{Limit: &size, Position: in.NextToken})
	if err != nil {
		return nil, err
	}
	out := &apigatewayv2.GetDomainNamesOutput{Items: []types.DomainName{}, NextToken: list.Position}
	for i := range list.Items {
		out.Items = append(out.Items, *shown(&list.Items[i]))
	}
	return out, nil
}

// UpdateDomainName changes what is sent of a custom domain name.
func (s *Service) UpdateDomainName(ctx context.Context, in *apigatewayv2.UpdateDomainNameInput) (*apigatewayv2.UpdateDomainNameOutput, error) {
	if len(in.DomainNameConfigurations) > 1 {
		return nil, errConfigurations
	}
	current, err := s.config.Names.GetDomainName(ctx, &apigateway.GetDomainNameInput{DomainName: in.DomainName})
	if err != nil {
		return nil, err
	}
	var patches []v1.PatchOperation
	replace := func(path string, value *string) {
		if value != nil {
			patches = append(patches, v1.PatchOperation{Op: v1.OpReplace, Path: aws.String(path), Value: value})
		}
	}
	text := func(value string) *string {
		if value == "" {
			return nil
		}
		return &value
	}
	for i := range in.DomainNameConfigurations {
		c := &in.DomainNameConfigurations[i]
		kind := cmp.Or(string(c.EndpointType), string(current.EndpointConfiguration.Types[0]))
		if kind != string(current.EndpointConfiguration.Types[0]) {
			replace("/endpointConfiguration/types/"+string(current.EndpointConfiguration.Types[0]), &kind)
		}
		certificate := "/certificate"
		if kind == string(types.EndpointTypeRegional) {
			certificate = "/regionalCertificate"
		}
		replace(certificate+"Arn", c.CertificateArn)
		replace(certificate+"Name", c.CertificateName)
		replace("/ownershipVerificationCertificateArn", c.OwnershipVerificationCertificateArn)
		replace("/securityPolicy", text(string(c.SecurityPolicy)))
		replace("/endpointConfiguration/ipAddressType", text(string(c.IpAddressType)))
	}
	if m := in.MutualTlsAuthentication; m != nil {
		replace("/mutualTlsAuthentication/truststoreUri", m.TruststoreUri)
		replace("/mutualTlsAuthentication/truststoreVersion", m.TruststoreVersion)
	}
	replace("/routingMode", text(string(routingModes[in.RoutingMode])))
	return respond[apigatewayv2.UpdateDomainNameOutput](s.config.Names.UpdateDomainName(ctx, &apigateway.UpdateDomainNameInput{DomainName: in.DomainName, PatchOperations: patches}))
}

// DeleteDomainName deletes a custom domain name with its mappings and rules.
func (s *Service) DeleteDomainName(ctx context.Context, in *apigatewayv2.DeleteDomainNameInput) (*apigatewayv2.DeleteDomainNameOutput, error) {
	_, err := s.config.Names.DeleteDomainName(ctx, &apigateway.DeleteDomainNameInput{DomainName: in.DomainName})
	return &apigatewayv2.DeleteDomainNameOutput{}, err
}
