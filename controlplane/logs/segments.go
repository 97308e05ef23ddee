package logs

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// segment is a file of events, one JSON object a line. Only the newest of a group is
// written to.
type segment struct {
	path string
	size int64
	// oldest and newest bound the times of its events.
	oldest, newest int64
	// first is the sequence number of its first event, also its name.
	first int64
}

// segments are the files of one group, the oldest first.
type segments struct {
	dir  string
	list []*segment
	file *os.File
}

// openSegments reads what is in dir, which need not exist, calling each for every
// event. A record that was cut off at the end of a file is dropped.
func openSegments(dir string, each func(*event)) (*segments, error) {
	s := &segments{dir: dir}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range entries { // in the order of names
		if !strings.HasSuffix(entry.Name(), ".log") {
			continue
		}
		seg := &segment{path: filepath.Join(dir, entry.Name()), oldest: math.MaxInt64}
		if _, err := fmt.Sscanf(entry.Name(), "%d.log", &seg.first); err != nil {
			continue
		}
		if seg.size, err = readSegment(seg.path, func(e *event) { seg.covers(e); each(e) }); err != nil {
			return nil, err
		}
		s.list = append(s.list, seg)
	}
	return s, nil
}

func (s *segment) covers(e *event) {
	s.oldest, s.newest = min(s.oldest, e.Time), max(s.newest, e.Time)
}

// readSegment calls each for every whole record and returns where the last one ends.
func readSegment(path string, each func(*event)) (int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }() // only read
	reader := bufio.NewReaderSize(file, 64<<10)
	var end int64
	for {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return end, nil // what has no end of line was torn
		}
		if err != nil {
			return end, err
		}
		e := &event{}
		if json.Unmarshal(bytes.TrimSpace(line), e) == nil {
			each(e)
		}
		end += int64(len(line))
	}
}

// write appends events and starts a new file when the newest has limit bytes. It calls
// each for every event that is written.
func (s *segments) write(events []*event, limit int64, each func(*event)) (written int64, err error) {
	var buffer bytes.Buffer
	for len(events) > 0 {
		seg, err := s.writable(events[0].Seq, limit)
		if err != nil {
			return written, err
		}
		buffer.Reset()
		batch := events
		for len(events) > 0 && seg.size+int64(buffer.Len()) < limit {
			line, err := json.Marshal(events[0])
			if err != nil {
				return written, err
			}
			buffer.Write(line)
			buffer.WriteByte('\n')
			events = events[1:]
		}
		n, err := s.file.WriteAt(buffer.Bytes(), seg.size)
		if err != nil {
			return written, err // the next write overwrites what was torn
		}
		for _, e := range batch[:len(batch)-len(events)] {
			seg.covers(e)
			each(e)
		}
		seg.size += int64(n)
		written += int64(n)
	}
	return written, nil
}

func (s *segments) writable(seq, limit int64) (*segment, error) {
	if n := len(s.list); n > 0 && s.list[n-1].size < limit {
		seg := s.list[n-1]
		if s.file != nil {
			return seg, nil
		}
		file, err := os.OpenFile(seg.path, os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		if err := file.Truncate(seg.size); err != nil {
			return nil, errors.Join(err, file.Close())
		}
		s.file = file
		return seg, nil
	}
	if err := s.close(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	seg := &segment{path: filepath.Join(s.dir, fmt.Sprintf("%020d.log", seq)), first: seq, oldest: math.MaxInt64}
	file, err := os.OpenFile(seg.path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	s.file, s.list = file, append(s.list, seg)
	return seg, nil
}

// readSegments returns the events that keep accepts with times in [from, to), in order.
func readSegments(list []segment, from, to int64, keep func(*event) bool) ([]*event, error) {
	var found []*event
	for _, seg := range list {
		if seg.newest < from || seg.oldest >= to {
			continue
		}
		_, err := readSegment(seg.path, func(e *event) {
			if e.Time >= from && e.Time < to && keep(e) {
				found = append(found, e)
			}
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	slices.SortFunc(found, func(a, b *event) int { return a.position().compare(b.position()) })
	return found, nil
}

// size returns the bytes of all files.
func (s *segments) size() (total int64) {
	for _, seg := range s.list {
		total += seg.size
	}
	return total
}

// dropOldest removes the oldest file.
func (s *segments) dropOldest() error {
	if len(s.list) == 1 {
		if err := s.close(); err != nil {
			return err
		}
	}
	err := os.Remove(s.list[0].path)
	s.list = s.list[1:]
	return err
}

// drop rewrites the files that have events of a stream without these. Readers that have a
// file open go on in the former one.
func (s *segments) drop(stream string) error {
	if err := s.close(); err != nil {
		return err
	}
	for _, seg := range s.list {
		if err := seg.drop(stream); err != nil {
			return err
		}
	}
	return nil
}

func (s *segment) drop(stream string) error {
	var kept bytes.Buffer
	var failed error
	left := segment{path: s.path, first: s.first, oldest: math.MaxInt64}
	dropped := false
	_, err := readSegment(s.path, func(e *event) {
		if e.Stream == stream {
			dropped = true
			return
		}
		line, err := json.Marshal(e)
		if err != nil {
			failed = errors.Join(failed, err)
			return
		}
		kept.Write(line)
		kept.WriteByte('\n')
		left.covers(e)
	})
	if err = errors.Join(err, failed); err != nil || !dropped {
		return err
	}
	aside := s.path + ".new"
	if err := os.WriteFile(aside, kept.Bytes(), 0o600); err != nil {
		return errors.Join(err, os.Remove(aside))
	}
	if err := os.Rename(aside, s.path); err != nil {
		return errors.Join(err, os.Remove(aside))
	}
	left.size = int64(kept.Len())
	*s = left
	return nil
}

// remove deletes all files.
func (s *segments) remove() error {
	err := s.close()
	s.list = nil
	return errors.Join(err, os.RemoveAll(s.dir))
}

func (s *segments) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	return err
}
