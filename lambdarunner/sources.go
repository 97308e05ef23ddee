package lambdarunner

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// cookieWait is how long a request waits for the news of changes that were made
// before it. It comes in microseconds; a machine too busy for that much must not
// hold requests up.
const cookieWait = 100 * time.Millisecond

// sources watches the directories that functions are run from in place. There is
// one watcher for all, since systems allow few, and none while no function is run
// in this way.
//
// A request after a save never runs on the code before it: where the system
// reports changes of all directories in one order (Linux), a request renames a
// file in a directory of ours and waits until that is reported, and with it all
// that was saved before. Elsewhere the news takes a few milliseconds.
type sources struct {
	logger *slog.Logger
	now    func() time.Time
	// cookies is the directory of ours, made when it is needed.
	cookies string

	// live has the sources by path, for those who cannot wait for mu.
	live sync.Map

	mu      sync.Mutex // guards the fields below; taken last
	byPath  map[string]*source
	byDir   map[string]map[*source]struct{}
	watcher *fsnotify.Watcher
	// looping ends with the watcher.
	looping *sync.WaitGroup
	cookie  string
	number  uint64
	changes uint64
	awaited map[string]chan struct{}
}

func newSources(dir string, logger *slog.Logger, now func() time.Time) *sources {
	return &sources{
		logger: logger, now: now, cookies: filepath.Join(dir, "cookies"),
		byPath: make(map[string]*source), byDir: make(map[string]map[*source]struct{}),
		awaited: make(map[string]chan struct{}),
	}
}

// use watches a directory from now on, for a pool.
func (s *sources) use(path string) *source {
	s.mu.Lock()
	defer s.mu.Unlock()
	src := s.byPath[path]
	if src == nil {
		src = &source{path: path, dirs: make(map[string]struct{})}
		s.byPath[path] = src
		s.openLocked()
		s.changes++
		src.generation.Store(s.changes)
		s.scanRootLocked(src)
		s.live.Store(path, src)
	}
	src.uses++
	return src
}

// leave ends a use; with the last, the directory is watched no longer.
func (s *sources) leave(src *source) {
	s.mu.Lock()
	src.uses--
	if src.uses > 0 {
		s.mu.Unlock()
		return
	}
	for dir := range src.dirs {
		s.unwatchLocked(src, dir)
	}
	delete(s.byPath, src.path)
	s.live.Delete(src.path)
	s.closeIfUnused()
}

// closeIfUnused is called with the lock held, which it releases.
func (s *sources) closeIfUnused() {
	if len(s.byPath) > 0 || s.watcher == nil {
		s.mu.Unlock()
		return
	}
	w, looping := s.watcher, s.looping
	s.watcher, s.looping = nil, nil
	for name, c := range s.awaited {
		close(c)
		delete(s.awaited, name)
	}
	s.mu.Unlock()
	err := w.Close()
	looping.Wait()
	if err != nil {
		s.logger.Warn("file watcher did not close", "error", err)
	}
}

// openLocked starts the watcher. Without one, directories are looked through at
// each request.
func (s *sources) openLocked() {
	if s.watcher != nil {
		return
	}
	w, err := fsnotify.NewBufferedWatcher(1024)
	if err != nil {
		s.logger.Warn("files of functions cannot be watched; they are looked through at each request", "error", err)
		return
	}
	s.watcher, s.looping = w, &sync.WaitGroup{}
	s.looping.Go(func() { s.loop(w) })
	s.number++
	s.cookie = filepath.Join(s.cookies, strconv.FormatUint(s.number, 10))
	err = os.MkdirAll(s.cookies, 0o700)
	if err == nil {
		err = os.WriteFile(s.cookie, nil, 0o600)
	}
	if err == nil {
		err = w.Add(s.cookies)
	}
	if err != nil {
		s.cookie = ""
		s.logger.Warn("saves may be noticed a few milliseconds late", "error", err)
	}
}

// loop takes the news until the watcher is closed.
func (s *sources) loop(w *fsnotify.Watcher) {
	for {
		select {
		case e, ok := <-w.Events:
			if !ok {
				return
			}
			s.event(w, e)
		case err, ok := <-w.Errors:
			if !ok {
				return
			}
			s.lost(w, err)
		}
	}
}

// lost is called when the watcher failed to tell something: everything may have
// changed.
func (s *sources) lost(w *fsnotify.Watcher, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watcher != w {
		return
	}
	if !errors.Is(err, fsnotify.ErrEventOverflow) {
		s.logger.Warn("file watcher failed", "error", err)
	}
	for _, src := range s.byPath {
		s.changedLocked(src)
		s.scanRootLocked(src)
	}
	for name, c := range s.awaited { // their news may be among what was lost
		close(c)
		delete(s.awaited, name)
	}
}

func (s *sources) event(w *fsnotify.Watcher, e fsnotify.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watcher != w {
		return
	}
	dir, name := filepath.Split(e.Name)
	dir = filepath.Clean(dir)
	if dir == s.cookies {
		if c := s.awaited[name]; c != nil {
			close(c)
			delete(s.awaited, name)
		}
		return
	}
	if e.Op == fsnotify.Chmod || ignored(name) {
		return
	}
	hit := s.byDir[dir]
	isGone := s.byDir[e.Name] != nil && (e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename))
	if isGone {
		hit = s.goneLocked(e.Name, hit)
	}
	for src := range hit {
		if !src.concerns(name) {
			continue
		}
		s.changedLocked(src)
		if (e.Has(fsnotify.Create) || isGone) && src.file == "" {
			// Of a directory that is gone another may have taken the place, and be watched
			// already: the news of the former come late.
			if info, err := os.Stat(e.Name); err == nil && info.IsDir() {
				s.scanLocked(src, e.Name)
			}
		}
	}
}

// goneLocked forgets a watched directory that was removed or renamed, with all
// below it, and returns whom that concerns besides hit.
func (s *sources) goneLocked(path string, hit map[*source]struct{}) map[*source]struct{} {
	all := make(map[*source]struct{})
	for src := range hit {
		all[src] = struct{}{}
	}
	for dir, users := range s.byDir {
		if dir != path && !strings.HasPrefix(dir, path+string(filepath.Separator)) {
			continue
		}
		for src := range users {
			all[src] = struct{}{}
			s.unwatchLocked(src, dir)
		}
	}
	return all
}

func (s *sources) changedLocked(src *source) {
	s.changes++
	src.generation.Store(s.changes)
	src.changed = s.now()
}

// scanRootLocked looks at what is at the path now, and watches it.
func (s *sources) scanRootLocked(src *source) {
	src.root, src.file = nil, ""
	if info, err := os.Stat(src.path); err == nil {
		src.root = info
		if !info.IsDir() {
			src.file = filepath.Base(src.path)
		}
	}
	src.unwatched = s.watcher == nil
	for dir := range src.dirs {
		s.unwatchLocked(src, dir)
	}
	s.scanLocked(src, rootOf(src.path))
}

// scanLocked watches a directory and those below it.
func (s *sources) scanLocked(src *source, from string) {
	dirs, more := src.scan(from)
	more = more && src.file == ""
	if more {
		s.logger.Warn("a function's directory has too many directories to watch; saves in the others go unnoticed",
			"directory", src.path, "watched", maxWatchedDirs)
	}
	for _, dir := range dirs {
		if src.unwatched {
			break
		}
		if err := s.watchLocked(src, dir); err != nil && exists(dir) {
			src.unwatched = true
			s.logger.Warn("files of a function cannot be watched; they are looked through at each request",
				"directory", dir, "error", err)
		}
	}
	if src.unwatched {
		src.print = src.fingerprint()
	}
}

// rootOf is the directory whose files are a function's code.
func rootOf(path string) string {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return filepath.Dir(path)
	}
	return path
}

func (s *sources) watchLocked(src *source, dir string) error {
	users := s.byDir[dir]
	if users == nil {
		if err := s.watcher.Add(dir); err != nil {
			return err
		}
		users = make(map[*source]struct{})
		s.byDir[dir] = users
	}
	users[src] = struct{}{}
	src.dirs[dir] = struct{}{}
	return nil
}

func (s *sources) unwatchLocked(src *source, dir string) {
	delete(src.dirs, dir)
	users := s.byDir[dir]
	delete(users, src)
	if len(users) > 0 {
		return
	}
	delete(s.byDir, dir)
	if s.watcher != nil {
		_ = s.watcher.Remove(dir) // gone already when the directory is
	}
}

// generation returns the number of the last change; 0 for a path not in use.
func (s *sources) generation(path string) uint64 {
	src, ok := s.live.Load(path)
	if !ok {
		return 0
	}
	return src.(*source).generation.Load()
}

// settle returns when all that was saved before the call is known, and files that
// changed just now have been quiet for a moment.
func (s *sources) settle(ctx context.Context, src *source) error {
	begin := s.now()
	for {
		if err := s.catchUp(ctx, src); err != nil {
			return err
		}
		s.mu.Lock()
		changed := src.changed
		s.mu.Unlock()
		now := s.now()
		wait := min(changed.Add(settleTime).Sub(now), begin.Add(maxSettleTime).Sub(now))
		if changed.IsZero() || wait <= 0 {
			return nil
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// catchUp waits for the news of what was saved before the call.
func (s *sources) catchUp(ctx context.Context, src *source) error {
	s.mu.Lock()
	info, err := os.Stat(src.path)
	if moved := (err == nil) != (src.root != nil) || (err == nil && !os.SameFile(info, src.root)); moved {
		// Another directory has its place: the watches are for the former.
		s.changedLocked(src)
		s.scanRootLocked(src)
	}
	if src.unwatched {
		if now := src.fingerprint(); now != src.print {
			src.print = now
			s.changedLocked(src)
		}
		s.mu.Unlock()
		return nil
	}
	if s.cookie == "" || s.watcher == nil {
		s.mu.Unlock()
		return nil
	}
	s.number++
	name := strconv.FormatUint(s.number, 10)
	next := filepath.Join(s.cookies, name)
	if err := os.Rename(s.cookie, next); err != nil {
		s.cookie = ""
		s.logger.Warn("saves may be noticed a few milliseconds late", "error", err)
		s.mu.Unlock()
		return nil
	}
	s.cookie = next
	seen := make(chan struct{})
	s.awaited[name] = seen
	s.mu.Unlock()

	timer := time.NewTimer(cookieWait)
	defer timer.Stop()
	select {
	case <-seen:
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
