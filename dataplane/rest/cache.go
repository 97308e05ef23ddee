package rest

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// cache is the step of the response cache, which is not there yet. As the cache of a
// stage is bought by name, a method that uses it fails rather than call its backend
// more often than anybody expects.
func (c *compiler) cache(r *resource, m *types.Method) []step {
	stage := &c.stage.snapshot.Stage
	isCached := stage.CacheClusterEnabled && aws.ToString(m.HttpMethod) == "GET" && cachingEnabled(stage.MethodSettings, r.path, "GET")
	if !isCached {
		return nil
	}
	return []step{refusal("cache", unsupported("response cache of the stage"))}
}

// cachingEnabled looks for the settings of a method, then for those of the stage
// (SD-06, SD-07).
func cachingEnabled(settings map[string]types.MethodSetting, path, verb string) bool {
	path = strings.TrimPrefix(path, "/")
	for _, key := range []string{path + "/" + verb, strings.ReplaceAll(path, "/", "~1") + "/" + verb, "~1" + strings.ReplaceAll(path, "/", "~1") + "/" + verb, "*/*"} {
		if setting, ok := settings[key]; ok {
			return setting.CachingEnabled
		}
	}
	return false
}

// compression is the step that decompresses requests, which is not there yet.
func (c *compiler) compression() []step {
	if c.api.MinimumCompressionSize == nil {
		return nil
	}
	return []step{{name: "decompress request", run: func(x *Exchange) *Failure {
		if encoding := x.Request.HTTP.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
			return unsupported("Content-Encoding " + encoding + " of a request")
		}
		return nil
	}}}
}
