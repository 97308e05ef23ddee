package emulator

import (
	"errors"
	"fmt"
	"slices"
	"sync"
)

// closers is what has to be closed, in the order it was opened. The zero value is
// empty.
type closers struct {
	mu  sync.Mutex
	all []closer
}

type closer struct {
	name  string
	close func() error
}

func (c *closers) add(name string, fn func() error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, closer{name, fn})
}

// close closes everything, the last opened first, and forgets it.
func (c *closers) close() error {
	c.mu.Lock()
	all := c.all
	c.all = nil
	c.mu.Unlock()
	var errs []error
	for _, c := range slices.Backward(all) {
		if err := c.close(); err != nil {
			errs = append(errs, fmt.Errorf("close %s: %w", c.name, err))
		}
	}
	return errors.Join(errs...)
}
