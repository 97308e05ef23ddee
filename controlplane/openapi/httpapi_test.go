package openapi_test

import (
	"errors"
	"os"
	"path/filepath"
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
