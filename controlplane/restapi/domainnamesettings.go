package restapi

import (
	"crypto/tls"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	maxDomainNameChars = 253

	// cloudFrontZone is the hosted zone of every CloudFront distribution.
	cloudFrontZone = "Z2FDTNDATAQYW2"
)

// regionalZones are the hosted zones of regional endpoints. A region that is not
// among them shows none. Unverified: the values.
var regionalZones = map[string]string{
	"us-east-1":    "Z1UJRXOUMOOFQ8",
	"us-west-2":    "Z2OJLYMUO9EFXC",
	"eu-west-1":    "ZLY8HYME6SFDD",
	"eu-central-1": "Z1U9ULNL0V5AJ3",
}

var (
	domainNamePattern = regexp.MustCompile(`^(?:\*\.)?(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`)
	certificateARN    = regexp.MustCompile(`^arn:aws[a-z-]*:(?:acm:[a-z0-9-]+|iam:):[0-9]+:(?:certificate|server-certificate)/.+$`)
	truststorePattern = regexp.MustCompile(`^s3://[a-z0-9][a-z0-9.-]+/.+$`)
)

// Unverified: the wordings of all of these.
var (
	errDomainName         = wire.BadRequest("Invalid domain name specified")
	errDomainVPCEndpoints = wire.BadRequest("VPCEndpoints cannot be specified for domain names")
	errCertificateUpload  = wire.BadRequest("A certificate is uploaded with its name, body, private key and chain, and without a certificate ARN")
	errCertificatePair    = wire.BadRequest("Unable to parse the certificate: the body and the private key do not belong together")
	errTruststore         = wire.BadRequest("Invalid truststoreUri specified. It must be an S3 URI of the form s3://bucket-name/key-name")
	errTruststoreMissing  = wire.BadRequest("A truststoreUri must be specified for mutual TLS")
	errMutualEndpoint     = wire.BadRequest("Mutual TLS is supported for REGIONAL domain names only")
	errMutualPolicy       = wire.BadRequest("Mutual TLS is not supported with an enhanced security policy")
	errPolicyOfEndpoint   = wire.BadRequest("The security policy is not supported for the endpoint type of the domain name")
	errPolicyNotPrivate   = wire.BadRequest("Policies can only be specified for PRIVATE domain names")
	errPrivateMigration   = wire.BadRequest("A domain name cannot change between PRIVATE and another endpoint type")
)

func isPrivate(domain *types.DomainName) bool {
	return domain.EndpointConfiguration.Types[0] == types.EndpointTypePrivate
}

// settleDomain sets what follows from the endpoint type: where DNS is to point.
// distribution is what the names are made with that are not there yet.
func settleDomain(domain *types.DomainName, scope store.Scope, distribution string) {
	edge, regional := false, false
	switch domain.EndpointConfiguration.Types[0] {
	case types.EndpointTypeEdge:
		edge = true
	case types.EndpointTypeRegional:
		regional = true
	case types.EndpointTypePrivate: // resolved by the VPC endpoint
	}
	if !edge {
		domain.DistributionDomainName, domain.DistributionHostedZoneId = nil, nil
	} else if domain.DistributionDomainName == nil {
		domain.DistributionDomainName = aws.String("d" + distribution + ".cloudfront.net")
		domain.DistributionHostedZoneId = aws.String(cloudFrontZone)
	}
	if !regional {
		domain.RegionalDomainName, domain.RegionalHostedZoneId = nil, nil
	} else if domain.RegionalDomainName == nil {
		domain.RegionalDomainName = aws.String(fmt.Sprintf("d-%s.execute-api.%s.amazonaws.com", distribution[:10], scope.Region))
		domain.RegionalHostedZoneId = nonEmpty(regionalZones[scope.Region])
	}
}

// checkDomain holds the rules for a whole domain name, new or changed.
func checkDomain(domain *types.DomainName) error {
	if err := checkDomainCertificates(domain); err != nil {
		return err
	}
	if !isPrivate(domain) && (domain.Policy != nil || domain.ManagementPolicy != nil) {
		return errPolicyNotPrivate
	}
	enhanced := !legacySecurityPolicy[domain.SecurityPolicy]
	if enhanced && domain.EndpointAccessMode == "" {
		return errEndpointAccess
	}
	edge := domain.EndpointConfiguration.Types[0] == types.EndpointTypeEdge
	if enhanced && edge != strings.HasSuffix(string(domain.SecurityPolicy), "_EDGE") {
		return errPolicyOfEndpoint
	}
	return checkMutualTLS(domain, enhanced)
}

// checkDomainCertificates wants the certificate that the endpoint type presents. A
// regional endpoint has its own, the others share the first.
func checkDomainCertificates(domain *types.DomainName) error {
	arn, name := domain.CertificateArn, domain.CertificateName
	if domain.EndpointConfiguration.Types[0] == types.EndpointTypeRegional {
		arn, name = domain.RegionalCertificateArn, domain.RegionalCertificateName
	}
	if arn == nil && name == nil {
		return errCertificateARN(nil)
	}
	for _, arn := range []*string{domain.CertificateArn, domain.RegionalCertificateArn, domain.OwnershipVerificationCertificateArn} {
		if arn != nil && !certificateARN.MatchString(*arn) {
			return errCertificateARN(arn)
		}
	}
	return nil
}

// errCertificateARN is the error for a certificate that is named wrongly or not at
// all. Unverified: the wording.
func errCertificateARN(arn *string) error {
	if arn == nil {
		return wire.BadRequest("Invalid certificate ARN: null. A certificate must be specified for the endpoint type of the domain name")
	}
	return wire.BadRequest("Invalid certificate ARN: " + *arn + ". Certificate must be in ACM or IAM")
}

func checkMutualTLS(domain *types.DomainName, enhanced bool) error {
	mutual := domain.MutualTlsAuthentication
	if mutual == nil {
		return nil
	}
	switch {
	case aws.ToString(mutual.TruststoreUri) == "":
		return errTruststoreMissing
	case !truststorePattern.MatchString(*mutual.TruststoreUri):
		return errTruststore
	case domain.EndpointConfiguration.Types[0] != types.EndpointTypeRegional:
		return errMutualEndpoint
	case enhanced:
		return errMutualPolicy
	}
	return nil
}

// checkKeyPair wants a certificate and its private key, in PEM.
func checkKeyPair(certificate, key string) error {
	if _, err := tls.X509KeyPair([]byte(certificate), []byte(key)); err != nil {
		return errCertificatePair // the cause could quote the key
	}
	return nil
}
