package restapi

import (
	"context"
	"maps"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"

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

	taggedARN = regexp.MustCompile(`^arn:aws[a-z-]*:apigateway:([a-z0-9-]+):[0-9]*:/(restapis|vpclinks)/([^/]+)(?:/stages/([^/]+))?$`)
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
	m := taggedARN.FindStringSubmatch(arn)
	if m == nil || m[1] != scope.Region {
		return errTagARN
	}
	collection, id, stageName := m[2], m[3], m[4]
	switch {
	case collection == "vpclinks" && stageName == "":
		link, err := findVpcLink(tx, scope, id)
		if err != nil {
			return err
		}
		return editTagsOf(tx, scope, vpcLinks, link, &link.Tags, edit, id)
	case collection == "vpclinks":
		return errTagARN
	}
	api, err := findAPI(tx, scope, id)
	if err != nil {
		return err
	}
	if stageName == "" {
		return editTagsOf(tx, scope, apis, api, &api.Tags, edit, id)
	}
	stage, err := findStage(tx, scope, id, stageName)
	if err != nil {
		return err
	}
	return editTagsOf(tx, scope, stages, stage, &stage.Tags, edit, id, stageName)
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

// GetTags returns the tags of an API, a stage or a VPC link; an empty map when there are none.
func (s *Service) GetTags(ctx context.Context, in *apigateway.GetTagsInput) (*apigateway.GetTagsOutput, error) {
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetTagsOutput, error) {
		out := &apigateway.GetTagsOutput{Tags: map[string]string{}}
		return out, editTags(tx, scopeOf(ctx), *in.ResourceArn, func(tags *map[string]string) error {
			maps.Copy(out.Tags, *tags)
			return nil
		})
	})
}

// TagResource adds tags to an API, a stage or a VPC link, in place of those with the same keys.
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

// UntagResource removes tags from an API, a stage or a VPC link; keys it has not are no error.
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
