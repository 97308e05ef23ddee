package rest

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/responsecache"
)

// A cache shares the memory of the machine with all others, so it has a part of the
// cacheClusterSize that is paid for at AWS: 64 MiB for each GB, at most 512 MiB.
const (
	cacheBytesPerGB = 64 << 20
	maxCacheBytes   = 512 << 20
)

func cacheBytes(size types.CacheClusterSize) int64 {
	gigabytes, err := strconv.ParseFloat(string(size), 64)
	if err != nil || gigabytes <= 0 {
		gigabytes = 0.5 // the size that AWS takes when none is named
	}
	return int64(min(gigabytes*cacheBytesPerGB, maxCacheBytes))
}

// newResponses sets the cache of a stage: that of the previous one unless it has another
// size. Unverified: that a deployment does not empty it.
func (s *Stage) newResponses(previous *Stage) {
	s.cacheCounters = &responsecache.Counters{}
	if previous != nil {
		s.cacheCounters = previous.cacheCounters
	}
	if !s.snapshot.Stage.CacheClusterEnabled {
		return
	}
	size := s.snapshot.Stage.CacheClusterSize
	if previous != nil && previous.responses != nil && previous.snapshot.Stage.CacheClusterSize == size {
		s.responses = previous.responses
		return
	}
	s.responses = responsecache.New(cacheBytes(size))
}

// shareResponses gives the canary the cache of its stage, or one of its own, as
// canarySettings say. It counts with its stage.
func (s *Stage) shareResponses() {
	s.canary.cacheCounters = s.cacheCounters
	if s.snapshot.Stage.CanarySettings.UseStageCache {
		s.canary.responses = s.responses
	} else if s.canary.responses == s.responses && s.responses != nil {
		s.canary.responses = responsecache.New(cacheBytes(s.snapshot.Stage.CacheClusterSize))
	}
}

// FlushResponses forgets the cached responses.
func (s *Stage) FlushResponses() {
	for _, one := range []*Stage{s, s.canary} {
		if one != nil && one.responses != nil {
			one.responses.Flush()
		}
	}
}

// CacheMetrics returns how many requests were answered from the cache and how many were
// not since the stage was first published; false for a stage without a cache.
func (s *Stage) CacheMetrics() (hits, misses uint64, ok bool) {
	return s.cacheCounters.Hits(), s.cacheCounters.Misses(), s.responses != nil
}
