package function

import (
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

func TestParseReference(t *testing.T) {
	t.Parallel()
	full := store.Scope{Account: "123456789012", Region: "us-east-1"}
	tests := map[string]struct {
		in   string
		want reference
		bad  bool
	}{
		"name":                      {in: "my-fn", want: reference{name: "my-fn"}},
		"name and version":          {in: "my-fn:1", want: reference{name: "my-fn", qualifier: "1"}},
		"name and alias":            {in: "my-fn:prod", want: reference{name: "my-fn", qualifier: "prod"}},
		"name and $LATEST":          {in: "my-fn:$LATEST", want: reference{name: "my-fn", qualifier: "$LATEST"}},
		"partial ARN":               {in: "123456789012:function:f", want: reference{scope: store.Scope{Account: "123456789012"}, name: "f"}},
		"partial ARN and alias":     {in: "123456789012:function:f:x", want: reference{scope: store.Scope{Account: "123456789012"}, name: "f", qualifier: "x"}},
		"account and name":          {in: "123456789012:f", want: reference{scope: store.Scope{Account: "123456789012"}, name: "f"}},
		"full ARN":                  {in: "arn:aws:lambda:us-east-1:123456789012:function:f", want: reference{scope: full, name: "f"}},
		"full ARN and qualifier":    {in: "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST", want: reference{scope: full, name: "f", qualifier: latest}},
		"other partition":           {in: "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:f", want: reference{scope: store.Scope{Account: "123456789012", Region: "us-gov-west-1"}, name: "f"}},
		"named like a part":         {in: "function", want: reference{name: "function"}},
		"named like a part, latest": {in: "function:$LATEST", want: reference{name: "function", qualifier: latest}},
		"named like an account":     {in: "123456789012:$LATEST", want: reference{name: "123456789012", qualifier: latest}},
		"empty":                     {in: "", bad: true},
		"empty name":                {in: "arn:aws:lambda:us-east-1:123456789012:function:", bad: true},
		"other service":             {in: "arn:aws:sqs:us-east-1:123456789012:function:f", bad: true},
		"layer":                     {in: "arn:aws:lambda:us-east-1:123456789012:layer:f:1", bad: true},
		"slash":                     {in: "a/b", bad: true},
		"too many parts":            {in: "f:1:2", bad: true},
		"short account":             {in: "arn:aws:lambda:us-east-1:12345:function:f", bad: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := parseReference(tt.in)
			if ok == tt.bad {
				t.Fatalf("parseReference(%q) ok = %v", tt.in, ok)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(reference{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	home := store.Scope{Account: account, Region: region}
	tests := map[string]struct {
		name, qualifier string
		want            string
		message         string
	}{
		"defaults":               {name: "f", want: arnBase + "f"},
		"qualifier beside":       {name: "f", qualifier: "1", want: arnBase + "f:1"},
		"the same twice":         {name: "f:1", qualifier: "1", want: arnBase + "f:1"},
		"two that differ":        {name: "f:1", qualifier: "2", message: "The derived qualifier from the function name does not match the specified qualifier."},
		"ARN of another account": {name: "arn:aws:lambda:us-west-2:222222222222:function:f", want: "arn:aws:lambda:us-west-2:222222222222:function:f"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := resolve(home, &tt.name, aws.String(tt.qualifier))
			if tt.message != "" {
				wantError(t, err, 400, "InvalidParameterValueException", tt.message)
				return
			}
			if err != nil || got.qualifiedARN() != tt.want {
				t.Errorf("got %s, %v", got.qualifiedARN(), err)
			}
		})
	}
	_, err := resolve(home, aws.String("a b"), nil)
	wantError(t, err, 400, "ValidationException", "1 validation error detected: Value 'a b' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: "+namePattern)
}

// FuzzParseReference compares the parser with AWS's own pattern.
func FuzzParseReference(f *testing.F) {
	for _, seed := range []string{
		"f", "f:1", "function:$LATEST", "function:function:function", "123456789012:us-east-1", "us-east-1:f", "us-iso-east-1:$LATEST",
		"arn:aws:lambda:us-east-1:123456789012:function:f:x", "arn::lambda:f", "arn:f", "arn:aws:lambda:$LATEST", "us-isob-east-1:a:b", "a:$LATEST.PUBLISHED", "us-east-1:123456789012:$LATEST",
	} {
		f.Add(seed)
	}
	oracle := regexp.MustCompile("^(?:" + namePattern + ")$")
	f.Fuzz(func(t *testing.T, text string) {
		m := oracle.FindStringSubmatch(text)
		got, ok := parseReference(text)
		if ok != (m != nil) {
			t.Fatalf("%q: parsed %v, AWS's pattern says %v", text, ok, m != nil)
		}
		if m == nil {
			return
		}
		at := func(i int) string { return strings.Trim(m[i], ":") }
		want := reference{scope: store.Scope{Region: at(3), Account: at(8)}, name: m[10], qualifier: at(11)}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(reference{})); diff != "" {
			t.Fatalf("%q: %s", text, diff)
		}
	})
}
