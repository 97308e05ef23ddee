package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
)

type sentKey struct{}

// sentBody is the JSON body of a request, parsed once when somebody asks what
// was in it.
type sentBody struct {
	data []byte
	tree func() map[string]any
}

func newSentBody(data []byte) *sentBody {
	return &sentBody{data: data, tree: sync.OnceValue(func() map[string]any {
		var tree map[string]any
		// What is no object has no members: the codec has refused it before.
		_ = json.Unmarshal(data, &tree)
		return tree
	})}
}

// Sent reports whether the JSON body of the request had the member at path with a
// value other than null. The path is made of JSON names joined with dots, for
// instance "canarySettings.percentTraffic" or "patchOperations.0.value". It tells absent from false and 0 where
// the SDK's type is no pointer. Outside a request it is false.
func Sent(ctx context.Context, path string) bool {
	body, ok := ctx.Value(sentKey{}).(*sentBody)
	return ok && body.has(strings.Split(path, "."))
}

func (b *sentBody) has(path []string) bool { return b.value(path) != nil }

// value returns the JSON value at path, made of member names and list indexes; nil
// when there is none.
func (b *sentBody) value(path []string) any {
	var value any = b.tree()
	for _, name := range path {
		switch parent := value.(type) {
		case map[string]any:
			value = parent[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(parent) {
				return nil
			}
			value = parent[i]
		default:
			return nil
		}
	}
	return value
}

// hasEmptyStrings reports whether the text may hold an empty string.
func (b *sentBody) hasEmptyStrings() bool {
	return b != nil && bytes.Contains(b.data, []byte(`""`))
}
