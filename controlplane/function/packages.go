package function

import (
	"context"
	"log/slog"
	"sync"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// packages saves code before the transaction that refers to it and removes what
// nothing refers to any longer.
type packages struct {
	kept   Packages
	inUse  func(sha256 string) bool
	logger *slog.Logger

	// mu is shared while a saved package waits for the transaction that refers to
	// it, and exclusive while one is removed: a package is thus never removed
	// between a save and the commit that brings it into use.
	mu sync.RWMutex
}

// use saves content and calls commit with the package. When commit fails and
// nothing else refers to the package, it is removed again.
func (p *packages) use(ctx context.Context, content []byte, commit func(deployed.Package) error) error {
	saved, err := p.saveAndCommit(ctx, content, commit)
	if err != nil && saved.SHA256 != "" {
		p.removeUnused(saved.SHA256)
	}
	return err
}

func (p *packages) saveAndCommit(ctx context.Context, content []byte, commit func(deployed.Package) error) (deployed.Package, error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	saved, err := p.kept.Save(ctx, content)
	if err != nil {
		return deployed.Package{}, err
	}
	return saved, commit(saved)
}

// removeUnused removes a package unless a function or a running invocation uses it.
func (p *packages) removeUnused(sha256 string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inUse(sha256) {
		return
	}
	if err := p.kept.Remove(sha256); err != nil {
		p.logger.Warn("an unused code package could not be removed", "error", err)
	}
}

// sweep removes the packages that a crash between save and commit, or between
// commit and removal, has left behind.
func (p *packages) sweep() {
	names, err := p.kept.List()
	if err != nil {
		p.logger.Warn("code packages could not be listed", "error", err)
		return
	}
	for _, name := range names {
		p.removeUnused(name)
	}
}
