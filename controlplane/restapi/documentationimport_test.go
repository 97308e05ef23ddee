package restapi

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// What a definition yields are parts that could be created, each for a location of its own.
func FuzzParseDocumentation(f *testing.F) {
	f.Add([]byte(`{"x-amazon-apigateway-documentation":{"documentationParts":[{"location":{"type":"METHOD","method":"GET"},"properties":{"a":1}}]}}`))
	f.Add([]byte(`{"x-amazon-apigateway-documentation":{"documentationParts":[{"location":null,"properties":"{}"},{}]}}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, definition []byte) {
		parts, _, err := parseDocumentation(definition)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for i := range parts {
			if err := checkPart(&parts[i]); err != nil {
				t.Errorf("part %s: %v", aws.ToString(parts[i].Properties), err)
			}
			key := locationKey(parts[i].Location)
			if seen[key] {
				t.Errorf("two parts for %q", key)
			}
			seen[key] = true
		}
	})
}
