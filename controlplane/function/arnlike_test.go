package function

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestARNPattern(t *testing.T) {
	t.Parallel()
	const source = "arn:aws:execute-api:eu-west-1:111111111111:abc123/dev/GET/pets/7"
	tests := map[string]struct {
		pattern, arn string
		want         bool
	}{
		"itself":                            {source, source, true},
		"any method and path":               {"arn:aws:execute-api:eu-west-1:111111111111:abc123/*/*", source, true},
		"any stage":                         {"arn:aws:execute-api:eu-west-1:111111111111:abc123/*/GET/pets/7", source, true},
		"any path below":                    {"arn:aws:execute-api:eu-west-1:111111111111:abc123/*/*/*", source, true},
		"question marks":                    {"arn:aws:execute-api:eu-west-1:111111111111:abc???/dev/GET/pets/?", source, true},
		"star takes nothing, too":           {source + "*", source, true},
		"any account and region":            {"arn:aws:execute-api:*:*:abc123/*", source, true},
		"another API":                       {"arn:aws:execute-api:eu-west-1:111111111111:abc124/*/*", source, false},
		"prefix is not enough":              {"arn:aws:execute-api:eu-west-1:111111111111:abc123", source, false},
		"case counts":                       {"arn:aws:execute-api:eu-west-1:111111111111:abc123/dev/get/pets/7", source, false},
		"a star does not cross a colon":     {"arn:aws:*:111111111111:abc123/*:x", source, false},
		"one star for everything":           {"*", source, false},
		"what is no ARN":                    {"arn:aws:execute-api:*:*:*", "abc", false},
		"colons in the last part":           {"arn:aws:s3:::a*c", "arn:aws:s3:::a:b:c", true},
		"question mark takes one character": {"arn:aws:s3:::?", "arn:aws:s3:::é", true},
		"star takes whole characters":       {"arn:aws:s3:::*??", "arn:aws:s3:::€", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := compileARNPattern(tt.pattern).matches(tt.arn); got != tt.want {
				t.Errorf("%q ~ %q = %v", tt.pattern, tt.arn, got)
			}
		})
	}
}

// FuzzARNPattern compares the matcher with a regular expression.
func FuzzARNPattern(f *testing.F) {
	f.Add("arn:aws:execute-api:*:*:abc/*/G?T/*", "arn:aws:execute-api:eu-west-1:1:abc/dev/GET/x")
	f.Add("a:b:c:d:e:*a*b*c", "a:b:c:d:e:xaybzac:c")
	f.Add("*:*:*:*:*:*", ":::::\n")
	f.Fuzz(func(t *testing.T, pattern, arn string) {
		if !utf8.ValidString(pattern) || !utf8.ValidString(arn) || len(pattern) > 200 || len(arn) > 1000 {
			t.Skip()
		}
		if got, want := compileARNPattern(pattern).matches(arn), oracleMatch(pattern, arn); got != want {
			t.Errorf("%q ~ %q = %v, want %v", pattern, arn, got, want)
		}
	})
}

func oracleMatch(pattern, arn string) bool {
	patterns, parts := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(patterns) != 6 || len(parts) != 6 {
		return false
	}
	for i := range patterns {
		expression := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(patterns[i]))
		if !regexp.MustCompile(`(?s)^` + expression + `$`).MatchString(parts[i]) {
			return false
		}
	}
	return true
}
