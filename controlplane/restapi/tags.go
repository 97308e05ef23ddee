package restapi

import (
	"context"
	"maps"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	maxTags          = 50
	maxTagKeyChars   = 128
	maxTagValueChars = 256
)

// Unverified: the wordings.
var (
	errManyTags    = wire.BadRequest("The number of tags exceeds the limit of 50")
	errReservedTag = wire.BadRequest("Tag keys cannot start with aws:")
	errTagSize     = wire.BadRequest("Tag keys have 1 to 128 characters and tag values at most 256")
	errTagARN      = wire.BadRequest("Invalid ARN specified in the request")

	taggedARN = regexp.MustCompile(`^arn:aws[a-z-]*:apigateway:([a-z0-9-]+):([0-9]*):/([a-z]+)/([^/]+)(?:/stages/([^/]+))?$`)
	// accessARN is the ARN of a domain name access association, which has more parts.
	accessARN = regexp.MustCompile(`^arn:aws[a-z-]*:apigateway:([a-z0-9-]+):([0-9]*):/domainnameaccessassociations/.+$`)
)

// checkTags holds the rules for the tags of a resource, all of them.
func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return errManyTags
	}
	for key, value := range tags {
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return errReservedTag
		}
		if key == "" || len([]rune(key)) > maxTagKeyChars || len([]rune(value)) > maxTagValueChars {
			return errTagSize
		}
	}
	return nil
}

// editTags reads the tags of the resource that arn names, lets edit change them,
// and stores the resource when they changed.
func editTags(tx store.Tx, scope store.Scope, arn string, edit func(*map[string]string) error) error {
	if m := accessARN.FindStringSubmatch(arn); m != nil && m[1] == scope.Region {
		association, err := find(tx, accessAssociations, scope, errNoAssociation, arn)
		if err != nil {
			return err
		}
		return editTagsOf(tx, scope, accessAssociations, association, &association.Tags, edit, arn)
	}
	m := taggedARN.FindStringSubmatch(arn)
	if m == nil || m[1] != scope.Region || m[2] != "" && m[2] != scope.Account {
		return errTagARN
	}
	kind, id, stageName := m[3], m[4], m[5]
	if stageName != "" {
		if kind != "restapis" {
			return errTagARN
		}
		return editStageTags(tx, scope, id, stageName, edit)
	}
	tags, ok := taggable[kind]
	if !ok {
		return errTagARN
	}
	return tags(tx, scope, id, edit)
}

func editStageTags(tx store.Tx, scope store.Scope, apiID, stageName string, edit func(*map[string]string) error) error {
	if _, err := findAPI(tx, scope, apiID); err != nil {
		return err
	}
	stage, err := findStage(tx, scope, apiID, stageName)
	if err != nil {
		return err
	}
	return editTagsOf(tx, scope, stages, stage, &stage.Tags, edit, apiID, stageName)
}

// tagEditor edits the tags of the resource with an id.
type tagEditor func(tx store.Tx, scope store.Scope, id string, edit func(*map[string]string) error) error

// taggable are the kinds of resources with tags, as ARNs name them.
var taggable = map[string]tagEditor{
	"restapis":           taggableIn(apis, errNoAPI, func(r *types.RestApi) *map[string]string { return &r.Tags }),
	"vpclinks":           taggableIn(vpcLinks, always(errNoVpcLink), func(r *types.VpcLink) *map[string]string { return &r.Tags }),
	"apikeys":            taggableIn(apiKeys, always(errNoAPIKey), func(r *types.ApiKey) *map[string]string { return &r.Tags }),
	"usageplans":         taggableIn(usagePlans, always(errNoUsagePlan), func(r *types.UsagePlan) *map[string]string { return &r.Tags }),
	"clientcertificates": taggableIn(clientCertificates, always(errNoClientCertificate), func(r *types.ClientCertificate) *map[string]string { return &r.Tags }),
	"domainnames":        taggableIn(domainNames, always(errNoDomainName), func(r *types.DomainName) *map[string]string { return &r.Tags }),
}

// always is a missing error that does not depend on the id.
func always(err error) func(store.Scope, string) error {
	return func(store.Scope, string) error { return err }
}

func taggableIn[T any](c store.Collection[T], missing func(store.Scope, string) error, tags func(*T) *map[string]string) tagEditor {
	return func(tx store.Tx, scope store.Scope, id string, edit func(*map[string]string) error) error {
		record, err := find(tx, c, scope, missing(scope, id), id)
		if err != nil {
			return err
		}
		return editTagsOf(tx, scope, c, record, tags(record), edit, id)
	}
}

func editTagsOf[T any](
	tx store.Tx, scope store.Scope, c store.Collection[T], record *T, tags *map[string]string,
	edit func(*map[string]string) error, id ...string,
) error {
	before := maps.Clone(*tags)
	if err := edit(tags); err != nil || maps.Equal(before, *tags) {
		return err
	}
	return c.Put(tx, scope, record, id...)
}

// GetTags returns the tags of a resource; an empty map when there are none.
func (s *Service) GetTags(ctx context.Context, in *apigateway.GetTagsInput) (*apigateway.GetTagsOutput, error) {
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetTagsOutput, error) {
		out := &apigateway.GetTagsOutput{Tags: map[string]string{}}
		return out, editTags(tx, scopeOf(ctx), *in.ResourceArn, func(tags *map[string]string) error {
			maps.Copy(out.Tags, *tags)
			return nil
		})
	})
}

// TagResource adds tags to a resource, in place of those with the same keys.
func (s *Service) TagResource(ctx context.Context, in *apigateway.TagResourceInput) (*apigateway.TagResourceOutput, error) {
	return update(ctx, s, func(tx store.Tx) (*apigateway.TagResourceOutput, error) {
		return &apigateway.TagResourceOutput{}, editTags(tx, scopeOf(ctx), *in.ResourceArn, func(tags *map[string]string) error {
			if *tags == nil {
				*tags = map[string]string{}
			}
			maps.Copy(*tags, in.Tags)
			return checkTags(*tags)
		})
	})
}

// UntagResource removes tags from a resource; keys it has not are no error.
func (s *Service) UntagResource(ctx context.Context, in *apigateway.UntagResourceInput) (*apigateway.UntagResourceOutput, error) {
	return update(ctx, s, func(tx store.Tx) (*apigateway.UntagResourceOutput, error) {
		return &apigateway.UntagResourceOutput{}, editTags(tx, scopeOf(ctx), *in.ResourceArn, func(tags *map[string]string) error {
			for _, key := range in.TagKeys {
				delete(*tags, key)
			}
			*tags = nonEmptyMap(*tags) // MI-26
			return nil
		})
	})
}
