package restapi

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

func TestMatchPointer(t *testing.T) {
	tests := map[string]struct {
		pattern, path string
		names         []string
		ok            bool
	}{
		"plain":                      {"/name", "/name", nil, true},
		"another":                    {"/name", "/names", nil, false},
		"longer":                     {"/name", "/name/x", nil, false},
		"trailing slash":             {"/name", "/name/", nil, false},
		"RA-15 escaped slash":        {"/m/{x}", "/m/image~1png", []string{"image/png"}, true},
		"RM-52 slash not escaped":    {"/m/{x}", "/m/image/png", nil, false},
		"RM-51 no name":              {"/m/{x}", "/m", nil, false},
		"empty name":                 {"/m/{x}", "/m/", nil, false},
		"two wildcards":              {"/{a}/{b}/x", "/*/GET/x", []string{"*", "GET"}, true},
		"escaped tilde":              {"/m/{x}", "/m/a~01", []string{"a~1"}, true},
		"tilde that escapes nothing": {"/m/{x}", "/m/a~2~", []string{"a~2~"}, true},
		"no pointer":                 {"/name", "name", nil, false},
		"empty":                      {"/name", "", nil, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			segments, ok := splitPointer(test.path)
			var names []string
			if ok {
				names, ok = matchPointer(test.pattern, segments)
			}
			if ok != test.ok || !slices.Equal(names, test.names) {
				t.Errorf("got %v %v, want %v %v", names, ok, test.names, test.ok)
			}
		})
	}
}

// Whatever a name contains, its escaped form finds it again, in one segment.
func FuzzPatchPointer(f *testing.F) {
	for _, seed := range []string{"image/png", "a~1b", "~", "~01", "", "/", "*", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		escaped := escapeSegment(name)
		if strings.Contains(escaped, "/") {
			t.Fatalf("%q has a slash", escaped)
		}
		segments, ok := splitPointer("/m/" + escaped)
		if !ok {
			t.Fatalf("%q is no pointer", escaped)
		}
		names, ok := matchPointer("/m/{name}", segments)
		if ok != (name != "") || ok && names[0] != name {
			t.Errorf("%q came back as %q", name, names)
		}
	})
}

// Any path, operation and value gives a change or one of AWS's errors.
func FuzzPatch(f *testing.F) {
	f.Add("replace", "/*/*/throttling/burstLimit", "12", true)
	f.Add("remove", "/accessLogSettings/*", "", false)
	f.Add("copy", "/deploymentId", "", false)
	f.Add("add", "", "x", true)
	f.Fuzz(func(t *testing.T, op, path, value string, valued bool) {
		operation := types.PatchOperation{Op: types.Op(op), Path: &path}
		if valued {
			operation.Value = &value
		}
		operations := []types.PatchOperation{operation}
		endpoint := &types.EndpointConfiguration{Types: []types.EndpointType{types.EndpointTypeEdge}}
		for _, err := range []error{
			stagePatches.apply(&types.Stage{MethodSettings: map[string]types.MethodSetting{}}, operations),
			apiPatches.apply(&apiEdit{api: &types.RestApi{Id: aws.String("a"), EndpointConfiguration: endpoint}}, operations),
			methodPatches.apply(&types.Method{}, operations),
			methodResponsePatches.apply(&types.MethodResponse{}, operations),
			integrationPatches.apply(&types.Integration{}, operations),
			integrationResponsePatches.apply(&types.IntegrationResponse{}, operations),
			resourcePatches.apply(&resourceEdit{hasResource: func(string) error { return nil }}, operations),
			modelPatches.apply(&types.Model{}, operations),
		} {
			if err == nil {
				continue
			}
			if !wire.Is(err, "BadRequestException") && !wire.Is(err, "NotFoundException") && !wire.Is(err, "LimitExceededException") {
				t.Errorf("%v", err)
			}
		}
	})
}

// Each path of each table takes each operation it lists, or none: a path that
// takes nothing is a mistake in the table.
func TestPatchTables(t *testing.T) {
	check := func(paths []string, takes func(i int) int) {
		seen := map[string]bool{}
		for i, path := range paths {
			if takes(i) == 0 {
				t.Errorf("%s takes no operation", path)
			}
			if seen[path] {
				t.Errorf("%s is there twice", path)
			}
			seen[path] = true
		}
	}
	check(pathsOf(stagePatches), func(i int) int { return len(stagePatches.rules[i].ops()) })
	check(pathsOf(apiPatches), func(i int) int { return len(apiPatches.rules[i].ops()) })
	check(pathsOf(methodPatches), func(i int) int { return len(methodPatches.rules[i].ops()) })
	check(pathsOf(integrationPatches), func(i int) int { return len(integrationPatches.rules[i].ops()) })
}

func pathsOf[T any](t patchTable[T]) []string {
	var paths []string
	for _, rule := range t.rules {
		paths = append(paths, rule.path)
	}
	return paths
}
