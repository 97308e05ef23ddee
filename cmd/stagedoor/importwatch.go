package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// saveQuiet is how long a file has to be left alone before it counts as saved: editors
// write in several steps.
const saveQuiet = 50 * time.Millisecond

// watch imports the file, and again whenever it is saved, until ctx is done. Errors are
// printed, and watching goes on.
func (i *docImporter) watch(ctx context.Context) (err error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch the document: %w", err)
	}
	defer func() { err = errors.Join(err, watcher.Close()) }()
	// The directory: editors put another file in place of the old one.
	file, err := filepath.Abs(i.file)
	if err != nil {
		return err
	}
	if err := watcher.Add(filepath.Dir(file)); err != nil {
		return fmt.Errorf("watch the document: %w", err)
	}
	var last []byte
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case event := <-watcher.Events:
			if filepath.Clean(event.Name) == file && event.Op != fsnotify.Chmod {
				timer.Reset(saveQuiet)
			}
		case err := <-watcher.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("watch the document: %w", err)
			}
			timer.Reset(saveQuiet) // the save may be among what was lost
		case <-timer.C:
			last = i.again(ctx, last)
		}
	}
}

// again imports the file if it is another than the last one, and returns it.
func (i *docImporter) again(ctx context.Context, last []byte) []byte {
	document, err := os.ReadFile(i.file)
	switch {
	case last != nil && errors.Is(err, fs.ErrNotExist):
		return last // it is being replaced, or gone until it comes back
	case err == nil && (bytes.Equal(document, last) || len(document) == 0 && last != nil):
		return last
	case err == nil:
		err = i.run(ctx, document)
	}
	switch {
	case err == nil || ctx.Err() != nil:
	case errors.Is(err, errNotImported):
		_, _ = fmt.Fprintln(i.stderr, "Waiting for the next save.")
	default:
		_, _ = fmt.Fprintf(i.stderr, "%s\nWaiting for the next save.\n", err)
		return []byte{} // the same document may do then
	}
	return document
}
