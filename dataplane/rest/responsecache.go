package rest

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize"
	"github.com/stagedoor-dev/stagedoor/dataplane/responsecache"
)

// cachedMethod is how the responses of a method are cached. Source: "Cache settings for
// REST APIs in API Gateway" in AWS's developer guide.
type cachedMethod struct {
	ttl       time.Duration
	namespace string
	keys      []cacheKey
	// readsBody tells whether a key is taken from the request's body.
	readsBody bool
	// onlyGet tells that a method ANY is cached by the settings of the stage.
	onlyGet bool
	// needsPermission tells whether only some may renew an entry, strategy what becomes of
	// the others.
	needsPermission bool
	strategy        types.UnauthorizedCacheControlHeaderStrategy
	// policy is the API's resource policy; nil when it has none.
	policy *authorize.Policy
}

// cacheLookup is what the cache said of an exchange.
type cacheLookup struct {
	// isHit tells that the response is there: the integration is left out.
	isHit bool
	// stores tells that the response is to be kept, with key and epoch.
	stores bool
	key    []byte
	epoch  responsecache.Epoch
	// ignoredControl tells that the response says so.
	ignoredControl bool
}

// cached puts the cache around the steps of an integration, if the method has one.
func (c *compiler) cached(r *resource, m *types.Method, steps []step) []step {
	cache := c.cachedMethod(r, m)
	if cache == nil {
		return steps
	}
	for i := range steps {
		steps[i].isIntegration = true
	}
	return slices.Concat(
		[]step{{name: "cache lookup", run: cache.lookUp}}, steps,
		[]step{{name: "cache store", run: cache.store, isIntegration: true}},
	)
}

// cachedMethod returns nil for a method whose responses are not cached. Settings of the
// stage concern GET only, all others need settings of their own. Streams are not cached.
func (c *compiler) cachedMethod(r *resource, m *types.Method) *cachedMethod {
	stage, i := &c.stage.snapshot.Stage, m.MethodIntegration
	if !stage.CacheClusterEnabled || i == nil || i.ResponseTransferMode == types.ResponseTransferModeStream {
		return nil
	}
	verb := aws.ToString(m.HttpMethod)
	setting, isOwn := ownMethodSetting(stage.MethodSettings, r.path, verb)
	if !isOwn {
		setting = stage.MethodSettings["*/*"]
	}
	// Unverified: that a method ANY is cached for GET by the settings of the stage.
	if !setting.CachingEnabled || setting.CacheTtlInSeconds <= 0 || !isOwn && verb != http.MethodGet && verb != "ANY" {
		return nil
	}
	cache := &cachedMethod{
		ttl:             time.Duration(setting.CacheTtlInSeconds) * time.Second,
		namespace:       aws.ToString(i.CacheNamespace),
		onlyGet:         !isOwn,
		needsPermission: setting.RequireAuthorizationForCacheControl,
		strategy:        setting.UnauthorizedCacheControlHeaderStrategy,
	}
	if cache.namespace == "" {
		cache.namespace = r.id
	}
	for _, name := range i.CacheKeyParameters {
		key, err := parseCacheKey(name, i.RequestParameters)
		if err != nil {
			// Without the key a client could get the response to another's request.
			c.logger().Warn("responses of a method are not cached: its cache key is unknown", "resource", r.path, "method", verb, "key", name, "error", err)
			return nil
		}
		cache.keys = append(cache.keys, key)
		cache.readsBody = cache.readsBody || key.readsBody()
	}
	if text := aws.ToString(c.api.Policy); text != "" {
		policy, err := authorize.ParseResourcePolicy([]byte(text))
		if err != nil {
			return nil // such an API lets nobody in
		}
		cache.policy = policy
	}
	return cache
}

// lookUp answers from the cache, or tells what the response is to be kept under.
func (m *cachedMethod) lookUp(x *Exchange) *Failure {
	responses := x.stage.responses
	if x.test != nil || responses == nil || m.onlyGet && x.Request.HTTP.Method != http.MethodGet {
		x.decide("off")
		return nil
	}
	renews := asksToRenew(x.Request.HTTP.Header)
	if renews && m.needsPermission && !m.mayInvalidate(x) {
		if m.strategy == types.UnauthorizedCacheControlHeaderStrategyFailWith403 {
			return m.refuse(x)
		}
		renews = false
		x.cache.ignoredControl = m.strategy != types.UnauthorizedCacheControlHeaderStrategySucceedWithoutResponseHeader
	}
	if m.readsBody {
		if _, failure := x.body(); failure != nil {
			return failure
		}
	}
	key := m.key(x)
	found, epoch := responses.Get(key, x.Request.Time)
	if found == nil || renews {
		x.stage.cacheCounters.Miss()
		x.cache.key, x.cache.epoch, x.cache.stores = key, epoch, true
		x.decide("miss")
		if renews {
			x.decide("miss: the client asks for a new response")
		}
		return nil
	}
	x.stage.cacheCounters.Hit()
	x.cache.isHit = true
	x.Response = Response{Status: found.Status, Header: maps.Clone(found.Header), Body: found.Body}
	x.warnOfIgnoredControl()
	x.decide("hit")
	return nil
}

// store keeps the method response, before it is compressed for this client. What failed
// does not come here. Unverified: that responses of all statuses are kept, and that those
// from the cache have no trace id.
func (m *cachedMethod) store(x *Exchange) *Failure {
	if x.cache.stores && x.Response.Stream == nil {
		decision := "not kept"
		if len(x.Response.Body) <= responsecache.MaxResponseBytes && m.keep(x) {
			decision = "kept for " + strconv.Itoa(int(m.ttl/time.Second)) + " s"
		}
		x.decide(decision)
	}
	x.warnOfIgnoredControl()
	return nil
}

func (m *cachedMethod) keep(x *Exchange) bool {
	header := x.Response.Header.Clone()
	maps.DeleteFunc(header, func(name string, _ []string) bool { return strings.EqualFold(name, "X-Amzn-Trace-Id") })
	kept := &responsecache.Response{Status: x.Response.Status, Header: header, Body: slices.Clone(x.Response.Body)}
	return x.stage.responses.Put(x.cache.key, kept, x.stage.env.Now().Add(m.ttl), x.cache.epoch)
}
