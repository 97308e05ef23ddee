package memory

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// check returns the number of nodes after looking for what an AVL tree must hold.
func check(t rapid.TB, n *node) int {
	t.Helper()
	if n == nil {
		return 0
	}
	count := 1 + check(t, n.left) + check(t, n.right)
	if n.height != 1+max(n.left.level(), n.right.level()) {
		t.Fatalf("%q: height %d over %d and %d", n.key, n.height, n.left.level(), n.right.level())
	}
	if d := n.left.level() - n.right.level(); d < -1 || d > 1 {
		t.Fatalf("%q: heights %d and %d", n.key, n.left.level(), n.right.level())
	}
	return count
}

func keys(n *node, from string) []string {
	var keys []string
	n.ascend(from, func(n *node) bool {
		keys = append(keys, n.key)
		return true
	})
	return keys
}

func TestTree(t *testing.T) {
	key := rapid.StringMatching(`[a-z]{1,2}`)
	rapid.Check(t, func(t *rapid.T) {
		var tree *node
		model := map[string]bool{}
		type version struct {
			tree *node
			keys []string
		}
		var versions []version
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				k := key.Draw(t, "key")
				tree = tree.put(k, []byte(k))
				model[k] = true
			},
			"remove": func(t *rapid.T) {
				k := key.Draw(t, "key")
				if model[k] {
					tree = tree.remove(k)
					delete(model, k)
				}
			},
			"keep": func(*rapid.T) { versions = append(versions, version{tree, keys(tree, "")}) },
			"": func(t *rapid.T) {
				check(t, tree)
				if diff := cmp.Diff(slices.Sorted(maps.Keys(model)), keys(tree, "")); diff != "" {
					t.Fatalf("keys (-want +got):\n%s", diff)
				}
				from := key.Draw(t, "from")
				want := slices.DeleteFunc(slices.Sorted(maps.Keys(model)), func(k string) bool { return k < from })
				if got := keys(tree, from); !slices.Equal(want, got) {
					t.Fatalf("from %q: %q, want %q", from, got, want)
				}
				for _, v := range versions {
					if got := keys(v.tree, ""); !slices.Equal(v.keys, got) {
						t.Fatalf("an old version changed to %q, want %q", got, v.keys)
					}
				}
			},
		})
	})
}

func TestTreeStaysLow(t *testing.T) {
	var tree *node
	const count = 100_000
	for i := range count { // ascending order is the worst
		key := string([]byte{byte(i >> 16), byte(i >> 8), byte(i)})
		tree = tree.put(key, []byte{})
	}
	if got := check(t, tree); got != count {
		t.Errorf("%d nodes, want %d", got, count)
	}
	if limit := int(1.45 * math.Log2(count)); tree.height > limit {
		t.Errorf("height %d, limit %d", tree.height, limit)
	}
}
