package restapi_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

// Every taggable resource takes and gives back tags under its ARN.
func TestTaggable(t *testing.T) {
	w := newWorld(t)
	api, _ := w.deployable()
	w.deploy(api, "dev")
	const arn = "arn:aws:apigateway:eu-west-1::/"
	public := must(w, w.client.CreateDomainName, domain("public.example.com", types.EndpointTypeRegional))
	private := must(w, w.client.CreateDomainName, domain("private.example.com", types.EndpointTypePrivate))
	association := must(w, w.client.CreateDomainNameAccessAssociation, &apigateway.CreateDomainNameAccessAssociationInput{
		DomainNameArn: private.DomainNameArn, AccessAssociationSource: aws.String("vpce-1"), AccessAssociationSourceType: types.AccessAssociationSourceTypeVpce,
	})
	for _, resource := range []string{
		arn + "restapis/" + api,
		arn + "restapis/" + api + "/stages/dev",
		arn + "apikeys/" + *must(w, w.client.CreateApiKey, &apigateway.CreateApiKeyInput{}).Id,
		arn + "usageplans/" + *must(w, w.client.CreateUsagePlan, &apigateway.CreateUsagePlanInput{Name: aws.String("p")}).Id,
		arn + "clientcertificates/" + *must(w, w.client.GenerateClientCertificate, &apigateway.GenerateClientCertificateInput{}).ClientCertificateId,
		arn + "vpclinks/" + *must(w, w.client.CreateVpcLink, &apigateway.CreateVpcLinkInput{Name: aws.String("l"), TargetArns: []string{"arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/net/a/b"}}).Id,
		*public.DomainNameArn, *private.DomainNameArn, *association.DomainNameAccessAssociationArn,
	} {
		must(w, w.client.TagResource, &apigateway.TagResourceInput{ResourceArn: &resource, Tags: map[string]string{"a": "1", "b": "2"}})
		must(w, w.client.UntagResource, &apigateway.UntagResourceInput{ResourceArn: &resource, TagKeys: []string{"b"}})
		fact(w, resource, w.client.GetTags, &apigateway.GetTagsInput{ResourceArn: &resource}, `200 {"tags":{"a":"1"}}`)
	}
	for _, test := range []struct{ resource, want string }{
		{arn + "apikeys/x", "404 NotFoundException: Invalid API Key identifier specified"},
		{arn + "usageplans/x", "404 NotFoundException: Invalid Usage Plan ID specified"},
		{arn + "clientcertificates/x", "404 NotFoundException: Invalid Client Certificate identifier specified"},
		{arn + "domainnames/x", "404 NotFoundException: Invalid domain name identifier specified"},
		{arn + "vpclinks/x", "404 NotFoundException: Invalid Vpc Link identifier specified"},
		{arn + "restapis/x/stages/dev", "404 NotFoundException: Invalid API identifier specified 111111111111:x"},
		{arn + "domainnameaccessassociations/x", "404 NotFoundException: Invalid domain name access association identifier specified"},
		{arn + "sdktypes/java", "400 BadRequestException: Invalid ARN specified in the request"},
		{arn + "apikeys/x/stages/y", "400 BadRequestException: Invalid ARN specified in the request"},
		{"arn:aws:apigateway:us-east-1::/restapis/" + api, "400 BadRequestException: Invalid ARN specified in the request"},
		{"arn:aws:apigateway:eu-west-1:222222222222:/restapis/" + api, "400 BadRequestException: Invalid ARN specified in the request"},
	} {
		fact(w, "not "+test.resource, w.client.GetTags, &apigateway.GetTagsInput{ResourceArn: &test.resource}, test.want)
	}
}

func TestVpcLinkLimit(t *testing.T) {
	w := newWorldOn(t, memory.New(), restapi.Limits{VPCLinks: 1})
	in := &apigateway.CreateVpcLinkInput{Name: aws.String("l"), TargetArns: []string{"arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/net/a/b"}}
	must(w, w.client.CreateVpcLink, in)
	fact(w, "full", w.client.CreateVpcLink, in, "429 LimitExceededException: Maximum number of VPC links has been reached. Please contact AWS if you need additional VPC links.")
}
