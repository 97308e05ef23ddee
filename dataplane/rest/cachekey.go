package rest

import (
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
	"github.com/stagedoor-dev/stagedoor/dataplane/responsecache"
)

// cacheKey is a parameter that tells the responses of a method apart.
type cacheKey struct {
	name   string
	source mapping.Expression
}

// parseCacheKey compiles a name of cacheKeyParameters: a parameter of the method, or one
// of the integration that stands for what is mapped to it.
func parseCacheKey(name string, mapped map[string]string) (cacheKey, error) {
	text := name
	if source, ok := mapped[name]; ok && strings.HasPrefix(name, "integration.request.") {
		text = source
	}
	source, err := mapping.ParseExpression(text)
	return cacheKey{name: name, source: source}, err
}

func (k *cacheKey) readsBody() bool { return k.source.Source() == mapping.Body }

// values returns all values: a mapping takes one of them, but a proxy passes them all.
func (k *cacheKey) values(x *Exchange) []string {
	switch k.source.Source() {
	case mapping.Querystring:
		return x.Querystring(k.source.Name())
	case mapping.Header:
		return x.Header(k.source.Name())
	default:
		return k.source.Evaluate(x)
	}
}

// key returns what a response is kept under. Methods of the same verb that have the same
// namespace share their responses. Unverified: that those of other verbs do not.
func (m *cachedMethod) key(x *Exchange) []byte {
	key := responsecache.AppendKey(make([]byte, 0, 128), m.namespace, []string{x.Request.HTTP.Method})
	for i := range m.keys {
		key = responsecache.AppendKey(key, m.keys[i].name, m.keys[i].values(x))
	}
	return key
}
