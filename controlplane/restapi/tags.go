package restapi

import (
	"context"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/tagging"
)

// accessARN is the ARN of a domain name access association, which has more parts.
var accessARN = regexp.MustCompile(`^arn:aws[a-z-]*:apigateway:([a-z0-9-]+):([0-9]*):/domainnameaccessassociations/.+$`)

// editTags reads the tags of the resource that arn names, lets edit change them,
// and stores the resource when they changed.
func editTags(tx store.Tx, scope store.Scope, arn string, edit tagging.Edit) error {
	if m := accessARN.FindStringSubmatch(arn); m != nil && m[1] == scope.Region {
		association, err := store.Find(tx, accessAssociations, scope, errNoAssociation, arn)
		if err != nil {
			return err
		}
		return tagging.Apply(tx, scope, accessAssociations, association, &association.Tags, edit, arn)
	}
	named, err := tagging.ParseARN(scope, arn)
	if err != nil {
		return err
	}
	if named.Stage != "" {
		if named.Kind != "restapis" {
			return tagging.ErrARN
		}
		return editStageTags(tx, scope, named.ID, named.Stage, edit)
	}
	tags, ok := taggable[named.Kind]
	if !ok {
		return tagging.ErrARN
	}
	return tags(tx, scope, named.ID, edit)
}

func editStageTags(tx store.Tx, scope store.Scope, apiID, stageName string, edit tagging.Edit) error {
	if _, err := findAPI(tx, scope, apiID); err != nil {
		return err
	}
	stage, err := findStage(tx, scope, apiID, stageName)
	if err != nil {
		return err
	}
	return tagging.Apply(tx, scope, stages, stage, &stage.Tags, edit, apiID, stageName)
}

// taggable are the kinds of resources with tags, as ARNs name them.
var taggable = map[string]tagging.Editor{
	"restapis":           tagging.In(apis, errNoAPI, func(r *types.RestApi) *map[string]string { return &r.Tags }),
	"vpclinks":           tagging.In(vpcLinks, always(errNoVpcLink), func(r *types.VpcLink) *map[string]string { return &r.Tags }),
	"apikeys":            tagging.In(apiKeys, always(errNoAPIKey), func(r *types.ApiKey) *map[string]string { return &r.Tags }),
	"usageplans":         tagging.In(usagePlans, always(errNoUsagePlan), func(r *types.UsagePlan) *map[string]string { return &r.Tags }),
	"clientcertificates": tagging.In(clientCertificates, always(errNoClientCertificate), func(r *types.ClientCertificate) *map[string]string { return &r.Tags }),
	"domainnames":        tagging.In(domainNames, always(errNoDomainName), func(r *types.DomainName) *map[string]string { return &r.Tags }),
}

// always is a missing error that does not depend on the id.
func always(err error) func(store.Scope, string) error {
	return func(store.Scope, string) error { return err }
}

// GetTags returns the tags of a resource; an empty map when there are none.
func (s *Service) GetTags(ctx context.Context, in *apigateway.GetTagsInput) (*apigateway.GetTagsOutput, error) {
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetTagsOutput, error) {
		out := &apigateway.GetTagsOutput{Tags: map[string]string{}}
		return out, editTags(tx, scopeOf(ctx), *in.ResourceArn, tagging.Read(out.Tags))
	})
}

// TagResource adds tags to a resource, in place of those with the same keys.
func (s *Service) TagResource(ctx context.Context, in *apigateway.TagResourceInput) (*apigateway.TagResourceOutput, error) {
	return update(ctx, s, func(tx store.Tx) (*apigateway.TagResourceOutput, error) {
		return &apigateway.TagResourceOutput{}, editTags(tx, scopeOf(ctx), *in.ResourceArn, tagging.Add(in.Tags))
	})
}

// UntagResource removes tags from a resource; keys it has not are no error.
func (s *Service) UntagResource(ctx context.Context, in *apigateway.UntagResourceInput) (*apigateway.UntagResourceOutput, error) {
	return update(ctx, s, func(tx store.Tx) (*apigateway.UntagResourceOutput, error) {
		return &apigateway.UntagResourceOutput{}, editTags(tx, scopeOf(ctx), *in.ResourceArn, tagging.Remove(in.TagKeys))
	})
}
