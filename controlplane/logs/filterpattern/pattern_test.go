package filterpattern

import (
	"strings"
	"testing"
)

const (
	trail = `{"eventType":"UpdateTrail","sourceIPAddress":"111.111.111.111","arrayKey":["value","another value"],` +
		`"objectList":[{"name":"a","id":1},{"name":"b","id":2}],"SomeObject":null,"ThisFlag":true,"cluster.name":"c",` +
		`"code":404,"ratio":1.5e3,"text":"404","user":{"id":1,"email":"John.Stiles@example.com"},"coordinates":[[0,1,2],[4,5,6]],"said":"a \"b\" * c"}`
	access = `127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534`
	failed = `ERROR 09/25/2014 12:00:02 Failed to process request`
	plain  = `[ERROR 419] MISSING ARGUMENTS`
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for message, patterns := range map[string]struct{ match, differ string }{
		plain: {
			match: `
ERROR
RROR
ERROR ARGUMENTS
?FINE ?ARGUMENTS
?FINE ERROR
?FINE -NONE
"ERROR 419"
"419] M" -FINE
" "
""
%ERROR%
%ERR[A-Z]+ \d{3}%
%^\[E|^x%
%\x5BE%
[w1=ERROR*, w2]
[w1="ERROR 419", ...]
`,
			differ: `
error
ERROR FINE
?FINE ?NONE
ERROR -ARGUMENTS
-"ERROR 419"
-FINE -419
"MISSING  ARGUMENTS"
%^ERROR%
%\D419%\
{ $.a = 1 }
[w1="ERROR 419"]
`,
		},
		trail: {
			match: `
UpdateTrail
{ $.eventType = "UpdateTrail" }
{$.eventType=UpdateTrail}
{ $.eventType = Update* }
{ $.eventType = "*Trail" }
{ $.eventType = * }
{ $.eventType = U*t*T*l }
{ $.eventType != "PutTrail" }
{ $.sourceIPAddress != 123.123.* }
{ $.arrayKey[0] = "value" }
{ $.objectList[1].id = 2 }
{ $.eventType = %Trail% }
{ $.eventType != %^Trail% }
{ $.arrayKey[*] = %val.{2}% }
{ $.objectList[*].id >= 2 }
{ $.* = %111\.111\.111\.1[0-9]{1,2}% }
{ $.['cluster.name'] = "c" }
{ $['cluster.name'] = "c" }
{ $.SomeObject IS NULL }
{ $.ThisFlag IS TRUE }
{ $.Other NOT EXISTS }
{ $.objectList[2] NOT EXISTS }
{ $.code = 404 }
{ $.code = 4.04e2 }
{ $.code = 4* }
{ $.code != 405 }
{ $.code > +403 && $.code < 405 && $.code >= 404 && $.code <= 404 }
{ $.ratio = 1500 }
{ $.text = 404 }
{ ($.user.id = 1) && ($.objectList[0].name = "a") }
{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.arrayKey[1] = nomatch }
{ $.coordinates[1][0] = 4 }
{ $.said = "a \"b\" \* c" || $.said = "a \"b\" * c" }
`,
			differ: `
{ $.eventType = "Update" }
{ $.eventType = "updatetrail" }
{ $.eventType != "UpdateTrail" }
{ $.eventType IS NULL }
{ $.eventType > 3 }
{ $.text > 403 }
{ $.Other = * }
{ $.Other != x }
{ $.Other IS NULL }
{ $.SomeObject != x }
{ $.SomeObject NOT EXISTS }
{ $.user = 1 }
{ $.user != 1 }
{ $.arrayKey != 1 }
{ $.arrayKey[2] = * }
{ $.arrayKey.id = * }
{ $.user[0] = * }
{ $.ThisFlag IS FALSE }
{ $.eventType IS TRUE }
{ $.code < 404 }
{ $.objectList[*].id > 2 }
{ ($.user.id = 2 && $.objectList[0].name = "a") || $.arrayKey[1] = "GET" }
{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.arrayKey[1] = nomatch }
`,
		},
		access: {
			match: `
[ip=%127\.0\.0\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]
[ip, user, username, timestamp, request, status_code, bytes]
[..., request =*.html*, status_code = 4*, bytes]
[..., request=*.html*, status_code=4*,]
[ip, user, ..., status_code = 404 || status_code = 410, bytes]
[ip, user, ..., status_code = 4* && status_code != 403, bytes > 1000]
[ip, ...]
[...]
[..., bytes <= 1534]
[,,,timestamp=10/Oct*,...]
[ip, user]
`,
			differ: `
[ip, user, username, timestamp, request, status_code, bytes, more]
[ip, user, username, timestamp, request =*.css*, status_code, bytes]
[ip, user, ..., status_code = 200, bytes]
[ip, user, ..., status_code = 4* && status_code != 404, bytes]
[ip, user=Prod]
[..., bytes > 1534]
[ip > 1, ...]
`,
		},
		failed: {
			match: `
[w1=ERROR, w2]
[w1=ERROR || w1=WARNING, w2]
[w1!=INFO && w1!=WARNING, w2]
[..., w1=request]
`,
			differ: `
[w1=INFO, w2]
[w1!=ERROR && w1!=WARNING, w2]
[w1=ERROR]
`,
		},
		`{"a":1} tail`: {match: "a", differ: "{ $.a = 1 }\n{ $.b NOT EXISTS }"},
		`[1]`:          {match: "[a]", differ: "{ $.a NOT EXISTS }"},
		`[open "end`:   {match: `[a="[open", b="\"end"]`, differ: "[a]x"},
		``:             {match: `" "`, differ: "a\n[a]\n{ $.a NOT EXISTS }\n%a%"},
	} {
		for want, list := range map[bool]string{true: patterns.match, false: patterns.differ} {
			for text := range strings.SplitSeq(strings.Trim(list, "\n"), "\n") {
				pattern, err := Compile(text)
				if err != nil {
					if want {
						t.Errorf("%s: %v", text, err)
					}
					continue
				}
				if pattern.Match(message) != want {
					t.Errorf("%s: %v for %s", text, !want, message)
				}
			}
		}
	}
}

func TestCompileErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{ $.a = 1`:                         "If a filter pattern starts with '{' it must end with '}'",
		`{`:                                 "If a filter pattern starts with '{' it must end with '}'",
		`[a, b`:                             "If a filter pattern starts with '[' it must end with ']'",
		`a:b`:                               "Invalid character(s) in term 'a:b'",
		`?`:                                 "Invalid character(s) in term ''",
		`a - b`:                             "Invalid character(s) in term ''",
		`50%`:                               "Invalid character(s) in term '50%'",
		`"open`:                             "",
		`%open`:                             "",
		`%%`:                                "",
		`%something!%`:                      "",
		`%(a)%`:                             "",
		`%zażółć%`:                          "",
		`%a% b`:                             "",
		`%\p%`:                              "",
		`%\%`:                               "",
		`%[a%`:                              "",
		`%a{2000}%`:                         "",
		`{}`:                                "",
		`{ status = 401 }`:                  "",
		`{ $ = 1 }`:                         "",
		`{ $[0] = 1 }`:                      "",
		`{ $.[0] = 1 }`:                     "",
		`{ $. = 1 }`:                        "",
		`{ $.a }`:                           "",
		`{ $.a = }`:                         "",
		`{ $.a == 1 }`:                      "",
		`{ $.a > x }`:                       "",
		`{ $.a > "1" }`:                     "",
		`{ $.a > %1% }`:                     "",
		`{ $.a IS NOT NULL }`:               "",
		`{ $.a IS }`:                        "",
		`{ $.a EXISTS }`:                    "",
		`{ $.a NOT }`:                       "",
		`{ $.a = a@b }`:                     "",
		`{ $.a = 1 && }`:                    "",
		`{ $.a = 1 & $.b = 1 }`:             "",
		`{ ($.a = 1 }`:                      "",
		`{ $.a = 1) }`:                      "",
		`{ $.a[x] = 1 }`:                    "",
		`{ $.a[0 = 1 }`:                     "",
		`{ $.a[*].* = 1 }`:                  "",
		`{ $.['a] = 1 }`:                    "",
		`{ $.a[99999999999999999999] = 1 }`: "",
		`{ $.* = 1 || $.a.* = 1 || $.b.* = 1 || $.c.* = 1 }`: "",
		`{ $.a = %1% || $.a = %2% || $.a = %3% }`:            "",
		`[a=%1%, b=%2%, c=%3%]`:                              "",
		`[..., a, ...]`:                                      "",
		`[a b]`:                                              "",
		`[a = 4* && b > 1000]`:                               "",
		`[a = ]`:                                             "",
		`[timestamp=*Z && request_id=“*-*“]`:                 "",
	} {
		if want == "" {
			want = "Invalid filter pattern"
		}
		if _, err := Compile(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		"", "a", "?a ?b", `"a b" -c`, `"`, "- ?", "%a[0-9]{2}%", `{ $.a.b[0] = "x*" && ($.n > 3 || $.z IS NULL) }`,
		`{ $.['a b'][*] != %x% || $.* NOT EXISTS }`, "[ip, user, ..., status = 4*, bytes > 100]", "[a=1||a=2,,]",
	} {
		f.Add(seed, plain)
		f.Add(seed, trail)
		f.Add(seed, access)
	}
	f.Fuzz(func(t *testing.T, text, message string) {
		pattern, err := Compile(text)
		if err != nil {
			return
		}
		first := pattern.Match(message)
		again, err := Compile(" " + text + "\n")
		if err != nil || again.Match(message) != first {
			t.Errorf("%q: %v with spaces around it: %v", text, first, err)
		}
	})
}

func BenchmarkMatchJSON(b *testing.B) {
	pattern, err := Compile(`{ $.objectList[*].id >= 2 && $.eventType = Update* }`)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		pattern.Match(trail)
	}
}
