package logs

import (
	"context"
	"errors"
	"fmt"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

const millisecondsADay = 24 * 60 * 60 * 1000

// read returns the events of a group with times in [from, to) that keep accepts, in
// order, with all that was appended before the call. What is past the retention of
// the group is not among them. It is ResourceNotFoundException when there is no such
// group.
func (s *Service) read(ctx context.Context, scope store.Scope, name string, from, to int64, keep func(*event) bool) ([]*event, error) {
	if err := s.sync(ctx); err != nil {
		return nil, err
	}
	var record *group
	err := s.config.Store.View(ctx, func(tx store.Tx) (err error) {
		record, err = groupRecords().Get(tx, scope, name)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, noGroup()
	}
	if err != nil {
		return nil, fmt.Errorf("read log group: %w", err)
	}
	if record.Retention > 0 {
		from = max(from, s.config.Now().UnixMilli()-int64(record.Retention)*millisecondsADay)
	}
	list, err := s.segments(groupKey{scope, name}, record.Retention > 0, from)
	if err != nil {
		return nil, err
	}
	// Without the lock: files only grow at their end, and one that goes meanwhile is old.
	return readSegments(list, from, to, keep)
}

// segments returns what the files of a group are now. With expire, those whose every
// event is older than limit are dropped first.
func (s *Service) segments(key groupKey, expire bool, limit int64) ([]segment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	files, err := s.filesLocked(key)
	if err != nil {
		return nil, err
	}
	if expire {
		if err := s.expireLocked(files, limit); err != nil {
			return nil, err
		}
	}
	list := make([]segment, len(files.segments.list))
	for i, seg := range files.segments.list {
		list[i] = *seg
	}
	return list, nil
}
