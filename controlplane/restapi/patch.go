package restapi

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// patch is one operation of a PATCH request, its path taken apart.
type patch struct {
	op types.Op
	// path is the path as sent.
	path string
	// names are the unescaped segments that the wildcards of the rule's path matched.
	names []string
	// raw are all segments of the path as sent, escapes kept.
	raw []string
	// value is nil when none was sent: not the same as "" (GR-19).
	value *string
	// from is the source path of a copy.
	from string
}

// text is the value, "" when none was sent.
func (p patch) text() string { return aws.ToString(p.value) }

// isTrue is the value as a boolean: only "true" is (MI-16).
func (p patch) isTrue() bool { return p.text() == "true" }

// name is what the first wildcard matched.
func (p patch) name() string { return p.names[0] }

// change applies an operation to T, which is a record or an edit under way.
type change[T any] func(target *T, p patch) error

// patchRule says what can be done with a path. A nil change is an operation that
// the path does not take.
type patchRule[T any] struct {
	// path is a JSON pointer; a segment in braces matches any segment.
	path string
	// shown is the path as AWS's messages spell it, where that is another way.
	shown   string
	add     change[T]
	replace change[T]
	remove  change[T]
	copy    change[T]
}

func (r patchRule[T]) change(op types.Op) change[T] {
	switch op {
	case types.OpAdd:
		return r.add
	case types.OpReplace:
		return r.replace
	case types.OpRemove:
		return r.remove
	case types.OpCopy:
		return r.copy
	default: // test and move are taken nowhere
		return nil
	}
}

// refusal makes the error for an operation that no rule takes. known is the rule
// whose path matched, nil when the path is none of the table's: AWS has several
// families of wording (MI-14).
type refusal[T any] func(rules []patchRule[T], known *patchRule[T], p patch) error

// patchTable is the PATCH behaviour of a kind of resource.
type patchTable[T any] struct {
	rules  []patchRule[T]
	refuse refusal[T]
}

// apply runs the operations on target in their order; the first error ends it, and
// target is then to be thrown away.
func (t patchTable[T]) apply(target *T, operations []types.PatchOperation) error {
	for _, operation := range operations {
		if operation.Path == nil {
			return invalidPatchPath("null") // GR-16
		}
		p := patch{
			op: operation.Op, path: *operation.Path, value: operation.Value,
			from: aws.ToString(operation.From),
		}
		rule := t.match(&p)
		if rule == nil {
			if err := t.refuse(t.rules, nil, p); err != nil {
				return err
			}
			continue
		}
		change := rule.change(p.op)
		if change == nil {
			if err := t.refuse(t.rules, rule, p); err != nil {
				return err
			}
			continue
		}
		if err := change(target, p); err != nil {
			return err
		}
	}
	return nil
}

// match finds the first rule for the path of p and fills in p's segments.
func (t patchTable[T]) match(p *patch) *patchRule[T] {
	segments, ok := splitPointer(p.path)
	p.raw = segments
	if !ok {
		return nil
	}
	for i := range t.rules {
		if names, ok := matchPointer(t.rules[i].path, segments); ok {
			p.names = names
			return &t.rules[i]
		}
	}
	return nil
}

// splitPointer splits a JSON pointer into its segments, still escaped. It is false
// for text that is none: one that does not begin with a slash.
func splitPointer(pointer string) (segments []string, ok bool) {
	rest, ok := strings.CutPrefix(pointer, "/")
	if !ok {
		return nil, false
	}
	return strings.Split(rest, "/"), true
}

// matchPointer compares whole segments with a rule's path and returns what its
// wildcards matched, unescaped. A wildcard does not match an empty segment, except
// for one like {path...}: it matches all segments that the others leave, at least
// one, because clients send a resource's path with its slashes unescaped.
func matchPointer(pattern string, segments []string) (names []string, ok bool) {
	want := strings.Split(strings.TrimPrefix(pattern, "/"), "/")
	for i, segment := range want {
		if !strings.HasSuffix(segment, "...}") {
			continue
		}
		rest := len(segments) - len(want) + 1
		if rest < 1 {
			return nil, false
		}
		path := strings.Join(segments[i:i+rest], "/")
		// The one segment that the path now is may be empty: it is the root's.
		segments = slices.Concat(segments[:i], []string{path}, segments[i+rest:])
	}
	if len(want) != len(segments) {
		return nil, false
	}
	for i, segment := range segments {
		if !strings.HasPrefix(want[i], "{") {
			if want[i] != segment {
				return nil, false
			}
			continue
		}
		if segment == "" && !strings.HasSuffix(want[i], "...}") {
			return nil, false
		}
		names = append(names, unescapeSegment(segment))
	}
	return names, true
}

// unescapeSegment undoes the escapes of a JSON pointer segment: ~1 is a slash, ~0
// a tilde (MI-17). A tilde before anything else stands for itself.
func unescapeSegment(segment string) string {
	if !strings.Contains(segment, "~") {
		return segment
	}
	// In one pass, so that ~01 is ~1 and no slash.
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(segment)
}

// escapeSegment is the inverse of unescapeSegment.
func escapeSegment(segment string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(segment)
}

// invalidPatchPath is the wrong-path error of family (a) of MI-14.
func invalidPatchPath(path string) error {
	return wire.BadRequest("Invalid patch path " + path)
}

// refuseShort is family (a) of MI-14, with the wrong-op wording of MI-15.
func refuseShort[T any](_ []patchRule[T], known *patchRule[T], p patch) error {
	if known == nil {
		return invalidPatchPath(p.path)
	}
	return wrongPatchOp(known.ops())
}

func wrongPatchOp(allowed []string) error {
	return wire.BadRequest("Invalid patch operation specified. Must be one of: [" + strings.Join(allowed, ", ") + "]")
}

// ops lists the operations that the path takes.
func (r patchRule[T]) ops() []string {
	var ops []string
	for _, op := range []types.Op{types.OpReplace, types.OpAdd, types.OpRemove, types.OpCopy} {
		if r.change(op) != nil {
			ops = append(ops, string(op))
		}
	}
	return ops
}

// refuseWithPaths is family (b) of MI-14: it names the paths that take the
// operation, in the table's order (RM-09, MV-18), if there is any (RM-10, MV-17).
func refuseWithPaths[T any](rules []patchRule[T], _ *patchRule[T], p patch) error {
	var paths []string
	for _, rule := range rules {
		if rule.change(p.op) != nil {
			paths = append(paths, cmp.Or(rule.shown, rule.path))
		}
	}
	hint := "Please choose supported operations"
	if len(paths) > 0 {
		hint = "Must be one of: [" + strings.Join(paths, ", ") + "]"
	}
	return wire.BadRequest(fmt.Sprintf("Invalid patch path  '%s' specified for op '%s'. %s", p.path, p.op, hint))
}
