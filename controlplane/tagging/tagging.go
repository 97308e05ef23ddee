// Package tagging holds the rules for tags of API Gateway's resources, which REST,
// HTTP and WebSocket APIs share, and edits the tags of stored resources.
package tagging

import (
	"maps"
	"regexp"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	maxTags       = 50
	maxKeyChars   = 128
	maxValueChars = 256
)

// ErrARN is the error for an ARN that names nothing with tags.
var ErrARN = wire.BadRequest("Invalid ARN specified in the request") // Unverified: the wording.

// Unverified: the wordings.
var (
	errMany     = wire.BadRequest("The number of tags exceeds the limit of 50")
	errReserved = wire.BadRequest("Tag keys cannot start with aws:")
	errSize     = wire.BadRequest("Tag keys have 1 to 128 characters and tag values at most 256")

	arnPattern = regexp.MustCompile(`^arn:aws[a-z-]*:apigateway:([a-z0-9-]+):([0-9]*):/([a-z]+)/([^/]+)(?:/stages/([^/]+))?$`)
)

// Check holds the rules for the tags of a resource, all of them.
func Check(tags map[string]string) error {
	if len(tags) > maxTags {
		return errMany
	}
	for key, value := range tags {
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return errReserved
		}
		if key == "" || len([]rune(key)) > maxKeyChars || len([]rune(value)) > maxValueChars {
			return errSize
		}
	}
	return nil
}

// ARN is what the ARN of a resource with tags names.
type ARN struct {
	// Kind is the kind of the resource as ARNs have it, for instance "restapis".
	Kind string
	// ID is the resource's id, or its parent's when Stage is set.
	ID string
	// Stage is the name of a stage; empty for other resources.
	Stage string
}

// ParseARN reads the ARN of a resource in scope: BadRequestException when it is
// none, or of another account or region.
func ParseARN(scope store.Scope, arn string) (ARN, error) {
	m := arnPattern.FindStringSubmatch(arn)
	if m == nil || m[1] != scope.Region || m[2] != "" && m[2] != scope.Account {
		return ARN{}, ErrARN
	}
	return ARN{Kind: m[3], ID: m[4], Stage: m[5]}, nil
}

// Edit changes the tags of a resource.
type Edit func(tags *map[string]string) error

// Read is the edit that changes nothing and copies the tags into target.
func Read(target map[string]string) Edit {
	return func(tags *map[string]string) error {
		maps.Copy(target, *tags)
		return nil
	}
}

// Add is the edit that adds tags, in place of those with the same keys.
func Add(added map[string]string) Edit {
	return func(tags *map[string]string) error {
		if *tags == nil {
			*tags = map[string]string{}
		}
		maps.Copy(*tags, added)
		return Check(*tags)
	}
}

// Remove is the edit that removes tags; keys that the resource has not are no error.
func Remove(keys []string) Edit {
	return func(tags *map[string]string) error {
		for _, key := range keys {
			delete(*tags, key)
		}
		if len(*tags) == 0 {
			*tags = nil // MI-26
		}
		return nil
	}
}

// Editor edits the tags of the resource with an id.
type Editor func(tx store.Tx, scope store.Scope, id string, edit Edit) error

// In returns the editor of the resources in c; missing makes the error for an
// unknown id, tags finds a resource's tags.
func In[T any](c store.Collection[T], missing func(store.Scope, string) error, tags func(*T) *map[string]string) Editor {
	return func(tx store.Tx, scope store.Scope, id string, edit Edit) error {
		record, err := store.Find(tx, c, scope, missing(scope, id), id)
		if err != nil {
			return err
		}
		return Apply(tx, scope, c, record, tags(record), edit, id)
	}
}

// Apply edits tags, which are those of record, and stores the record when they
// changed.
func Apply[T any](
	tx store.Tx, scope store.Scope, c store.Collection[T], record *T, tags *map[string]string, edit Edit, id ...string,
) error {
	before := maps.Clone(*tags)
	if err := edit(tags); err != nil || maps.Equal(before, *tags) {
		return err
	}
	return c.Put(tx, scope, record, id...)
}
