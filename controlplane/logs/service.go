package logs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"sync"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// Defaults of [Config].
const (
	// DefaultGroupBytes bounds the events of one group.
	DefaultGroupBytes = 16 << 20
	// DefaultTotalBytes bounds the events of all groups.
	DefaultTotalBytes = 256 << 20
)

const (
	queueLength   = 8192
	flushInterval = 50 * time.Millisecond
)

// Config configures a [Service].
type Config struct {
	// Store keeps the records of groups and streams.
	Store store.Store
	// Dir is the directory of the events; it is created with the first one.
	Dir string
	// GroupBytes and TotalBytes bound the files of a group and of all groups; 0 =
	// [DefaultGroupBytes], [DefaultTotalBytes]. The oldest events go first.
	GroupBytes, TotalBytes int64
	// DefaultAccount and DefaultRegion are those of requests that name none.
	DefaultAccount, DefaultRegion string
	// Logger takes failures to write; nil = slog.Default().
	Logger *slog.Logger
	// Now is the clock; nil = time.Now.
	Now func() time.Time
}

// Service keeps logs and serves the API. It is safe for concurrent use.
type Service struct {
	config  Config
	queue   chan entry
	closing chan struct{}
	closed  chan struct{}
	end     sync.Once
	endErr  error

	// queueing is held for reading while something is put on the queue, and for writing
	// by Close to set ended: what was taken is written.
	queueing sync.RWMutex
	ended    bool

	tails tails

	// mu guards what is below, and the files.
	mu     sync.Mutex
	groups map[groupKey]*groupFiles
	total  int64
	seq    int64
}

type groupKey struct {
	scope store.Scope
	name  string
}

// groupFiles are the events of a group and what is known of its streams.
type groupFiles struct {
	segments *segments
	streams  map[string]*streamTimes
}

// streamTimes are times of events in a stream, in milliseconds.
type streamTimes struct {
	first, last, ingested int64
	known                 bool // has a record in the store
}

func (g *groupFiles) saw(e *event) {
	t := g.streams[e.Stream]
	if t == nil {
		t = &streamTimes{first: math.MaxInt64}
		g.streams[e.Stream] = t
	}
	t.first, t.last, t.ingested = min(t.first, e.Time), max(t.last, e.Time), max(t.ingested, e.Ingested)
}

// New opens the logs in config.Dir.
func New(config Config) (*Service, error) {
	if config.GroupBytes <= 0 {
		config.GroupBytes = DefaultGroupBytes
	}
	if config.TotalBytes <= 0 {
		config.TotalBytes = DefaultTotalBytes
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	s := &Service{
		config: config, queue: make(chan entry, queueLength), closing: make(chan struct{}), closed: make(chan struct{}),
		groups: map[groupKey]*groupFiles{}, seq: config.Now().UnixNano(),
		tails: tails{open: map[*tail]store.Scope{}, ended: make(chan struct{})},
	}
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("open logs: %w", err)
	}
	go s.run()
	return s, nil
}

// open reads the groups that the store knows.
func (s *Service) open() error {
	return s.config.Store.View(context.Background(), func(tx store.Tx) error {
		for record, err := range groupRecords().Each(tx) {
			if err != nil {
				return err
			}
			files, err := s.filesLocked(groupKey{record.Scope, record.Value.Name})
			if err != nil {
				return err
			}
			for known, err := range streamRecords().All(tx, record.Scope, "", record.Value.Name) {
				if err != nil {
					return err
				}
				files.stream(known.Value.Name).known = true
			}
		}
		return nil
	})
}

func (g *groupFiles) stream(name string) *streamTimes {
	t := g.streams[name]
	if t == nil {
		t = &streamTimes{first: math.MaxInt64}
		g.streams[name] = t
	}
	return t
}

// filesLocked returns the files of a group.
func (s *Service) filesLocked(key groupKey) (*groupFiles, error) {
	if files := s.groups[key]; files != nil {
		return files, nil
	}
	sum := sha256.Sum256([]byte(key.scope.Account + "\n" + key.scope.Region + "\n" + key.name))
	files := &groupFiles{streams: map[string]*streamTimes{}}
	var err error
	files.segments, err = openSegments(filepath.Join(s.config.Dir, hex.EncodeToString(sum[:16])), func(e *event) {
		files.saw(e)
		s.seq = max(s.seq, e.Seq)
	})
	if err != nil {
		return nil, err
	}
	s.total += files.segments.size()
	s.groups[key] = files
	return files, nil
}

// Close writes what was appended and closes the files. What is appended afterwards is
// dropped.
func (s *Service) Close() error {
	s.end.Do(func() {
		s.EndSessions()
		s.queueing.Lock()
		s.ended = true
		s.queueing.Unlock()
		close(s.closing)
		<-s.closed
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, files := range s.groups {
			if err := files.segments.close(); err != nil {
				s.endErr = err
			}
		}
	})
	return s.endErr
}
