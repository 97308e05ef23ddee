package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/usageplan"
)

// usageFile is the name of the usage of API keys within the data directory.
const usageFile = "usage.json"

// usageInterval is how often usage is saved, and so how much of it a killed emulator
// forgets. Counting is the data plane's: a transaction for each call would be its limit.
const usageInterval = 5 * time.Second

// usageKeeper keeps the usage of API keys across restarts.
type usageKeeper struct {
	index  *usageplan.Index
	path   string
	logger *slog.Logger
	saved  []byte
	stop   chan struct{}
	done   chan struct{}
}

// keepUsage restores the usage that is stored in dir and saves it from time to time,
// until the keeper is closed.
func keepUsage(index *usageplan.Index, dir string, logger *slog.Logger) (*usageKeeper, error) {
	k := &usageKeeper{index: index, path: filepath.Join(dir, usageFile), logger: logger, stop: make(chan struct{}), done: make(chan struct{})}
	data, err := os.ReadFile(k.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("usage of API keys: %w", err)
	default:
		var usage []usageplan.Usage
		if err := json.Unmarshal(data, &usage); err != nil {
			return nil, fmt.Errorf("%w: usage of API keys: %w", ErrUnreadableData, err)
		}
		index.Restore(usage)
		k.saved = data
	}
	go k.run()
	return k, nil
}

func (k *usageKeeper) run() {
	defer close(k.done)
	ticker := time.NewTicker(usageInterval)
	defer ticker.Stop()
	for {
		select {
		case <-k.stop:
			return
		case <-ticker.C:
			if err := k.save(); err != nil {
				k.logger.Error("usage of API keys cannot be saved", slog.Any("error", err))
			}
		}
	}
}

// Close saves the usage a last time.
func (k *usageKeeper) Close() error {
	close(k.stop)
	<-k.done
	return k.save()
}

// save replaces the file as a whole: there is never half of one.
func (k *usageKeeper) save() error {
	data, err := json.Marshal(k.index.Usage())
	if err != nil || bytes.Equal(data, k.saved) || (len(k.saved) == 0 && string(data) == "null") {
		return err
	}
	temporary := k.path + ".new"
	if err := os.WriteFile(temporary, data, 0o600); err != nil {
		return err
	}
	if err := os.Rename(temporary, k.path); err != nil {
		return err
	}
	k.saved = data
	return nil
}
