package function

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

const maxTags = 50

// ListTags returns the tags of a function.
func (s *Service) ListTags(ctx context.Context, in *lambda.ListTagsInput) (*lambda.ListTagsOutput, error) {
	r, err := taggable(ctx, "ListTags", in.Resource)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.ListTagsOutput, error) {
		record, err := tagsOf(tx, r)
		if err != nil {
			return nil, err
		}
		return &lambda.ListTagsOutput{Tags: record.Tags}, nil
	})
}

// TagResource adds tags to a function, replacing those with the same keys.
func (s *Service) TagResource(ctx context.Context, in *lambda.TagResourceInput) (*lambda.TagResourceOutput, error) {
	r, err := taggable(ctx, "TagResource", in.Resource)
	if err != nil {
		return nil, err
	}
	if len(in.Tags) == 0 {
		return nil, invalidParameter("An error occurred and the request cannot be processed.") // Unverified: the wording.
	}
	return s.changeTags(ctx, r, func(tags map[string]string) error {
		maps.Copy(tags, in.Tags)
		return checkTags(tags)
	})
}

// UntagResource removes tags from a function; keys that are no tags do not matter.
func (s *Service) UntagResource(ctx context.Context, in *lambda.UntagResourceInput) (*lambda.UntagResourceOutput, error) {
	r, err := taggable(ctx, "UntagResource", in.Resource)
	if err != nil {
		return nil, err
	}
	_, err = s.changeTags(ctx, r, func(tags map[string]string) error {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &lambda.UntagResourceOutput{}, nil
}

func (s *Service) changeTags(ctx context.Context, r reference, change func(map[string]string) error) (*lambda.TagResourceOutput, error) {
	return update(ctx, s, func(tx store.Tx) (*lambda.TagResourceOutput, error) {
		record, err := tagsOf(tx, r)
		if err != nil {
			return nil, err
		}
		if err := change(record.Tags); err != nil {
			return nil, err
		}
		return &lambda.TagResourceOutput{}, tags.Put(tx, r.scope, record, r.name)
	})
}

// taggable reads the ARN of a function, the one resource that can be tagged here.
func taggable(ctx context.Context, action string, resource *string) (reference, error) {
	if resource != nil && !strings.HasPrefix(*resource, "arn:") || resource != nil && !strings.Contains(*resource, ":function:") {
		return reference{}, notFound("Resource not found: " + *resource) // Unverified: the wording.
	}
	r, err := own(ctx, action, resource, nil)
	if err != nil {
		return reference{}, err
	}
	if r.qualifier != "" {
		return reference{}, invalidParameter("Tags on function aliases and versions are not supported. Please specify a function ARN.")
	}
	return r, nil
}

// tagsOf reads the tags of a function that has to exist; the map is never nil.
func tagsOf(tx store.Tx, r reference) (*tagsRecord, error) {
	if _, err := findFunction(tx, r); err != nil {
		return nil, err
	}
	record, err := findOrNil(tx, tags, r.scope, r.name)
	if err != nil {
		return nil, err
	}
	if record == nil {
		record = new(tagsRecord)
	}
	if record.Tags == nil {
		record.Tags = map[string]string{}
	}
	return record, nil
}

// checkTags refuses tags beyond AWS's limits. Unverified: the wordings.
func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return invalidParameter("Number of tags exceeds resource tag limit of " + strconv.Itoa(maxTags))
	}
	for key, value := range tags {
		switch {
		case key == "" || len(key) > 128:
			return invalidParameter("Tag key must be between 1 and 128 characters: " + key)
		case len(value) > 256:
			return invalidParameter("Tag value must be at most 256 characters. Key: " + key)
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return invalidParameter("Tag keys starting with 'aws:' are reserved for system use: " + key)
		}
	}
	return nil
}
