package vtl_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane/vtl"
)

// request is a fixed request.
type request struct{}

func (request) all(place vtl.Place) [][2]string {
	return map[vtl.Place][][2]string{
		vtl.Path:        {{"id", "7"}, {"both", "path"}},
		vtl.Querystring: {{"q", "a b"}, {"both", "query"}, {"page", "2"}},
		vtl.Header:      {{"X-Custom", "h"}, {"both", "header"}},
	}[place]
}

func (r request) Parameter(place vtl.Place, name string) (string, bool) {
	for _, pair := range r.all(place) {
		if pair[0] == name || place == vtl.Header && strings.EqualFold(pair[0], name) {
			return pair[1], true
		}
	}
	return "", false
}

func (r request) Parameters(place vtl.Place) *vtl.Map {
	m := &vtl.Map{}
	for _, pair := range r.all(place) {
		m.Set(pair[0], pair[1])
	}
	return m
}

func (request) ContextVariable(name string) (string, bool) {
	value, ok := map[string]string{"requestId": "r-1", "identity.sourceIp": "10.0.0.1", "authorizer.claims.sub": "s"}[name]
	return value, ok
}

func render(t *testing.T, text, payload string) (string, *vtl.Context, error) {
	t.Helper()
	template, err := vtl.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	c := &vtl.Context{Variables: request{}, Request: &vtl.Overrides{}, Response: &vtl.Overrides{}}
	out, err := template.Execute(nil, &vtl.Scope{
		Input:   &vtl.Input{Payload: []byte(payload), Parameters: request{}},
		Context: c, StageVariables: vtl.NewStageVariables(map[string]string{"env": "beta", "a": "1"}),
	}, vtl.Limits{})
	return string(out), c, err
}

func TestInput(t *testing.T) {
	t.Parallel()
	const result = `{"body": $result, "nested": $result.nested, "isNull": "#if($result == $null)true#{else}false#end", "isEmptyString": "#if($result == "")true#{else}false#end"}`
	tests := map[string]struct{ template, payload, want string }{
		"RT-09 object":            {`#set($r = $input.path("$.json"))$r`, `{"json":{"foo":"bar"}}`, `{foo=bar}`},
		"RT-10 list":              {`#set($r = $input.path("$.json"))$r`, `{"json":[{"foo":"bar"}]}`, `[{"foo":"bar"}]`},
		"RT-11 nested object":     {`#set($r = $input.path("$.json"))$r.nested`, `{"json":{"nested":{"foo":"bar"}}}`, `{foo=bar}`},
		"RT-12 nested list":       {`#set($r = $input.path("$.json"))$r.nested`, `{"json":{"nested":[{"foo":"bar"}]}}`, `[{"foo":"bar"}]`},
		"RT-13 item":              {`#set($r = $input.path("$.json"))$r[0]`, `{"json":[{"foo":"bar"}]}`, `{foo=bar}`},
		"RT-14 list in a list":    {`#set($r = $input.path("$.json"))$r[0]`, `{"json":[[{"foo":"bar"}]]}`, `[{"foo":"bar"}]`},
		"RT-15 list in an object": {`#set($r = $input.path("$.json"))$r`, `{"json":{"foo":[{"nested":"bar"}]}}`, `{foo=[{"nested":"bar"}]}`},
		"RT-16 order":             {`#set($r = $input.path("$.json"))$r`, `{"json":{"bigger":"dict","to":"test","with":"separators"}}`, `{bigger=dict, to=test, with=separators}`},
		"RT-17 toString":          {`#set($r = $input.path("$.json"))$r.toString()`, `{"json":{"foo":"bar"}}`, `{foo=bar}`},
		"RT-18 toString":          {`#set($r = $input.path("$.json"))$r.toString()`, `{"json":{"list":[{"foo":"bar"}]}}`, `{list=[{"foo":"bar"}]}`},
		"RT-19 missing":           {`#set($result = $input.path('$.nonExisting'))` + result, ``, `{"body": , "nested": , "isNull": "true", "isEmptyString": "true"}`},
		"RT-20 empty list":        {`#set($result = $input.path('$.json.listValue'))` + result, `{"json":{"listValue": []}}`, `{"body": [], "nested": , "isNull": "false", "isEmptyString": "false"}`},
		"RT-21 null":              {`#set($result = $input.path('$.json.listValue'))` + result, `{"json":{"listValue": null}}`, `{"body": , "nested": , "isNull": "true", "isEmptyString": "true"}`},
		"RT-22 no body":           {`#set($body = $input.body)$body`, ``, `{}`},
		"RT-22 raw body":          {`#set($body = $input.body)$body`, `some raw data`, `some raw data`},
		"RT-23 in a text":         {`Action=SendMessage&MessageBody=$input.body`, `{"some": "value"}`, `Action=SendMessage&MessageBody={"some": "value"}`},
		"RT-26 property of it":    {`#set($body = $input.body.testAccess)$body`, `{"some": "value"}`, ``},
		"RT-27 no body":           {`EncodedBody=$util.urlEncode($input.body)&EncodedBodyAccess=$util.urlEncode($input.body.testAccess)`, ``, `EncodedBody=%7B%7D&EncodedBodyAccess=`},
		"RT-27 body":              {`EncodedBody=$util.urlEncode($input.body)&EncodedBodyAccess=$util.urlEncode($input.body.testAccess)`, `{"some": "value"}`, `EncodedBody=%7B%22some%22%3A+%22value%22%7D&EncodedBodyAccess=`},
		"RT-28 methods of it":     {`$input.body.length() $input.body.split('a').size()`, `banana`, `6 3`},
		"json: text":              {`$input.json('$.a')`, `{"a":"x\"y"}`, `"x\"y"`},
		"json: object":            {`$input.json('$')`, `{"a": 1.50, "b": [1, {"c": null}]}`, `{"a":1.50,"b":[1,{"c":null}]}`},
		"json: missing":           {`$input.json('$.z')`, `{}`, `""`},
		"json: no payload":        {`$input.json('$')`, ``, `{}`},
		"json: indefinite":        {`$input.json('$..a')`, `{"a":1,"b":{"a":2}}`, `[1,2]`},
		"json: computed path":     {`#set($p = 'a')$input.json("$.$p")`, `{"a":1}`, `1`},
		"number":                  {`$input.path('$.n') $input.path('$.d') #set($s = $input.path('$.n') + 1)$s`, `{"n": 12, "d": 1.50}`, `12 1.513`},
		"loop":                    {`#set($root = $input.path('$'))#foreach($i in $root.items)$i.id#if($foreach.hasNext),#end#end`, `{"items":[{"id":1},{"id":2}]}`, `1,2`},
		"nothing of a document":   {`#set($r = $input.path('$'))[$r.none][$r.none.deeper][$!r.none]#if($r.none)T#{else}F#end#foreach($x in $r.none)x#end`, `{}`, `[][][]F`},
		"params: order":           {`$input.params('both') $input.params('q') $input.params('x-custom') [$input.params('none')]`, ``, `path a b h []`},
		"params: maps":            {`$input.params().header.get('X-Custom') $input.params().querystring.page $input.params().path.get('none')`, ``, `h 2 $input.params().path.get('none')`},
		"params: all":             {`#foreach($type in $input.params().keySet())$type:#foreach($name in $input.params().get($type).keySet())$name#end;#end`, ``, `path:idboth;querystring:qbothpage;header:X-Customboth;`},
		"context":                 {`$context.requestId $context.identity.sourceIp $context.authorizer.claims.sub [$context.identity.user] [$context.nothing] $context.get('requestId')`, ``, `r-1 10.0.0.1 s [] [] r-1`},
		"stage variables":         {`$stageVariables.env ${stageVariables['a']} $stageVariables.none #foreach($k in $stageVariables.keySet())$k=$stageVariables.get($k);#end`, ``, `beta 1 $stageVariables.none a=1;env=beta;`},
		"escapeJavaScript":        {`$util.escapeJavaScript($input.path('$.a'))`, `{"a":"it's \"q\" é / \n\u0001 \ud83d\ude00"}`, `it\'s \"q\" \u00E9 \/ \n\u0001 \uD83D\uDE00`},
		"escape and back":         {`$util.escapeJavaScript($input.body).replaceAll("\\'","'")`, `it's`, `it's`},
		"urlDecode":               {`$util.urlDecode('a+b%20c%C3%A9')`, ``, `a b cé`},
		"urlEncode":               {`$util.urlEncode('a b*~.-_é&=')`, ``, `a+b*%7E.-_%C3%A9%26%3D`},
		"base64":                  {`$util.base64Encode('hé') $util.base64Decode('aMOp')`, ``, `aMOp hé`},
		"parseJson":               {`#set($o = $util.parseJson($input.path('$.errorMessage')))$o.code $o`, `{"errorMessage": "{\"code\": 7, \"l\": [1]}"}`, `7 {code=7, l=[1]}`},
		"unknown utility":         {`$util.toJson($input.path('$'))`, `{}`, `$util.toJson($input.path('$'))`},
		"form to JSON":            {`{#foreach($token in $input.body.split('&'))#set($kv = $token.split('='))"$util.urlDecode($kv[0])": "$util.urlDecode($kv[1])"#if($foreach.hasNext), #end#end}`, `a=1&b=x+y`, `{"a": "1", "b": "x y"}`},
		"look-around":             {`$input.body.replaceAll('a(?!b)', '-')`, `aab`, `-ab`},
		"map of the template":     {`#set($m = {})#set($_ = $m.put('a', $input.path('$.x')))#set($m.b = [1, "t"])$m $util.escapeJavaScript($m.toString())`, `{"x":{"y":[true]}}`, `{a={y=[true]}, b=[1, t]} {a={y=[true]}, b=[1, t]}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, _, err := render(t, test.template, test.payload); err != nil || got != test.want {
				t.Errorf("got %q, %v\nwant %q", got, err, test.want)
			}
		})
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	_, c, err := render(t, `
#set($context.responseOverride.status = 418)
#set($context.responseOverride.header.X-One = "1")
#set($context.responseOverride.header["x-two"] = $input.params('id'))
#set($context.requestOverride.header.H = "h")
#set($context.requestOverride.path.p = "a")
#set($context.requestOverride.querystring.q = "b")
#set($context.requestId = "not assignable")`, "")
	if err != nil {
		t.Fatal(err)
	}
	want := &vtl.Overrides{Status: "418", Header: []vtl.Override{{Name: "X-One", Value: "1"}, {Name: "x-two", Value: "7"}}}
	if diff := cmp.Diff(want, c.Response); diff != "" {
		t.Error(diff)
	}
	want = &vtl.Overrides{
		Header: []vtl.Override{{Name: "H", Value: "h"}}, Path: []vtl.Override{{Name: "p", Value: "a"}}, Querystring: []vtl.Override{{Name: "q", Value: "b"}},
	}
	if diff := cmp.Diff(want, c.Request); diff != "" {
		t.Error(diff)
	}
	if _, _, err := render(t, `#set($context.responseOverride.status = 1)#set($context.responseOverride.status = 2)`, ""); !errors.Is(err, vtl.ErrEvaluation) {
		t.Errorf("a second assignment: %v", err)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		template, payload string
		want              error
	}{
		"payload is not JSON":                {`$input.path('$.a')`, `{"a"`, vtl.ErrPayload},
		"path is none":                       {`$input.path('$[')`, `{}`, vtl.ErrEvaluation},
		"index":                              {`#set($l = [1])$l[1]`, ``, vtl.ErrEvaluation},
		"regular expression":                 {`$input.body.replaceAll('a*+', '')`, ``, vtl.ErrEvaluation},
		"regular expression that backtracks": {`$input.body.matches('(?=x|(a+)+)(a+)+$')`, strings.Repeat("a", 60) + "b", vtl.ErrEvaluation},
		"parseJson":                          {`$util.parseJson('{')`, ``, vtl.ErrEvaluation},
		"base64":                             {`$util.base64Decode('%')`, ``, vtl.ErrEvaluation},
		"nested loops":                       {`#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])#end#end#end`, ``, vtl.ErrLimit},
		"recursion":                          {`#macro(m)#m()#end#m()`, ``, vtl.ErrLimit},
		"a text that doubles":                {`#set($s = "0123456789")#foreach($i in [1..100])#set($s = "$s$s")#end`, ``, vtl.ErrLimit},
		"a list that doubles":                {`#set($l = [1])#foreach($i in [1..100])#set($x = $l.addAll($l))#end`, ``, vtl.ErrLimit},
		"a list in itself":                   {`#set($l = [1])#foreach($i in [1..60])#set($l = [$l, $l])#end$l`, ``, vtl.ErrLimit},
		"work: a text":                       {`#set($s = "0123456789")#foreach($i in [1..18])#set($s = "$s$s")#end#foreach($i in [1..1000])#if($s.contains('x'))#end#end`, ``, vtl.ErrLimit},
		"work: a comparison":                 {`#set($l = [1])#foreach($i in [1..20])#set($l = [$l, $l])#end#foreach($i in [1..1000])#if($l == [])#end#end`, ``, vtl.ErrLimit},
		"block that holds it":                {`#define($d)$d#end$d`, ``, vtl.ErrLimit},
		"evaluate in evaluate":               {`#set($t = '#evaluate($t)')#evaluate($t)`, ``, vtl.ErrLimit},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, _, err := render(t, test.template, test.payload); !errors.Is(err, test.want) {
				t.Errorf("got %.100q, %v", got, err)
			}
		})
	}
	for _, text := range []string{"#if(", "#foreach($x in)#end", "#set($x = )", `#set($x = "a)`, "$a.b(", "#include('x')", "#parse('x')", strings.Repeat("#if($a)", 1000), strings.Repeat("(", 100000), "#if(" + strings.Repeat("!", 100000) + "$a)#end", strings.Repeat("a", vtl.MaxTemplateBytes+1)} {
		if _, err := vtl.Parse(text); err == nil && strings.ContainsAny(text, "#$") {
			t.Errorf("%.40q is a template", text)
		}
	}
}
