package emulator_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// mirror is what a backend that mirrors saw.
type mirror struct {
	URI, Body string
	Header    http.Header
}

// mirrorBackend answers with its request, with the status that the query names and with
// headers of its own.
func mirrorBackend(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		header := r.Header.Clone()
		header.Set("Host", r.Host)
		answer, _ := json.Marshal(mirror{r.RequestURI, string(body), header})
		w.Header()["X-Two"] = []string{"1", "2"}
		w.Header().Set("X-One", "one")
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		status, err := strconv.Atoi(r.Header.Get("X-Status"))
		if err != nil {
			status = 200
		}
		w.WriteHeader(status)
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	return server
}

// mappingAPI is an API with the stage "test" with variables.
func mappingAPI(t *testing.T) *httpAPI {
	t.Helper()
	a := createHTTPAPI(t, start(t, emulator.Config{}), nil)
	must(a.v2.CreateStage(t.Context(), &apigatewayv2.CreateStageInput{
		ApiId: &a.id, StageName: aws.String("test"), AutoDeploy: aws.Bool(true), StageVariables: map[string]string{"name": "val", "other": "x"},
	}))(t)
	return a
}

// TestHTTPAPIRequestParameters: each form of keys and of values, as the backend gets them.
func TestHTTPAPIRequestParameters(t *testing.T) {
	t.Parallel()
	a := mappingAPI(t)
	backend := mirrorBackend(t)
	const body = `{"a":{"b":[1,{"c":"d e"}]},"n":null,"t":true,"f":1.50,"k y":"space"}`
	large := `{"a":"b","pad":"` + strings.Repeat("x", 100<<10) + `"}`
	for i, test := range []struct {
		key, value string
		// header is that of the backend's request, nil for its URI alone.
		header []string
		uri    string
	}{
		{"overwrite:header.x", "static text", []string{"static text"}, ""},
		{"overwrite:header.X", "'quotes stay'", []string{"'quotes stay'"}, ""},
		{"append:header.x", "more", []string{"sent", "more"}, ""},
		{"append:header.x-new", "more", []string{"sent"}, ""},
		{"remove:header.x", "''", []string(nil), ""},
		{"remove:header.X", "", []string(nil), ""},
		{"remove:header.x-none", "''", []string{"sent"}, ""},
		{"overwrite:header.x", "$request.header.X-MULTI", []string{"a,b"}, ""},
		{"overwrite:header.x", "$request.header.none", []string{""}, ""},
		{"overwrite:header.x", "$request.header.host", []string{"HOST"}, ""},
		{"overwrite:header.x", "$request.header.x", []string{"sent"}, ""},
		{"overwrite:header.x", "$request.querystring.q", []string{"1,2 3"}, ""},
		{"overwrite:header.x", "$request.querystring.Q", []string{""}, ""},
		{"overwrite:header.x", "$request.querystring.empty", []string{""}, ""},
		{"overwrite:header.x", "$request.path", []string{"/m/PATH/a b/c"}, ""},
		{"overwrite:header.x", "$request.path.id", []string{"a b"}, ""},
		{"overwrite:header.x", "$request.path.proxy", []string{"c"}, ""},
		{"overwrite:header.x", "$request.path.none", []string{""}, ""},
		{"overwrite:header.x", "$request.body", []string{body}, ""},
		{"overwrite:header.x", "$request.body.a.b[1].c", []string{"d e"}, ""},
		{"overwrite:header.x", "$request.body.a", []string{`{"b":[1,{"c":"d e"}]}`}, ""},
		{"overwrite:header.x", "$request.body.a.b", []string{`[1,{"c":"d e"}]`}, ""},
		{"overwrite:header.x", "$request.body['k y']", []string{"space"}, ""},
		{"overwrite:header.x", "$request.body.n", []string{""}, ""},
		{"overwrite:header.x", "$request.body.t", []string{"true"}, ""},
		{"overwrite:header.x", "$request.body.f", []string{"1.50"}, ""},
		{"overwrite:header.x", "$request.body.none", []string{""}, ""},
		{"overwrite:header.x", "$context.stage", []string{"test"}, ""},
		{"overwrite:header.x", "$context.path", []string{"/test/m/PATH/a b/c"}, ""},
		{"overwrite:header.x", "$context.identity.sourceIp", []string{"127.0.0.1"}, ""},
		{"overwrite:header.x", "$context.authorizer.none", []string{""}, ""},
		{"overwrite:header.x", "$context.integrationStatus", []string{""}, ""},
		{"overwrite:header.x", "$stageVariables.name", []string{"val"}, ""},
		{"overwrite:header.x", "$stageVariables.none", []string{""}, ""},
		{"overwrite:header.x", "${request.path.id}/${stageVariables.name}-${context.httpMethod} $ {x}", []string{"a b/val-POST $ {x}"}, ""},
		{"overwrite:header.x", "text $request.path.id", []string{"text $request.path.id"}, ""},
		{"overwrite:header.x", "$request.header.x-expression", []string{"${request.path.id}"}, ""},
		{"append:querystring.q", "4 &5", nil, "?q=1&q=2%203&q=4%20%265&empty="},
		{"append:querystring.new", "n", nil, "?q=1&q=2%203&empty=&new=n"},
		{"overwrite:querystring.q", "$request.header.x", nil, "?q=sent&empty="},
		{"overwrite:querystring.Q", "case", nil, "?q=1&q=2%203&empty=&Q=case"},
		{"remove:querystring.q", "''", nil, "?empty="},
		{"remove:querystring.Q", "''", nil, "?q=1&q=2%203&empty="},
		{"overwrite:path", "/new/${request.path.id}", nil, "/new/a%20b?q=1&q=2+3&empty"},
		{"overwrite:path", "no-slash", nil, "/no-slash?q=1&q=2+3&empty"},
		{"overwrite:path", "$request.path", nil, "/m/PATH/a%20b/c?q=1&q=2+3&empty"},
		{"overwrite:path", "$request.header.none", nil, "/?q=1&q=2+3&empty"},
		{"overwrite:header.host", "other.example", []string{"sent"}, ""},
	} {
		path := "/m/" + strconv.Itoa(i)
		in := proxyTo(backend.URL + "/base")
		in.RequestParameters = map[string]string{test.key: test.value}
		a.integrate(t.Context(), t, in, "POST "+path+"/{id}/{proxy+}")
		header := http.Header{"X": {"sent"}, "X-Multi": {"a", "b"}, "X-Expression": {"${request.path.id}"}}
		response, answer := a.send(t.Context(), t, "POST", "/test"+path+"/a%20b/c?q=1&q=2+3&empty", body, header)
		var got mirror
		if err := json.Unmarshal([]byte(answer), &got); err != nil || response.StatusCode != 200 {
			t.Errorf("%s = %s: %d %s", test.key, test.value, response.StatusCode, answer)
			continue
		}
		named := func(text string) string {
			return strings.NewReplacer("/m/PATH/", path+"/", "HOST", a.id+".execute-api.us-east-1.amazonaws.com").Replace(text)
		}
		want := append([]string(nil), test.header...)
		for j := range want {
			want[j] = named(want[j])
		}
		if test.uri == "" {
			if diff := cmp.Diff(want, got.Header["X"]); diff != "" {
				t.Errorf("%s = %s: %s", test.key, test.value, diff)
			}
		} else if uri := strings.TrimPrefix(got.URI, "/base"); uri != named(test.uri) {
			t.Errorf("%s = %s: the backend got %s", test.key, test.value, got.URI)
		}
		if got.Body != body || test.key == "append:header.x-new" && got.Header.Get("X-New") != "more" || test.key == "overwrite:header.host" && got.Header.Get("Host") != "other.example" {
			t.Errorf("%s = %s: the backend got %+v", test.key, test.value, got)
		}
	}
	// A body is cut at 100 KB before a path is looked for in it, and passed on as it is.
	in := proxyTo(backend.URL)
	in.RequestParameters = map[string]string{"overwrite:header.x": "[${request.body.a}]"}
	a.integrate(t.Context(), t, in, "POST /large")
	_, answer := a.send(t.Context(), t, "POST", "/large", large, nil)
	var got mirror
	if err := json.Unmarshal([]byte(answer), &got); err != nil || got.Header.Get("X") != "[]" || got.Body != large {
		t.Errorf("large body: %v, %v", err, got.Header)
	}
}

// TestHTTPAPIResponseParameters: the mappings of the status that the backend answered with.
func TestHTTPAPIResponseParameters(t *testing.T) {
	t.Parallel()
	a := mappingAPI(t)
	backend := mirrorBackend(t)
	for i, test := range []struct {
		key, value string
		status     int
		want       map[string]string
	}{
		{"append:header.x-one", "more", 200, map[string]string{"X-One": "one|more"}},
		{"append:header.x-new", "more", 200, map[string]string{"X-New": "more"}},
		{"overwrite:header.X-TWO", "new", 200, map[string]string{"X-Two": "new"}},
		{"overwrite:header.x-new", "$response.header.x-two", 200, map[string]string{"X-New": "1,2", "X-Two": "1|2"}},
		{"overwrite:header.x-new", "$response.header.none", 200, map[string]string{"X-New": ""}},
		{"overwrite:header.x-new", "<${response.header.content-type}>", 200, map[string]string{"X-New": "<application/json>"}},
		{"remove:header.x-two", "''", 200, map[string]string{"X-Two": "absent", "X-One": "one"}},
		{"remove:header.content-type", "", 200, map[string]string{"Content-Type": "absent"}},
		{"overwrite:header.x-new", "$response.body.Header.X[0]", 200, map[string]string{"X-New": "sent"}},
		{"overwrite:header.x-new", "$request.path.id ${request.header.x}", 200, map[string]string{"X-New": "absent"}},
		{"overwrite:header.x-new", "${request.path.id} ${request.header.x} ${stageVariables.name}", 200, map[string]string{"X-New": "7 sent val"}},
		{"overwrite:header.x-new", "$request.body", 200, map[string]string{"X-New": "hello"}},
		{"overwrite:header.x-new", "$context.integration.status", 200, map[string]string{"X-New": "200"}},
		{"overwrite:statuscode", "201", 201, map[string]string{"X-One": "one"}},
		{"overwrite:statuscode", "$request.querystring.s", 418, nil},
		{"overwrite:statuscode", "$request.querystring.none", 500, nil},
		{"overwrite:statuscode", "999", 500, nil},
		{"overwrite:statuscode", "204", 204, nil},
	} {
		path := "/m/" + strconv.Itoa(i)
		in := proxyTo(backend.URL)
		in.ResponseParameters = map[string]map[string]string{"200": {test.key: test.value}, "404": {"overwrite:statuscode": "200", "append:header.x-one": "found"}, "503": {"overwrite:statuscode": "200"}}
		a.integrate(t.Context(), t, in, "POST "+path+"/{id}")
		send := func(status string) *http.Response {
			response, _ := a.send(t.Context(), t, "POST", "/test"+path+"/7?s=418", "hello", http.Header{"X": {"sent"}, "X-Status": {status}})
			return response
		}
		response := send("200")
		if test.value == "$request.path.id ${request.header.x}" {
			// A variable by itself takes all that is behind it as its name.
			test.want = map[string]string{"X-New": ""}
		}
		got := map[string]string{}
		for name := range test.want {
			got[name] = "absent"
			if values := response.Header.Values(name); values != nil {
				got[name] = strings.Join(values, "|")
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" && len(test.want) > 0 || response.StatusCode != test.status {
			t.Errorf("%s = %s: %d, want %d; %s", test.key, test.value, response.StatusCode, test.status, diff)
		}
		if response := send("404"); response.StatusCode != 200 || strings.Join(response.Header["X-One"], "|") != "one|found" {
			t.Errorf("%s: another status: %d %v", test.key, response.StatusCode, response.Header)
		}
		if response := send("403"); response.StatusCode != 403 || strings.Join(response.Header["X-Two"], "|") != "1|2" {
			t.Errorf("%s: a status without mappings: %d %v", test.key, response.StatusCode, response.Header)
		}
	}
	// What API Gateway answers itself is not mapped.
	down := proxyTo("http://127.0.0.1:1")
	down.ResponseParameters = map[string]map[string]string{"503": {"overwrite:statuscode": "200"}}
	a.integrate(t.Context(), t, down, "GET /down")
	a.want(t, "GET", "/down", nil, 503, `{"message":"Service Unavailable"}`)
}

// TestHTTPAPIMappingKeys: keys that there are not, and headers that are reserved.
func TestHTTPAPIMappingKeys(t *testing.T) {
	t.Parallel()
	a := createHTTPAPI(t, start(t, emulator.Config{}), nil)
	create := func(change func(*apigatewayv2.CreateIntegrationInput)) error {
		in := proxyTo("http://127.0.0.1:1")
		in.ApiId = &a.id
		change(&in)
		_, err := a.v2.CreateIntegration(t.Context(), &in)
		return err
	}
	request := func(key string) error {
		return create(func(in *apigatewayv2.CreateIntegrationInput) { in.RequestParameters = map[string]string{key: "x"} })
	}
	response := func(status, key string) error {
		return create(func(in *apigatewayv2.CreateIntegrationInput) {
			in.ResponseParameters = map[string]map[string]string{status: {key: "x"}}
		})
	}
	reserved := strings.Fields(`Access-Control-Allow-Origin apigw-requestid Authorization Connection Content-Encoding Content-Length Content-Location Forwarded
		Keep-Alive Origin Proxy-Authenticate Proxy-Authorization TE Trailers Transfer-Encoding Upgrade x-amz-date X-Amzn-Trace-Id X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto Via`)
	refused := map[string]error{
		"append:path": request("append:path"), "remove:path": request("remove:path"), "overwrite:statuscode": request("overwrite:statuscode"), "set:header.x": request("set:header.x"),
		"overwrite:body": request("overwrite:body"), "header.x": request("header.x"), "append:header.": request("append:header."),
		"response path": response("200", "overwrite:path"), "response query": response("200", "append:querystring.x"), "append:statuscode": response("200", "append:statuscode"),
		"status 199": response("199", "append:header.x"), "status 600": response("600", "append:header.x"), "status default": response("default", "append:header.x"),
	}
	for _, header := range reserved {
		for _, action := range []string{"append", "overwrite", "remove"} {
			refused["request "+action+" "+header] = request(action + ":header." + header)
		}
		refused["response "+header] = response("200", "overwrite:header."+header)
	}
	for name, err := range refused {
		if err == nil || !strings.Contains(err.Error(), "BadRequestException") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"Host": request("overwrite:header.Host"), "User-Agent": request("remove:header.User-Agent"), "Content-Type": response("599", "overwrite:header.content-type"), "status": response("200", "overwrite:statuscode"),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHTTPAPICORSOfBackends: what a backend and a mapping say of CORS, with and without a
// configuration, and what failures get.
func TestHTTPAPICORSOfBackends(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), http.Header{"Access-Control-Allow-Origin": {"https://backend"}, "Access-Control-Expose-Headers": {"b"}, "Access-Control-Max-Age": {"1"}, "Vary": {"Accept"}})
	}))
	t.Cleanup(backend.Close)
	const origin = "https://app.example.com"
	for name, test := range map[string]struct {
		cors         *types.Cors
		actual, none map[string]string
		vary         string
	}{
		"none": {nil, map[string]string{"Allow-Origin": "https://backend", "Expose-Headers": "b", "Max-Age": "1"}, map[string]string{"Allow-Origin": "https://backend", "Expose-Headers": "b", "Max-Age": "1"}, "Accept"},
		"listed": {
			&types.Cors{AllowOrigins: []string{"https://other.example", origin}, AllowMethods: []string{"get"}, ExposeHeaders: []string{"x", "y"}},
			map[string]string{"Allow-Origin": origin, "Expose-Headers": "x,y"},
			map[string]string{},
			"Accept,origin",
		},
		"scheme":      {&types.Cors{AllowOrigins: []string{"https://*"}, AllowCredentials: aws.Bool(true)}, map[string]string{"Allow-Origin": origin, "Allow-Credentials": "true"}, map[string]string{}, "Accept,origin"},
		"everybody":   {&types.Cors{AllowOrigins: []string{"*"}}, map[string]string{"Allow-Origin": "*"}, map[string]string{}, "Accept"},
		"other":       {&types.Cors{AllowOrigins: []string{"https://example.com", "http://*"}}, map[string]string{}, map[string]string{}, "Accept"},
		"no origins":  {&types.Cors{AllowMethods: []string{"GET"}}, map[string]string{}, map[string]string{}, "Accept"},
		"with a port": {&types.Cors{AllowOrigins: []string{origin + ":8443"}}, map[string]string{}, map[string]string{}, "Accept"},
	} {
		a := createHTTPAPI(t, e, test.cors)
		a.integrate(t.Context(), t, proxyTo(backend.URL), "GET /a")
		a.integrate(t.Context(), t, proxyTo("http://127.0.0.1:1"), "GET /down")
		sent := http.Header{"Origin": {origin}}
		response := a.want(t, "GET", "/a", sent, 200, "")
		if diff := cmp.Diff(test.actual, corsHeaders(response.Header)); diff != "" || strings.Join(response.Header["Vary"], ",") != test.vary {
			t.Errorf("%s: %s; Vary %q", name, diff, response.Header["Vary"])
		}
		if diff := cmp.Diff(test.none, corsHeaders(a.want(t, "GET", "/a", nil, 200, "").Header)); diff != "" {
			t.Errorf("%s, without origin: %s", name, diff)
		}
		failed := test.actual
		if test.cors == nil {
			failed = map[string]string{}
		}
		for path, status := range map[string]int{"/down": 503, "/none": 404} {
			response, _ := a.send(t.Context(), t, "GET", path, "", sent)
			if diff := cmp.Diff(failed, corsHeaders(response.Header)); diff != "" || response.StatusCode != status {
				t.Errorf("%s%s: %d %s", name, path, response.StatusCode, diff)
			}
		}
	}
	// There are no origins with a wildcard in the host, and none for everybody with credentials.
	v2 := createHTTPAPI(t, e, nil).v2
	for _, cors := range []*types.Cors{
		{AllowOrigins: []string{"https://*.example.com"}},
		{AllowOrigins: []string{"example.com"}},
		{AllowOrigins: []string{"https://a.example/path"}},
		{AllowOrigins: []string{"*"}, AllowCredentials: aws.Bool(true)},
		{AllowMethods: []string{"TRACE"}},
		{AllowHeaders: []string{"a b"}},
		{MaxAge: aws.Int32(86401)},
	} {
		if _, err := v2.CreateApi(t.Context(), &apigatewayv2.CreateApiInput{Name: aws.String("x"), ProtocolType: types.ProtocolTypeHttp, CorsConfiguration: cors}); err == nil || !strings.Contains(err.Error(), "BadRequestException") {
			t.Errorf("%+v: %v", cors, err)
		}
	}
}
