package restapi_test

import (
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

const acmARN = "arn:aws:acm:us-east-1:111111111111:certificate/a"

// domain is the input for a domain name with a certificate that fits its endpoint type.
func domain(name string, endpointType types.EndpointType) *apigateway.CreateDomainNameInput {
	in := &apigateway.CreateDomainNameInput{DomainName: &name, EndpointConfiguration: &types.EndpointConfiguration{Types: []types.EndpointType{endpointType}}}
	if endpointType == types.EndpointTypeRegional {
		in.RegionalCertificateArn = aws.String(acmARN)
	} else {
		in.CertificateArn = aws.String(acmARN)
	}
	return in
}

func TestCreateDomainName(t *testing.T) {
	w := newWorld(t)
	const common = `"certificateUploadDate":"<date>","domainNameStatus":"AVAILABLE","securityPolicy":"TLS_1_2","routingMode":"BASE_PATH_MAPPING_ONLY"`
	regional := must(w, w.client.CreateDomainName, domain("api.example.com", types.EndpointTypeRegional))
	if !regexp.MustCompile(`^d-[a-z0-9]{10}\.execute-api\.eu-west-1\.amazonaws\.com$`).MatchString(*regional.RegionalDomainName) {
		t.Errorf("regional domain name %s", *regional.RegionalDomainName)
	}
	shown := `{"domainName":"api.example.com","domainNameArn":"arn:aws:apigateway:eu-west-1::/domainnames/api.example.com","regionalCertificateArn":"` + acmARN +
		`","regionalDomainName":"` + *regional.RegionalDomainName + `","regionalHostedZoneId":"ZLY8HYME6SFDD","endpointConfiguration":{"types":["REGIONAL"],"ipAddressType":"ipv4"},` + common + `}`
	w.check("regional", "201 "+shown)
	fact(w, "get", w.client.GetDomainName, &apigateway.GetDomainNameInput{DomainName: regional.DomainName}, "200 "+shown)
	fact(w, "list", w.client.GetDomainNames, &apigateway.GetDomainNamesInput{}, `200 {"item":[`+shown+`]}`)
	fact(w, "of other accounts", w.client.GetDomainNames, &apigateway.GetDomainNamesInput{ResourceOwner: types.ResourceOwnerOtherAccounts}, `200 {"item":[]}`)
	other := newClient(w.url, "222222222222", w.tape)
	fact(w, "taken, in another account", other.CreateDomainName, domain("api.example.com", types.EndpointTypeRegional), "409 ConflictException: The domain name you provided already exists.")

	edge := must(w, w.client.CreateDomainName, &apigateway.CreateDomainNameInput{DomainName: aws.String("*.example.com"), CertificateArn: aws.String(acmARN), Tags: map[string]string{"a": "b"}})
	w.check("edge by default, with wildcard", `201 {"domainName":"*.example.com","domainNameArn":"arn:aws:apigateway:eu-west-1::/domainnames/*.example.com","certificateArn":"`+acmARN+
		`","distributionDomainName":"`+*edge.DistributionDomainName+`","distributionHostedZoneId":"Z2FDTNDATAQYW2","endpointConfiguration":{"types":["EDGE"],"ipAddressType":"ipv4"},"tags":{"a":"b"},`+common+`}`)

	in := domain("private.example.com", types.EndpointTypePrivate)
	in.Policy = aws.String(`{"Statement":{"Effect":"Allow","Resource":"execute-api:/*"}}`)
	first, second := must(w, w.client.CreateDomainName, in), must(w, w.client.CreateDomainName, in)
	key := "private.example.com+" + *second.DomainNameId
	arn := "arn:aws:apigateway:eu-west-1:111111111111:/domainnames/" + key
	w.check("private, need not be unique", `201 {"domainName":"private.example.com","domainNameId":"`+*second.DomainNameId+`","domainNameArn":"`+arn+`","certificateArn":"`+acmARN+
		`","policy":"{\"Statement\":{\"Effect\":\"Allow\",\"Resource\":\"arn:aws:execute-api:eu-west-1:111111111111:/domainnames/`+key+`/*\"}}",`+
		`"endpointConfiguration":{"types":["PRIVATE"],"ipAddressType":"dualstack"},`+common+`}`)
	if *first.DomainNameId == *second.DomainNameId {
		t.Error("two private names with one id")
	}
	const unknown = "404 NotFoundException: Invalid domain name identifier specified"
	fact(w, "private without its id", w.client.GetDomainName, &apigateway.GetDomainNameInput{DomainName: in.DomainName}, unknown)
	must(w, w.client.GetDomainName, &apigateway.GetDomainNameInput{DomainName: in.DomainName, DomainNameId: first.DomainNameId})

	fact(w, "delete", w.client.DeleteDomainName, &apigateway.DeleteDomainNameInput{DomainName: regional.DomainName}, "202 ")
	fact(w, "delete again", w.client.DeleteDomainName, &apigateway.DeleteDomainNameInput{DomainName: regional.DomainName}, unknown)
	if _, err := other.CreateDomainName(t.Context(), domain("api.example.com", types.EndpointTypeRegional)); err != nil {
		t.Errorf("after it was deleted: %v", err)
	}
}

func TestDomainNameRules(t *testing.T) {
	w := newWorld(t)
	truststore := func(uri string) *types.MutualTlsAuthenticationInput {
		return &types.MutualTlsAuthenticationInput{TruststoreUri: nonEmpty(uri)}
	}
	const regional, edge, private = types.EndpointTypeRegional, types.EndpointTypeEdge, types.EndpointTypePrivate
	for _, test := range []struct {
		name         string
		domainName   string
		endpointType types.EndpointType
		edit         func(*apigateway.CreateDomainNameInput)
		want         string
	}{
		{"no domain name", "nodots", regional, nil, "Invalid domain name specified"},
		{"wildcard within", "a.*.b.com", regional, nil, "Invalid domain name specified"},
		{"regional with the other certificate", "", regional, func(in *apigateway.CreateDomainNameInput) {
			in.CertificateArn, in.RegionalCertificateArn = in.RegionalCertificateArn, nil
		}, "Invalid certificate ARN: null. A certificate must be specified for the endpoint type of the domain name"},
		{"certificate that is none", "", edge, func(in *apigateway.CreateDomainNameInput) { in.CertificateArn = aws.String("arn:aws:s3:::a") }, "Invalid certificate ARN: arn:aws:s3:::a. Certificate must be in ACM or IAM"},
		{"two endpoint types", "", regional, func(in *apigateway.CreateDomainNameInput) {
			in.EndpointConfiguration.Types = append(in.EndpointConfiguration.Types, edge)
		}, "Cannot create an api with multiple Endpoint Types."},
		{"VPC endpoints", "", private, func(in *apigateway.CreateDomainNameInput) {
			in.EndpointConfiguration.VpcEndpointIds = []string{"vpce-1"}
		}, "VPCEndpoints cannot be specified for domain names"},
		{"private with IPv4", "", private, func(in *apigateway.CreateDomainNameInput) {
			in.EndpointConfiguration.IpAddressType = types.IpAddressTypeIpv4
		}, "Only dualstack ipAddressType is supported for Private APIs."},
		{"policy", "", regional, func(in *apigateway.CreateDomainNameInput) {
			in.Policy = aws.String(`{"Statement":{"Effect":"Allow"}}`)
		}, "Policies can only be specified for PRIVATE domain names"},
		{"mutual TLS without truststore", "", regional, func(in *apigateway.CreateDomainNameInput) { in.MutualTlsAuthentication = truststore("") }, "A truststoreUri must be specified for mutual TLS"},
		{"mutual TLS with a truststore elsewhere", "", regional, func(in *apigateway.CreateDomainNameInput) { in.MutualTlsAuthentication = truststore("https://a/b") }, "Invalid truststoreUri specified. It must be an S3 URI of the form s3://bucket-name/key-name"},
		{"mutual TLS at the edge", "", edge, func(in *apigateway.CreateDomainNameInput) {
			in.MutualTlsAuthentication = truststore("s3://bucket/key")
		}, "Mutual TLS is supported for REGIONAL domain names only"},
		{"mutual TLS with an enhanced policy", "", regional, func(in *apigateway.CreateDomainNameInput) {
			in.MutualTlsAuthentication, in.SecurityPolicy, in.EndpointAccessMode = truststore("s3://bucket/key"), "SecurityPolicy_TLS13_1_3_2025_09", types.EndpointAccessModeBasic
		}, "Mutual TLS is not supported with an enhanced security policy"},
		{"enhanced policy without access mode", "", regional, func(in *apigateway.CreateDomainNameInput) {
			in.SecurityPolicy = "SecurityPolicy_TLS13_1_3_2025_09"
		}, "endpointAccessMode must be specified when using an enhanced security policy."},
		{"edge policy elsewhere", "", regional, func(in *apigateway.CreateDomainNameInput) {
			in.SecurityPolicy, in.EndpointAccessMode = "SecurityPolicy_TLS13_2025_EDGE", types.EndpointAccessModeBasic
		}, "The security policy is not supported for the endpoint type of the domain name"},
		{"upload without name", "", edge, func(in *apigateway.CreateDomainNameInput) {
			in.CertificateArn, in.CertificateBody, in.CertificatePrivateKey, in.CertificateChain = nil, aws.String("a"), aws.String("b"), aws.String("c")
		}, "Invalid certificate ARN: null. A certificate must be specified for the endpoint type of the domain name"},
		{"upload that is no certificate", "", edge, func(in *apigateway.CreateDomainNameInput) {
			in.CertificateArn, in.CertificateName = nil, aws.String("n")
			in.CertificateBody, in.CertificatePrivateKey, in.CertificateChain = aws.String("a"), aws.String("b"), aws.String("c")
		}, "Unable to parse the certificate: the body and the private key do not belong together"},
	} {
		name := test.domainName
		if name == "" {
			name = "api.example.com"
		}
		in := domain(name, test.endpointType)
		if test.edit != nil {
			test.edit(in)
		}
		fact(w, test.name, w.client.CreateDomainName, in, "400 BadRequestException: "+test.want)
	}
}

func TestUpdateDomainName(t *testing.T) {
	w := newWorld(t)
	in := domain("api.example.com", types.EndpointTypeRegional)
	in.MutualTlsAuthentication = &types.MutualTlsAuthenticationInput{TruststoreUri: aws.String("s3://bucket/key"), TruststoreVersion: aws.String("v")}
	must(w, w.client.CreateDomainName, in)
	update := func(operations ...types.PatchOperation) *apigateway.UpdateDomainNameOutput {
		t.Helper()
		return must(w, w.client.UpdateDomainName, &apigateway.UpdateDomainNameInput{DomainName: in.DomainName, PatchOperations: operations})
	}
	refused := func(name, want string, operations ...types.PatchOperation) {
		t.Helper()
		fact(w, name, w.client.UpdateDomainName, &apigateway.UpdateDomainNameInput{DomainName: in.DomainName, PatchOperations: operations}, "400 BadRequestException: "+want)
	}
	out := update(op("replace", "/mutualTlsAuthentication/truststoreVersion", "w"), op("replace", "/ownershipVerificationCertificateArn", acmARN), op("replace", "/endpointConfiguration/ipAddressType", "dualstack"))
	if *out.MutualTlsAuthentication.TruststoreVersion != "w" || *out.OwnershipVerificationCertificateArn != acmARN || out.EndpointConfiguration.IpAddressType != types.IpAddressTypeDualstack {
		t.Errorf("%+v", out)
	}
	refused("enhanced policy with mutual TLS", "Mutual TLS is not supported with an enhanced security policy",
		op("replace", "/securityPolicy", "SecurityPolicy_TLS13_1_3_2025_09"), op("replace", "/endpointAccessMode", "STRICT"))
	refused("edge with mutual TLS", "Mutual TLS is supported for REGIONAL domain names only", op("replace", "/endpointConfiguration/types/0", "EDGE"), op("replace", "/certificateArn", acmARN))
	if out = update(op("replace", "/mutualTlsAuthentication/truststoreUri", "")); out.MutualTlsAuthentication != nil {
		t.Errorf("mutual TLS %+v", out.MutualTlsAuthentication)
	}
	out = update(op("replace", "/securityPolicy", "SecurityPolicy_TLS13_1_3_2025_09"), op("replace", "/endpointAccessMode", "STRICT"), op("replace", "/routingMode", "ROUTING_RULE_THEN_BASE_PATH_MAPPING"))
	if out.EndpointAccessMode != types.EndpointAccessModeStrict || out.RoutingMode != types.RoutingModeRoutingRuleThenBasePathMapping {
		t.Errorf("%+v", out)
	}
	if plain := update(op("replace", "/securityPolicy", "TLS_1_2"), op("replace", "/endpointAccessMode", "")); plain.EndpointAccessMode != "" {
		t.Errorf("endpoint access mode %s of TLS_1_2", plain.EndpointAccessMode)
	}
	out = update(op("replace", "/endpointConfiguration/types/REGIONAL", "EDGE"), op("replace", "/certificateArn", acmARN), op("replace", "/securityPolicy", "TLS_1_2"))
	if out.DistributionDomainName == nil || out.RegionalDomainName != nil {
		t.Errorf("an edge domain name points to %v and %v", out.DistributionDomainName, out.RegionalDomainName)
	}
	refused("to private", "A domain name cannot change between PRIVATE and another endpoint type", op("replace", "/endpointConfiguration/types/0", "PRIVATE"))
	refused("no certificate", "Invalid certificate ARN: null. A certificate must be specified for the endpoint type of the domain name", op("replace", "/certificateArn", ""))
	refused("policy", "Policies can only be specified for PRIVATE domain names", op("replace", "/policy", `{"Statement":{"Effect":"Allow"}}`))
	refused("routing mode", "Invalid RoutingMode specified. Valid options are BASE_PATH_MAPPING_ONLY,ROUTING_RULE_ONLY,ROUTING_RULE_THEN_BASE_PATH_MAPPING", op("replace", "/routingMode", "x"))
	refused("address type", "ipAddressType must be either ipv4 or dualstack.", op("replace", "/endpointConfiguration/ipAddressType", "x"))
	refused("unknown path", "Invalid patch path  '/x' specified for op 'remove'. Must be one of: [/policy, /managementPolicy, /mutualTlsAuthentication]", op("remove", "/x"))

	private := must(w, w.client.CreateDomainName, domain("private.example.com", types.EndpointTypePrivate))
	changed := must(w, w.client.UpdateDomainName, &apigateway.UpdateDomainNameInput{DomainName: private.DomainName, DomainNameId: private.DomainNameId, PatchOperations: ops(
		op("replace", "/managementPolicy", `{"Statement":{"Effect":"Allow"}}`), op("replace", "/policy", `{"Statement":{"Effect":"Deny"}}`),
	)})
	if *changed.ManagementPolicy != `{"Statement":{"Effect":"Allow"}}` || *changed.Policy != `{"Statement":{"Effect":"Deny"}}` {
		t.Errorf("policies %s and %s", *changed.ManagementPolicy, *changed.Policy)
	}
}

func TestDomainNameLimits(t *testing.T) {
	w := newWorldOn(t, memory.New(), restapi.Limits{PublicDomainNames: 1, PrivateDomainNames: 1, DomainNameAccessAssociations: 1})
	const full = "429 LimitExceededException: Maximum number of domain names has been reached. Please contact AWS if you need additional domain names."
	must(w, w.client.CreateDomainName, domain("a.example.com", types.EndpointTypeRegional))
	private := must(w, w.client.CreateDomainName, domain("a.example.com", types.EndpointTypePrivate))
	fact(w, "public", w.client.CreateDomainName, domain("b.example.com", types.EndpointTypeRegional), full)
	fact(w, "private", w.client.CreateDomainName, domain("b.example.com", types.EndpointTypePrivate), full)
	associate := func(endpoint string) *apigateway.CreateDomainNameAccessAssociationInput {
		return &apigateway.CreateDomainNameAccessAssociationInput{DomainNameArn: private.DomainNameArn, AccessAssociationSource: &endpoint, AccessAssociationSourceType: types.AccessAssociationSourceTypeVpce}
	}
	must(w, w.client.CreateDomainNameAccessAssociation, associate("vpce-1"))
	fact(w, "associations", w.client.CreateDomainNameAccessAssociation, associate("vpce-2"),
		"429 LimitExceededException: Maximum number of domain name access associations has been reached. Please contact AWS if you need additional domain name access associations.")
}

func TestDomainNameAccessAssociation(t *testing.T) {
	w := newWorld(t)
	private := must(w, w.client.CreateDomainName, domain("private.example.com", types.EndpointTypePrivate))
	public := must(w, w.client.CreateDomainName, domain("public.example.com", types.EndpointTypeRegional))
	create := func(name string, client *apigateway.Client, arn, source, want string) {
		fact(w, name, client.CreateDomainNameAccessAssociation, &apigateway.CreateDomainNameAccessAssociationInput{
			DomainNameArn: &arn, AccessAssociationSource: &source, AccessAssociationSourceType: types.AccessAssociationSourceTypeVpce,
		}, want)
	}
	arn := "arn:aws:apigateway:eu-west-1:111111111111:/domainnameaccessassociations/domainname/private.example.com+" + *private.DomainNameId + "/vpcesource/vpce-0a"
	shown := `{"domainNameAccessAssociationArn":"` + arn + `","domainNameArn":"` + *private.DomainNameArn + `","accessAssociationSource":"vpce-0a","accessAssociationSourceType":"VPCE"}`
	create("create", w.client, *private.DomainNameArn, "vpce-0a", "201 "+shown)
	create("again", w.client, *private.DomainNameArn, "vpce-0a", "409 ConflictException: The domain name access association already exists")
	create("source", w.client, *private.DomainNameArn, "eni-1", "400 BadRequestException: Invalid access association source specified. It must be the id of a VPC endpoint")
	create("public domain name", w.client, *public.DomainNameArn, "vpce-0a", "400 BadRequestException: Invalid domain name ARN specified. It must be the ARN of a private custom domain name")
	create("unknown domain name", w.client, *private.DomainNameArn+"x", "vpce-0a", "404 NotFoundException: Invalid domain name identifier specified")
	create("another account's", newClient(w.url, "222222222222", w.tape), *private.DomainNameArn, "vpce-0a", "403 AccessDeniedException: The domain name belongs to another account, which has not granted access to it")
	fact(w, "list", w.client.GetDomainNameAccessAssociations, &apigateway.GetDomainNameAccessAssociationsInput{}, `200 {"item":[`+shown+`]}`)
	fact(w, "of other accounts", w.client.GetDomainNameAccessAssociations, &apigateway.GetDomainNameAccessAssociationsInput{ResourceOwner: types.ResourceOwnerOtherAccounts}, `200 {"item":[]}`)
	reject := func(name, want string) {
		fact(w, name, w.client.RejectDomainNameAccessAssociation, &apigateway.RejectDomainNameAccessAssociationInput{DomainNameArn: private.DomainNameArn, DomainNameAccessAssociationArn: &arn}, want)
	}
	remove := func(name, want string) {
		fact(w, name, w.client.DeleteDomainNameAccessAssociation, &apigateway.DeleteDomainNameAccessAssociationInput{DomainNameAccessAssociationArn: &arn}, want)
	}
	const unknown = "404 NotFoundException: Invalid domain name access association identifier specified"
	reject("reject", "202 ")
	reject("reject again", unknown)
	create("after it was rejected", w.client, *private.DomainNameArn, "vpce-0a", "201 "+shown)
	remove("delete", "202 ")
	remove("delete again", unknown)
	create("before its domain name goes", w.client, *private.DomainNameArn, "vpce-0a", "201 "+shown)
	must(w, w.client.DeleteDomainName, &apigateway.DeleteDomainNameInput{DomainName: private.DomainName, DomainNameId: private.DomainNameId})
	fact(w, "it goes along", w.client.GetDomainNameAccessAssociations, &apigateway.GetDomainNameAccessAssociationsInput{}, `200 {"item":[]}`)
}

// nonEmpty is nil for "".
func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
