package rest

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// cache is the step of the response cache, which is not there yet. As the cache of a
// stage is bought by name, a method that uses it fails rather than call its backend
// more often than anybody expects.
func (c *compiler) cache(r *resource, m *types.Method) []step {
	stage := &c.stage.snapshot.Stage
	setting, _ := methodSetting(stage.MethodSettings, r.path, "GET")
	isCached := stage.CacheClusterEnabled && aws.ToString(m.HttpMethod) == "GET" && setting.CachingEnabled
	if !isCached {
		return nil
	}
	return []step{refusal("cache", unsupported("response cache of the stage"))}
}
