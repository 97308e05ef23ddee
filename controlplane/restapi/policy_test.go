package restapi

import (
	"encoding/json"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// A policy that is taken is JSON, is taken again unchanged, and its shown form is
// read back by strconv.Unquote, which is how Terraform's provider reads it.
func FuzzPolicy(f *testing.F) {
	f.Add(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"}]}`)
	f.Add(`{"Statement":{"Effect":"Deny","Sid":"<a> & \u2028 \\ \""}}`)
	f.Add(`{"Statement":[]}`)
	f.Add(`{`)
	scope := store.Scope{Account: "111111111111", Region: "eu-west-1"}
	f.Fuzz(func(t *testing.T, document string) {
		policy, err := parsePolicy(&document, scope, "api")
		if err != nil {
			if !wire.Is(err, "BadRequestException") && !wire.Is(err, "LimitExceededException") {
				t.Errorf("%v", err)
			}
			return
		}
		if policy == nil {
			if document != "" {
				t.Errorf("%q is no policy", document)
			}
			return
		}
		if !json.Valid([]byte(*policy)) {
			t.Fatalf("%q became %q", document, *policy)
		}
		if !utf8.ValidString(*policy) {
			return
		}
		if got, err := strconv.Unquote(`"` + *escapedPolicy(policy) + `"`); err != nil || got != *policy {
			t.Errorf("%q is read back as %q: %v", *policy, got, err)
		}
	})
}
