package logs

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

type streamInput struct {
	named

	LogStreamName string
}

func (s *Service) createLogStream(ctx context.Context, scope store.Scope, in *streamInput) (*empty, error) {
	if in.LogStreamName == "" || strings.ContainsAny(in.LogStreamName, ":*") {
		return nil, invalid("Log stream name must match pattern: [^:*]*")
	}
	return &empty{}, s.config.Store.Update(ctx, func(tx store.Tx) error {
		if _, err := groupRecords().Get(tx, scope, in.name()); errors.Is(err, store.ErrNotFound) {
			return noGroup()
		} else if err != nil {
			return err
		}
		_, err := streamRecords().Get(tx, scope, in.name(), in.LogStreamName)
		switch {
		case err == nil:
			return wire.NewError(http.StatusBadRequest, "ResourceAlreadyExistsException", "The specified log stream already exists")
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		return streamRecords().Put(tx, scope, &stream{Name: in.LogStreamName, Created: s.config.Now().UnixMilli()}, in.name(), in.LogStreamName)
	})
}

// deleteLogStream deletes a stream and its events. A function that writes to it again makes
// it anew.
func (s *Service) deleteLogStream(ctx context.Context, scope store.Scope, in *streamInput) (*empty, error) {
	if err := s.needStream(ctx, scope, in.name(), in.LogStreamName); err != nil {
		return nil, err
	}
	if err := s.sync(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	files, err := s.filesLocked(groupKey{scope, in.name()})
	if err != nil {
		return nil, err
	}
	// The events go first: those that an interruption leaves still have their stream.
	before := files.segments.size()
	err = files.segments.drop(in.LogStreamName)
	s.total += files.segments.size() - before
	if err != nil {
		return nil, err
	}
	delete(files.streams, in.LogStreamName)
	return &empty{}, s.config.Store.Update(ctx, func(tx store.Tx) error {
		err := streamRecords().Delete(tx, scope, in.name(), in.LogStreamName)
		if errors.Is(err, store.ErrNotFound) {
			return nil // another call was quicker
		}
		return err
	})
}

type describeLogStreamsInput struct {
	named

	LogStreamNamePrefix, OrderBy, NextToken string
	Descending                              bool
	Limit                                   *int
}

// describedStream is a stream as DescribeLogStreams shows it.
type describedStream struct {
	LogStreamName       string `json:"logStreamName"`
	CreationTime        int64  `json:"creationTime"`
	FirstEventTimestamp int64  `json:"firstEventTimestamp,omitempty"`
	LastEventTimestamp  int64  `json:"lastEventTimestamp,omitempty"`
	LastIngestionTime   int64  `json:"lastIngestionTime,omitempty"`
	Arn                 string `json:"arn"`
	StoredBytes         int64  `json:"storedBytes"`
}

type describeLogStreamsOutput struct {
	LogStreams []describedStream `json:"logStreams"`
	NextToken  string            `json:"nextToken,omitempty"`
}

func (s *Service) describeLogStreams(ctx context.Context, scope store.Scope, in *describeLogStreamsInput) (*describeLogStreamsOutput, error) {
	limit, err := pageSize(in.Limit, maxPage)
	if err != nil {
		return nil, err
	}
	if in.OrderBy == "LastEventTime" && in.LogStreamNamePrefix != "" {
		return nil, invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	all, err := s.streams(ctx, scope, in.name())
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(d describedStream) bool { return !strings.HasPrefix(d.LogStreamName, in.LogStreamNamePrefix) })
	slices.SortFunc(all, func(a, b describedStream) int {
		order := cmp.Compare(a.LogStreamName, b.LogStreamName)
		if in.OrderBy == "LastEventTime" {
			order = cmp.Or(cmp.Compare(a.LastEventTimestamp, b.LastEventTimestamp), order)
		}
		if in.Descending {
			return -order
		}
		return order
	})
	if in.NextToken != "" {
		at := slices.IndexFunc(all, func(d describedStream) bool { return d.LogStreamName == in.NextToken })
		if at < 0 {
			return nil, invalid("The specified nextToken is invalid.")
		}
		all = all[at+1:]
	}
	out := &describeLogStreamsOutput{LogStreams: all}
	if len(all) > limit {
		out.LogStreams, out.NextToken = all[:limit], all[limit-1].LogStreamName
	}
	return out, nil
}

// streams returns all streams of a group.
func (s *Service) streams(ctx context.Context, scope store.Scope, name string) ([]describedStream, error) {
	if err := s.sync(ctx); err != nil {
		return nil, err
	}
	all := []describedStream{}
	err := s.config.Store.View(ctx, func(tx store.Tx) error {
		if _, err := groupRecords().Get(tx, scope, name); errors.Is(err, store.ErrNotFound) {
			return noGroup()
		} else if err != nil {
			return err
		}
		for record, err := range streamRecords().All(tx, scope, "", name) {
			if err != nil {
				return err
			}
			all = append(all, describedStream{
				LogStreamName: record.Value.Name, CreationTime: record.Value.Created, Arn: arnOf(scope, name) + ":log-stream:" + record.Value.Name,
			})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	files := s.groups[groupKey{scope, name}]
	for i := range all {
		if files == nil || files.streams[all[i].LogStreamName] == nil {
			continue
		}
		if t := files.streams[all[i].LogStreamName]; t.first != math.MaxInt64 {
			all[i].FirstEventTimestamp, all[i].LastEventTimestamp, all[i].LastIngestionTime = t.first, t.last, t.ingested
		}
	}
	return all, nil
}
