package jwt

import "sync"

// Limits of what is kept of verified tokens, for each authorizer.
const (
	maxVerified      = 4096
	maxVerifiedBytes = 8 << 20
)

// verifiedTokens are tokens that were verified: checking a signature takes as long as
// all the rest of a small request. The zero value is empty and ready.
type verifiedTokens struct {
	mu     sync.RWMutex
	tokens map[string]*accepted
	bytes  int
}

func (v *verifiedTokens) get(token string) *accepted {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.tokens[token]
}

func (v *verifiedTokens) put(token string, a *accepted) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.tokens) >= maxVerified || v.bytes+len(token) > maxVerifiedBytes {
		v.tokens, v.bytes = nil, 0 // rare, and tokens in use are verified again soon
	}
	if v.tokens == nil {
		v.tokens = map[string]*accepted{}
	}
	if _, ok := v.tokens[token]; !ok {
		v.bytes += len(token)
	}
	v.tokens[token] = a
}

func (v *verifiedTokens) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.tokens, v.bytes = nil, 0
}
