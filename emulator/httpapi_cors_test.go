package emulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// corsHeaders are the headers of CORS, by their names without the prefix.
func corsHeaders(header http.Header) map[string]string {
	found := map[string]string{}
	for name, values := range header {
		if short, ok := strings.CutPrefix(name, "Access-Control-"); ok {
			found[short] = strings.Join(values, " & ")
		}
	}
	return found
}

// TestHTTPAPICORSMatrix: origins, methods and headers that are asked for, with routes of
// each kind, against what the API answers itself and what it adds.
func TestHTTPAPICORSMatrix(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	backend := text(t, "")
	newAPI := func(cors *types.Cors) *httpAPI { return createHTTPAPI(t, e, cors) }
	listed := newAPI(&types.Cors{
		AllowOrigins: []string{"https://a.example", "http://*"}, AllowMethods: []string{"GET", "PUT"}, AllowHeaders: []string{"x-a", "authorization"},
		ExposeHeaders: []string{"x-e", "date"}, MaxAge: aws.Int32(600), AllowCredentials: aws.Bool(true),
	})
	open := newAPI(&types.Cors{AllowOrigins: []string{"*"}, AllowMethods: []string{"*"}, AllowHeaders: []string{"*"}, ExposeHeaders: []string{"*"}, MaxAge: aws.Int32(-1)})
	none := newAPI(nil)
	for _, api := range []*httpAPI{listed, open, none} {
		integration := api.integrate(t.Context(), t, proxyTo(backend.URL), "GET /a", "OPTIONS /o", "ANY /any")
		issuer := api.guard(t, apigatewayv2.CreateAuthorizerInput{
			Name: aws.String("jwt"), AuthorizerType: types.AuthorizerTypeJwt, IdentitySource: []string{"$request.header.Authorization"},
			JwtConfiguration: &types.JWTConfiguration{Issuer: aws.String("http://127.0.0.1:9"), Audience: []string{"app"}},
		})
		api.guarded(t, "$default", integration, types.AuthorizationTypeJwt, issuer)
	}
	const a, b = "https://a.example", "https://b.example"
	allowed := map[string]string{"Allow-Origin": a, "Allow-Credentials": "true", "Expose-Headers": "x-e,date"}
	preflight := map[string]string{
		"Allow-Origin": a, "Allow-Credentials": "true", "Expose-Headers": "x-e,date", "Allow-Methods": "GET,PUT", "Allow-Headers": "x-a,authorization", "Max-Age": "600",
	}
	everybody := map[string]string{"Allow-Origin": "*", "Expose-Headers": "*", "Allow-Methods": "*", "Allow-Headers": "*", "Max-Age": "-1"}
	nothing := map[string]string{}
	for name, test := range map[string]struct {
		api                       *httpAPI
		method, path, origin      string
		askedMethod, askedHeaders string
		status                    int
		body                      string
		headers                   map[string]string
	}{
		"preflight of a route":                       {listed, "OPTIONS", "/a", a, "GET", "x-a", 204, "", preflight},
		"preflight of a route's other method":        {listed, "OPTIONS", "/a", a, "DELETE", "", 204, "", preflight},
		"preflight with another header":              {listed, "OPTIONS", "/a", a, "GET", "x-z", 204, "", preflight},
		"preflight of an OPTIONS route":              {listed, "OPTIONS", "/o", a, "GET", "", 204, "", preflight},
		"preflight of an ANY route":                  {listed, "OPTIONS", "/any", a, "PUT", "", 204, "", preflight},
		"preflight of $default, which is guarded":    {listed, "OPTIONS", "/x", a, "GET", "", 204, "", preflight},
		"preflight of another origin":                {listed, "OPTIONS", "/a", b, "GET", "", 204, "", nothing},
		"preflight of an origin by its scheme":       {listed, "OPTIONS", "/a", "http://c.example:8080", "GET", "", 204, "", map[string]string{"Allow-Origin": "http://c.example:8080", "Allow-Credentials": "true", "Expose-Headers": "x-e,date", "Allow-Methods": "GET,PUT", "Allow-Headers": "x-a,authorization", "Max-Age": "600"}},
		"OPTIONS of an OPTIONS route":                {listed, "OPTIONS", "/o", a, "", "", 200, "OPTIONS /", allowed},
		"OPTIONS of an ANY route, no origin":         {listed, "OPTIONS", "/any", "", "GET", "", 200, "OPTIONS /", nothing},
		"OPTIONS of $default reaches its authorizer": {listed, "OPTIONS", "/x", a, "", "", 401, httpUnauthorized, allowed},
		"actual":                   {listed, "GET", "/a", a, "", "", 200, "GET /", allowed},
		"actual of another origin": {listed, "GET", "/a", b, "", "", 200, "GET /", nothing},
		"actual with a method that is not allowed":    {listed, "POST", "/any", a, "", "", 200, "POST /", allowed},
		"actual without origin":                       {listed, "GET", "/a", "", "", "", 200, "GET /", nothing},
		"actual that the authorizer refuses":          {listed, "GET", "/x", a, "", "", 401, httpUnauthorized, allowed},
		"everybody: preflight":                        {open, "OPTIONS", "/a", b, "GET", "x-z", 204, "", everybody},
		"everybody: actual":                           {open, "GET", "/a", b, "", "", 200, "GET /", map[string]string{"Allow-Origin": "*", "Expose-Headers": "*"}},
		"not configured: OPTIONS route":               {none, "OPTIONS", "/o", a, "GET", "", 200, "OPTIONS /", nothing},
		"not configured: $default has its authorizer": {none, "OPTIONS", "/a", a, "GET", "", 401, httpUnauthorized, nothing},
		"not configured: actual":                      {none, "GET", "/a", a, "", "", 200, "GET /", nothing},
	} {
		header := http.Header{}
		for name, value := range map[string]string{"Origin": test.origin, "Access-Control-Request-Method": test.askedMethod, "Access-Control-Request-Headers": test.askedHeaders} {
			if value != "" {
				header.Set(name, value)
			}
		}
		response := test.api.want(t, test.method, test.path, header, test.status, test.body)
		if diff := cmp.Diff(test.headers, corsHeaders(response.Header)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	// Without the configuration the routes answer again.
	must(listed.v2.DeleteCorsConfiguration(t.Context(), &apigatewayv2.DeleteCorsConfigurationInput{ApiId: &listed.id}))(t)
	response := listed.want(t, "OPTIONS", "/o", http.Header{"Origin": {a}, "Access-Control-Request-Method": {"GET"}}, 200, "OPTIONS /")
	if diff := cmp.Diff(nothing, corsHeaders(response.Header)); diff != "" {
		t.Error(diff)
	}
}

// TestHTTPAPIThrottling: the default settings hold for each route, a route's own go before.
func TestHTTPAPIThrottling(t *testing.T) {
	t.Parallel()
	a := createHTTPAPI(t, start(t, emulator.Config{}), nil)
	a.integrate(t.Context(), t, proxyTo(text(t, "").URL), "GET /a", "GET /b", "GET /closed", "GET /free")
	slow := func(burst int32) types.RouteSettings {
		return types.RouteSettings{ThrottlingRateLimit: aws.Float64(0.001), ThrottlingBurstLimit: aws.Int32(burst)}
	}
	limit := slow(1)
	must(a.v2.UpdateStage(t.Context(), &apigatewayv2.UpdateStageInput{ApiId: &a.id, StageName: aws.String("$default"), DefaultRouteSettings: &limit, RouteSettings: map[string]types.RouteSettings{
		"GET /b":      slow(3),
		"GET /closed": {ThrottlingRateLimit: aws.Float64(0), ThrottlingBurstLimit: aws.Int32(0)},
		"GET /free":   {ThrottlingRateLimit: aws.Float64(1000), ThrottlingBurstLimit: aws.Int32(1000)},
	}}))(t)
	for path, allowed := range map[string]int{"/a": 1, "/b": 3, "/closed": 0, "/free": 20} {
		for n := range allowed {
			if response, body := a.send(t.Context(), t, "GET", path, "", nil); response.StatusCode != 200 {
				t.Errorf("%s, call %d: %d %s", path, n+1, response.StatusCode, body)
			}
		}
	}
	for _, path := range []string{"/a", "/b", "/closed"} {
		response := a.want(t, "GET", path, nil, 429, `{"message":"Too Many Requests"}`)
		if response.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %v", path, response.Header)
		}
	}
	// DeleteRouteSettings gives the default back.
	must(a.v2.DeleteRouteSettings(t.Context(), &apigatewayv2.DeleteRouteSettingsInput{ApiId: &a.id, StageName: aws.String("$default"), RouteKey: aws.String("GET /closed")}))(t)
	a.want(t, "GET", "/closed", nil, 200, "GET /")
	a.want(t, "GET", "/closed", nil, 429, `{"message":"Too Many Requests"}`)
}
