package logs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// empty is the output of operations without one.
type empty struct{}

var (
	groupName = regexp.MustCompile(`^[\.\-_/#A-Za-z0-9]{1,512}$`)
	classes   = []string{classNormal, "INFREQUENT_ACCESS", "DELIVERY"}
	// retentions are the days that a retention may have.
	retentions = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
)

const (
	maxPage     = 50
	classNormal = "STANDARD"
)

// named is an input that names a group, by name or ARN.
type named struct {
	LogGroupName, LogGroupIdentifier string
}

// name returns the group's name.
func (n named) name() string {
	if n.LogGroupName != "" {
		return n.LogGroupName
	}
	return nameOf(n.LogGroupIdentifier)
}

// nameOf returns the name of a group from its ARN, or the text when it is none.
func nameOf(arn string) string {
	if _, name, ok := strings.Cut(arn, ":log-group:"); ok {
		return strings.TrimSuffix(name, ":*")
	}
	return arn
}

func arnOf(scope store.Scope, name string) string {
	return "arn:aws:logs:" + scope.Region + ":" + scope.Account + ":log-group:" + name
}

// edit changes the record of a group.
func (s *Service) edit(ctx context.Context, scope store.Scope, name string, change func(*group)) (*empty, error) {
	return &empty{}, s.config.Store.Update(ctx, func(tx store.Tx) error {
		record, err := groupRecords().Get(tx, scope, name)
		if errors.Is(err, store.ErrNotFound) {
			return noGroup()
		}
		if err != nil {
			return err
		}
		change(record)
		return groupRecords().Put(tx, scope, record, name)
	})
}

type createLogGroupInput struct {
	LogGroupName, LogGroupClass, KmsKeyID string
	Tags                                  map[string]string
	DeletionProtectionEnabled             bool
}

func (s *Service) createLogGroup(ctx context.Context, scope store.Scope, in *createLogGroupInput) (*empty, error) {
	if !groupName.MatchString(in.LogGroupName) {
		return nil, invalid("1 validation error detected: Value '" + in.LogGroupName + "' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+")
	}
	if in.LogGroupClass != "" && !slices.Contains(classes, in.LogGroupClass) {
		return nil, invalid("1 validation error detected: Value '" + in.LogGroupClass + "' at 'logGroupClass' failed to satisfy constraint: Member must satisfy enum value set: [" + strings.Join(classes, ", ") + "]")
	}
	// Both would guard what is in the group, and nothing here does.
	if in.KmsKeyID != "" || in.DeletionProtectionEnabled {
		return nil, invalid("Stagedoor neither encrypts log groups (kmsKeyId) nor protects them from deletion (deletionProtectionEnabled), so that both are refused and not ignored.")
	}
	record := &group{Name: in.LogGroupName, Created: s.config.Now().UnixMilli(), Class: in.LogGroupClass, Tags: in.Tags}
	return &empty{}, s.config.Store.Update(ctx, func(tx store.Tx) error {
		_, err := groupRecords().Get(tx, scope, in.LogGroupName)
		switch {
		case err == nil:
			return wire.NewError(http.StatusBadRequest, "ResourceAlreadyExistsException", "The specified log group already exists")
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		return groupRecords().Put(tx, scope, record, in.LogGroupName)
	})
}

func (s *Service) deleteLogGroup(ctx context.Context, scope store.Scope, in *named) (*empty, error) {
	name := in.name()
	if err := s.sync(ctx); err != nil {
		return nil, err
	}
	// The lock is held throughout: a line that comes meanwhile makes the group anew.
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.config.Store.Update(ctx, func(tx store.Tx) error {
		if _, err := groupRecords().Get(tx, scope, name); errors.Is(err, store.ErrNotFound) {
			return noGroup()
		} else if err != nil {
			return err
		}
		if err := streamRecords().DeleteUnder(tx, scope, name); err != nil {
			return err
		}
		return groupRecords().Delete(tx, scope, name)
	})
	if err != nil {
		return nil, err
	}
	key := groupKey{scope, name}
	files, err := s.filesLocked(key)
	if err != nil {
		return nil, err
	}
	s.total -= files.segments.size()
	delete(s.groups, key)
	return &empty{}, files.segments.remove()
}

type describeLogGroupsInput struct {
	LogGroupNamePrefix, LogGroupNamePattern, NextToken string
	Limit                                              *int
}

// describedGroup is a group as DescribeLogGroups shows it.
type describedGroup struct {
	LogGroupName      string `json:"logGroupName"`
	CreationTime      int64  `json:"creationTime"`
	RetentionInDays   int    `json:"retentionInDays,omitempty"`
	MetricFilterCount int    `json:"metricFilterCount"`
	Arn               string `json:"arn"`
	StoredBytes       int64  `json:"storedBytes"`
	LogGroupClass     string `json:"logGroupClass"`
	LogGroupArn       string `json:"logGroupArn"`
}

type describeLogGroupsOutput struct {
	LogGroups []describedGroup `json:"logGroups"`
	NextToken string           `json:"nextToken,omitempty"`
}

func (s *Service) describeLogGroups(ctx context.Context, scope store.Scope, in *describeLogGroupsInput) (*describeLogGroupsOutput, error) {
	if err := s.sync(ctx); err != nil {
		return nil, err
	}
	limit, err := pageSize(in.Limit, maxPage)
	if err != nil {
		return nil, err
	}
	out := &describeLogGroupsOutput{LogGroups: []describedGroup{}}
	err = s.config.Store.View(ctx, func(tx store.Tx) error {
		for record, err := range groupRecords().All(tx, scope, in.NextToken) {
			if err != nil {
				return err
			}
			g := record.Value
			if !strings.HasPrefix(g.Name, in.LogGroupNamePrefix) || !strings.Contains(strings.ToLower(g.Name), strings.ToLower(in.LogGroupNamePattern)) {
				continue
			}
			if len(out.LogGroups) == limit {
				out.NextToken = out.LogGroups[limit-1].LogGroupName
				break
			}
			class := g.Class
			if class == "" {
				class = classNormal
			}
			arn := arnOf(scope, g.Name)
			out.LogGroups = append(out.LogGroups, describedGroup{
				LogGroupName: g.Name, CreationTime: g.Created, RetentionInDays: g.Retention, Arn: arn + ":*", LogGroupArn: arn, LogGroupClass: class,
			})
		}
		return nil
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range out.LogGroups {
		if files := s.groups[groupKey{scope, out.LogGroups[i].LogGroupName}]; files != nil {
			out.LogGroups[i].StoredBytes = files.segments.size()
		}
	}
	return out, err
}

// pageSize checks a limit; without one a page has the most there can be.
func pageSize(limit *int, most int) (int, error) {
	const refused = "1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value %s than or equal to %d"
	switch {
	case limit == nil:
		return most, nil
	case *limit < 1:
		return 0, invalid(fmt.Sprintf(refused, *limit, "greater", 1))
	case *limit > most:
		return 0, invalid(fmt.Sprintf(refused, *limit, "less", most))
	default:
		return *limit, nil
	}
}

type putRetentionPolicyInput struct {
	named

	RetentionInDays int
}

func (s *Service) putRetentionPolicy(ctx context.Context, scope store.Scope, in *putRetentionPolicyInput) (*empty, error) {
	if !slices.Contains(retentions, in.RetentionInDays) {
		return nil, invalid("Invalid value for retentionInDays")
	}
	return s.edit(ctx, scope, in.name(), func(g *group) { g.Retention = in.RetentionInDays })
}

func (s *Service) deleteRetentionPolicy(ctx context.Context, scope store.Scope, in *named) (*empty, error) {
	return s.edit(ctx, scope, in.name(), func(g *group) { g.Retention = 0 })
}

type resourceInput struct {
	ResourceArn string
	Tags        map[string]string
	TagKeys     []string
}

type tagsOutput struct {
	Tags map[string]string `json:"tags"`
}

func (s *Service) tags(ctx context.Context, scope store.Scope, name string) (*tagsOutput, error) {
	out := &tagsOutput{Tags: map[string]string{}}
	return out, s.config.Store.View(ctx, func(tx store.Tx) error {
		record, err := groupRecords().Get(tx, scope, name)
		if errors.Is(err, store.ErrNotFound) {
			return noGroup()
		}
		if err == nil {
			maps.Copy(out.Tags, record.Tags)
		}
		return err
	})
}

func (s *Service) listTagsForResource(ctx context.Context, scope store.Scope, in *resourceInput) (*tagsOutput, error) {
	return s.tags(ctx, scope, nameOf(in.ResourceArn))
}

func (s *Service) listTagsLogGroup(ctx context.Context, scope store.Scope, in *named) (*tagsOutput, error) {
	return s.tags(ctx, scope, in.name())
}

func (s *Service) tagResource(ctx context.Context, scope store.Scope, in *resourceInput) (*empty, error) {
	return s.edit(ctx, scope, nameOf(in.ResourceArn), func(g *group) {
		if g.Tags == nil {
			g.Tags = map[string]string{}
		}
		maps.Copy(g.Tags, in.Tags)
	})
}

func (s *Service) untagResource(ctx context.Context, scope store.Scope, in *resourceInput) (*empty, error) {
	return s.edit(ctx, scope, nameOf(in.ResourceArn), func(g *group) {
		maps.DeleteFunc(g.Tags, func(key, _ string) bool { return slices.Contains(in.TagKeys, key) })
	})
}
