package httpapi

import (
	"context"

	v1 "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/domainname"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/tagging"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// taggable are the kinds of resources with tags, as ARNs name them; stages stand
// below their API.
var taggable = map[string]tagging.Editor{
	"apis":        tagging.In(apis, errNoAPI, func(r *types.Api) *map[string]string { return &r.Tags }),
	"vpclinks":    tagging.In(vpcLinks, func(_ store.Scope, id string) error { return errNoLink(id) }, func(r *types.VpcLink) *map[string]string { return &r.Tags }),
	"domainnames": tagging.In(domainname.Names, errNoDomain, func(r *v1.DomainName) *map[string]string { return &r.Tags }),
}

func errNoDomain(store.Scope, string) error {
	return wire.NotFound("Invalid domain name identifier specified")
}

// editTags edits the tags of the resource that arn names.
func editTags(tx store.Tx, scope store.Scope, arn string, edit tagging.Edit) error {
	named, err := tagging.ParseARN(scope, arn)
	if err != nil {
		return err
	}
	if named.Stage != "" {
		if named.Kind != "apis" {
			return tagging.ErrARN
		}
		a, err := openAPI(tx, scope, named.ID)
		if err != nil {
			return err
		}
		stage, err := find(a, stages, errNoStage, named.Stage)
		if err != nil {
			return err
		}
		return tagging.Apply(tx, scope, stages, stage, &stage.Tags, edit, named.ID, named.Stage)
	}
	tags, ok := taggable[named.Kind]
	if !ok {
		return tagging.ErrARN
	}
	return tags(tx, scope, named.ID, edit)
}

// GetTags returns the tags of a resource; an empty map when there are none.
func (s *Service) GetTags(ctx context.Context, in *apigatewayv2.GetTagsInput) (*apigatewayv2.GetTagsOutput, error) {
	return view(ctx, s, func(tx store.Tx) (*apigatewayv2.GetTagsOutput, error) {
		out := &apigatewayv2.GetTagsOutput{Tags: map[string]string{}}
		return out, editTags(tx, scopeOf(ctx), *in.ResourceArn, tagging.Read(out.Tags))
	})
}

// TagResource adds tags to a resource, in place of those with the same keys.
func (s *Service) TagResource(ctx context.Context, in *apigatewayv2.TagResourceInput) (*apigatewayv2.TagResourceOutput, error) {
	return update(ctx, s, func(tx store.Tx) (*apigatewayv2.TagResourceOutput, error) {
		return &apigatewayv2.TagResourceOutput{}, editTags(tx, scopeOf(ctx), *in.ResourceArn, tagging.Add(in.Tags))
	})
}

// UntagResource removes tags from a resource; keys it has not are no error.
func (s *Service) UntagResource(ctx context.Context, in *apigatewayv2.UntagResourceInput) (*apigatewayv2.UntagResourceOutput, error) {
	return update(ctx, s, func(tx store.Tx) (*apigatewayv2.UntagResourceOutput, error) {
		return &apigatewayv2.UntagResourceOutput{}, editTags(tx, scopeOf(ctx), *in.ResourceArn, tagging.Remove(in.TagKeys))
	})
}
