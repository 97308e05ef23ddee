package logs

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// entry is an event on its way to the files, or a question when all before it are
// there.
type entry struct {
	key    groupKey
	event  event
	synced chan<- struct{}
}

// Append adds a line to a stream; group and stream come into being with their first
// line. It blocks only while more lines wait than the queue holds, and does nothing
// after Close.
func (s *Service) Append(scope store.Scope, group, stream string, t time.Time, message string) {
	e := entry{
		key:   groupKey{scope, group},
		event: event{Stream: stream, Time: t.UnixMilli(), Ingested: s.config.Now().UnixMilli(), Message: message},
	}
	s.enqueue(e)
}

// enqueue puts e on the queue; false after Close.
func (s *Service) enqueue(e entry) bool {
	s.queueing.RLock()
	defer s.queueing.RUnlock()
	if !s.ended {
		s.queue <- e // run takes from it until Close, which waits for the lock, has set ended
	}
	return !s.ended
}

// sync returns when all that was appended before is in the files.
func (s *Service) sync(ctx context.Context) error {
	synced := make(chan struct{})
	if !s.enqueue(entry{synced: synced}) {
		<-s.closed
		return nil
	}
	select {
	case <-synced:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run is the one goroutine that takes from the queue.
func (s *Service) run() {
	defer close(s.closed)
	ticker := time.NewTicker(flushInterval)
	defer ticker.Stop()
	pending := map[groupKey][]*event{}
	count := 0
	flush := func() {
		if count > 0 {
			s.writeAll(pending)
			clear(pending)
			count = 0
		}
	}
	take := func(e entry) {
		if e.synced != nil {
			flush()
			close(e.synced)
			return
		}
		pending[e.key] = append(pending[e.key], &e.event)
		if count++; count >= queueLength {
			flush()
		}
	}
	for {
		select {
		case e := <-s.queue:
			take(e)
		case <-ticker.C:
			flush()
		case <-s.closing:
			for {
				select {
				case e := <-s.queue:
					take(e)
					continue
				default:
				}
				flush()
				return
			}
		}
	}
}

func (s *Service) writeAll(pending map[groupKey][]*event) {
	for key, events := range pending {
		if err := s.write(context.Background(), key, events); err != nil {
			s.config.Logger.Error("log events lost", "group", key.name, "count", len(events), "error", err)
		}
	}
}

// write puts events into the files of a group, and records the group and the streams
// that are new.
func (s *Service) write(ctx context.Context, key groupKey, events []*event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	files, err := s.filesLocked(key)
	if err != nil {
		return err
	}
	if err := s.recordLocked(ctx, key, files, events); err != nil {
		return err
	}
	for _, e := range events {
		s.seq++
		e.Seq = s.seq
	}
	written, err := files.segments.write(events, max(s.config.GroupBytes/8, 1), files.saw)
	s.total += written
	s.tails.tell(key, events)
	return errors.Join(err, s.shrinkLocked(files))
}

// recordLocked creates the records that events need.
func (s *Service) recordLocked(ctx context.Context, key groupKey, files *groupFiles, events []*event) error {
	now := s.config.Now().UnixMilli()
	fresh := map[string]bool{}
	for _, e := range events {
		if !files.stream(e.Stream).known {
			fresh[e.Stream] = true
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	err := s.config.Store.Update(ctx, func(tx store.Tx) error {
		if _, err := groupRecords().Get(tx, key.scope, key.name); errors.Is(err, store.ErrNotFound) {
			err = groupRecords().Put(tx, key.scope, &group{Name: key.name, Created: now}, key.name)
			if err != nil {
				return err
			}
		} else if err != nil {
			return err
		}
		for name := range fresh {
			if _, err := streamRecords().Get(tx, key.scope, key.name, name); !errors.Is(err, store.ErrNotFound) {
				if err != nil {
					return err
				}
				continue
			}
			if err := streamRecords().Put(tx, key.scope, &stream{Name: name, Created: now}, key.name, name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for name := range fresh {
		files.stream(name).known = true
	}
	return nil
}

// shrinkLocked drops the oldest files of a group that is too large, then the oldest
// of all while there is too much.
func (s *Service) shrinkLocked(files *groupFiles) error {
	for len(files.segments.list) > 1 && files.segments.size() > s.config.GroupBytes {
		if err := s.dropLocked(files); err != nil {
			return err
		}
	}
	for s.total > s.config.TotalBytes {
		var oldest *groupFiles
		for _, candidate := range s.groups {
			if len(candidate.segments.list) > 0 && (oldest == nil || candidate.segments.list[0].first < oldest.segments.list[0].first) {
				oldest = candidate
			}
		}
		if oldest == nil {
			return nil
		}
		if err := s.dropLocked(oldest); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) dropLocked(files *groupFiles) error {
	s.total -= files.segments.list[0].size
	if err := files.segments.dropOldest(); err != nil {
		return err
	}
	oldest := int64(math.MaxInt64)
	for _, seg := range files.segments.list {
		oldest = min(oldest, seg.oldest)
	}
	for _, t := range files.streams {
		if t.last < oldest {
			t.first = math.MaxInt64 // it has no events any more
		} else {
			t.first = max(t.first, oldest)
		}
	}
	return nil
}

// expireLocked drops the files of a group whose every event is older than limit.
func (s *Service) expireLocked(files *groupFiles, limit int64) error {
	for len(files.segments.list) > 0 && files.segments.list[0].newest < limit {
		if err := s.dropLocked(files); err != nil {
			return err
		}
	}
	return nil
}
