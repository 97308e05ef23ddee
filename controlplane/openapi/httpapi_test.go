package openapi_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stagedoor-dev/stagedoor/controlplane/openapi"
)

func FuzzImportHTTP(f *testing.F) {
	files, err := filepath.Glob("../httpapi/testdata/import/*.[jy]*")
	if err != nil || len(files) == 0 {
		f.Fatal(err, len(files))
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		doc, err := openapi.ImportHTTP(body, openapi.Options{BasePath: openapi.BasePathSplit})
		if err != nil {
			if !errors.Is(err, openapi.ErrInvalid) {
				t.Error(err)
			}
			return
		}
		for _, route := range doc.Routes {
			if route.RouteKey == nil || route.Integration >= len(doc.Integrations) {
				t.Errorf("route %+v", route)
			}
		}
	})
}

// The document is one that Terraform's provider is tested with on AWS.
func TestUnexpectedAttributes(t *testing.T) {
	t.Parallel()
	api, err := openapi.Import([]byte(`{"openapi":"3.0.0","info":{"title":"t","version":"1","contact":{"x":1,"x-mine":2},"license":{"y":1}},
		"components":{"invalid_key_will_warn":"a_value"},"paths":{"/users":{"get":{"summary":"s","responses":{}}}}}`), openapi.Options{})
	want := []string{
		"Parse issue: attribute info.contact.x is unexpected", "Parse issue: attribute info.license.y is unexpected",
		"Parse issue: attribute components.invalid_key_will_warn is unexpected",
	}
	if err != nil || !slices.Equal(api.Warnings, want) {
		t.Errorf("%v, warnings %q", err, api.Warnings)
	}
}
