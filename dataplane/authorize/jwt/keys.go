package jwt

import (
	"context"
	"crypto/rsa"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// keysLifetime is how long keys are used without asking the issuer again.
	keysLifetime = 2 * time.Hour
	// failureWait is how long an issuer is left alone after it failed to answer.
	failureWait = time.Second
	// unknownWait is how long an issuer is left alone after it turned out not to have a
	// key; it doubles each time up to maxUnknownWait. A flood of tokens with made-up key
	// ids costs the issuer next to nothing, and a new key is still found at once.
	unknownWait    = time.Second
	maxUnknownWait = time.Minute
)

// Keys has the public keys of issuers. It is safe for concurrent use; authorizers that
// share it share the keys.
type Keys struct {
	client *http.Client
	now    func() time.Time
	mu     sync.Mutex
	sets   map[keySource]*keySet
}

// NewKeys returns Keys that fetch with a client; nil = one of its own, that keeps no
// connections. The clock is now.
func NewKeys(client *http.Client, now func() time.Time) *Keys {
	if now == nil {
		now = time.Now
	}
	return &Keys{client: fetchClient(client), now: now, sets: map[keySource]*keySet{}}
}

// keySource is where keys come from: the key set of uri, or the one that the issuer
// names.
type keySource struct{ issuer, uri string }

// key is a public key; algorithm is the only one that it is for, if not empty.
type key struct {
	public    *rsa.PublicKey
	algorithm string
	// broken says why the key cannot be used.
	broken error
}

func (k *Keys) set(issuer, uri string) *keySet {
	k.mu.Lock()
	defer k.mu.Unlock()
	source := keySource{issuer, uri}
	set := k.sets[source]
	if set == nil {
		set = &keySet{owner: k, source: source}
		k.sets[source] = set
	}
	return set
}

// keySet are the keys of an issuer.
type keySet struct {
	owner   *Keys
	source  keySource
	current atomic.Pointer[fetched]

	// mu guards what follows.
	mu sync.Mutex
	// running is closed when the fetch under way is over; nil when there is none.
	running chan struct{}
	// failed is how the last fetch failed; nil when it did not.
	failed error
	// notBefore is when the issuer may be asked again, wait how long it was left alone.
	notBefore time.Time
	wait      time.Duration
}

// fetched are the keys that an issuer had.
type fetched struct {
	keys    map[string]*key
	expires time.Time
}

// find returns a key by its id. It asks the issuer when there are no keys, when they are
// too old, and when there is no such key; all callers share one fetch.
func (s *keySet) find(ctx context.Context, kid string) (*key, error) {
	if now := s.current.Load(); now != nil && s.owner.now().Before(now.expires) {
		if key := now.keys[kid]; key != nil {
			return key, key.broken
		}
	}
	s.mu.Lock()
	if s.running == nil && s.mayAskLocked(kid) {
		return s.fetchLocked(ctx, kid)
	}
	running := s.running
	s.mu.Unlock()
	if running != nil {
		select {
		case <-running:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lookupLocked(kid)
}

// fetchLocked asks the issuer, for everybody who waits, and unlocks.
func (s *keySet) fetchLocked(ctx context.Context, kid string) (*key, error) {
	running := make(chan struct{})
	s.running = running
	s.mu.Unlock()
	// The others wait for it too: that this caller gives up does not end it.
	keys, err := s.owner.fetch(context.WithoutCancel(ctx), s.source)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = nil
	close(running)
	now := s.owner.now()
	s.failed = err
	if err != nil {
		s.notBefore = now.Add(failureWait)
		return s.lookupLocked(kid)
	}
	s.current.Store(&fetched{keys: s.keep(keys), expires: now.Add(keysLifetime)})
	if keys[kid] == nil {
		s.wait = min(max(2*s.wait, unknownWait), maxUnknownWait)
		s.notBefore = now.Add(s.wait)
	} else {
		s.wait, s.notBefore = 0, time.Time{}
	}
	return s.lookupLocked(kid)
}

// keep puts keys that are the same as before in the place of new ones, so that what was
// verified with them stays so.
func (s *keySet) keep(keys map[string]*key) map[string]*key {
	before := s.current.Load()
	if before == nil {
		return keys
	}
	for kid, old := range before.keys {
		if now := keys[kid]; now != nil && now.broken == nil && old.broken == nil && now.algorithm == old.algorithm && now.public.Equal(old.public) {
			keys[kid] = old
		}
	}
	return keys
}

// mayAskLocked reports whether a key is worth a fetch now.
func (s *keySet) mayAskLocked(kid string) bool {
	current, now := s.current.Load(), s.owner.now()
	if current != nil && now.Before(current.expires) {
		return current.keys[kid] == nil && !now.Before(s.notBefore)
	}
	// That a key was unknown before is no reason to do without any.
	return s.failed == nil || !now.Before(s.notBefore)
}

func (s *keySet) lookupLocked(kid string) (*key, error) {
	now := s.current.Load()
	switch {
	case now != nil && s.owner.now().Before(now.expires):
		if key := now.keys[kid]; key != nil {
			return key, key.broken
		}
		return nil, failed("kid does not have a matching key in the JWKS endpoint", nil) // Unverified.
	case s.failed != nil:
		return nil, s.failed
	default:
		return nil, failed("JWKS communication error", nil) // keys expired while the issuer is left alone
	}
}
