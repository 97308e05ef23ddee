package httpapi_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

func TestAuthorizer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	http, socket := w.httpAPI(), w.webSocketAPI()
	for _, test := range []struct {
		in   apigatewayv2.CreateAuthorizerInput
		want string
	}{
		{
			apigatewayv2.CreateAuthorizerInput{
				ApiId: http, AuthorizerType: types.AuthorizerTypeJwt, IdentitySource: []string{"$request.querystring.token"},
				JwtConfiguration: &types.JWTConfiguration{Issuer: aws.String("http://127.0.0.1:1/i"), Audience: []string{"a", "b"}},
			},
			`{"authorizerId":"*","authorizerType":"JWT","identitySource":["$request.querystring.token"],"jwtConfiguration":{"audience":["a","b"],"issuer":"http://127.0.0.1:1/i"},"name":"n"}`,
		},
		{
			apigatewayv2.CreateAuthorizerInput{
				ApiId: http, AuthorizerType: types.AuthorizerTypeRequest, AuthorizerUri: aws.String(invokeARN), AuthorizerPayloadFormatVersion: aws.String("2.0"),
				IdentitySource: []string{"$request.header.a", "$context.identity.sourceIp", "$stageVariables.v"}, EnableSimpleResponses: aws.Bool(true),
			},
			`{"authorizerId":"*","authorizerPayloadFormatVersion":"2.0","authorizerResultTtlInSeconds":300,"authorizerType":"REQUEST","authorizerUri":"` + invokeARN + `",
			"enableSimpleResponses":true,"identitySource":["$request.header.a","$context.identity.sourceIp","$stageVariables.v"],"name":"n"}`,
		},
		{
			apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: types.AuthorizerTypeRequest, AuthorizerUri: aws.String(invokeARN), AuthorizerPayloadFormatVersion: aws.String("1.0"), AuthorizerCredentialsArn: aws.String(roleARN)},
			`{"authorizerCredentialsArn":"` + roleARN + `","authorizerId":"*","authorizerPayloadFormatVersion":"1.0","authorizerResultTtlInSeconds":0,"authorizerType":"REQUEST","authorizerUri":"` + invokeARN + `",
			"enableSimpleResponses":false,"name":"n"}`,
		},
		{
			apigatewayv2.CreateAuthorizerInput{ApiId: socket, AuthorizerType: types.AuthorizerTypeRequest, AuthorizerUri: aws.String(invokeARN), IdentitySource: []string{"route.request.querystring.a"}},
			`{"authorizerId":"*","authorizerType":"REQUEST","authorizerUri":"` + invokeARN + `","identitySource":["route.request.querystring.a"],"name":"n"}`,
		},
	} {
		test.in.Name = aws.String("n")
		if test.in.IdentitySource == nil {
			test.in.IdentitySource = []string{} // the SDK requires one
		}
		id := answers(w, w.client.CreateAuthorizer, &test.in, "201 "+test.want).AuthorizerId
		answers(w, w.client.GetAuthorizer, &apigatewayv2.GetAuthorizerInput{ApiId: test.in.ApiId, AuthorizerId: id}, "200 "+test.want)
	}
	if items := must(w, w.client.GetAuthorizers, &apigatewayv2.GetAuthorizersInput{ApiId: http}).Items; len(items) != 3 {
		t.Errorf("%d authorizers", len(items))
	}
}

func TestUpdateAuthorizer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.httpAPI()
	id := must(w, w.client.CreateAuthorizer, &apigatewayv2.CreateAuthorizerInput{
		ApiId: api, Name: aws.String("n"), AuthorizerType: types.AuthorizerTypeRequest, AuthorizerUri: aws.String(invokeARN), AuthorizerPayloadFormatVersion: aws.String("2.0"),
		IdentitySource: []string{"$request.header.a"}, AuthorizerCredentialsArn: aws.String(roleARN),
	}).AuthorizerId
	answers(w, w.client.UpdateAuthorizer, &apigatewayv2.UpdateAuthorizerInput{ApiId: api, AuthorizerId: id, AuthorizerCredentialsArn: aws.String(""), AuthorizerResultTtlInSeconds: aws.Int32(0), EnableSimpleResponses: aws.Bool(true)},
		`200 {"authorizerId":"*","authorizerPayloadFormatVersion":"2.0","authorizerResultTtlInSeconds":0,"authorizerType":"REQUEST","authorizerUri":"`+invokeARN+`",
		"enableSimpleResponses":true,"identitySource":["$request.header.a"],"name":"n"}`)
	answers(w, w.client.UpdateAuthorizer, &apigatewayv2.UpdateAuthorizerInput{ApiId: api, AuthorizerId: id, AuthorizerPayloadFormatVersion: aws.String("1.0")},
		"400 BadRequestException: EnableSimpleResponses is supported for authorizerPayloadFormatVersion 2.0 only")
	answers(w, w.client.UpdateAuthorizer, &apigatewayv2.UpdateAuthorizerInput{ApiId: api, AuthorizerId: id, IdentitySource: []string{}},
		`200 {"authorizerId":"*","authorizerPayloadFormatVersion":"2.0","authorizerResultTtlInSeconds":0,"authorizerType":"REQUEST","authorizerUri":"`+invokeARN+`",
		"enableSimpleResponses":true,"name":"n"}`)
	must(w, w.client.CreateRoute, &apigatewayv2.CreateRouteInput{ApiId: api, RouteKey: aws.String("GET /"), AuthorizationType: types.AuthorizationTypeCustom, AuthorizerId: id})
	answers(w, w.client.UpdateAuthorizer, &apigatewayv2.UpdateAuthorizerInput{ApiId: api, AuthorizerId: id, AuthorizerType: types.AuthorizerTypeJwt},
		"409 ConflictException: Cannot update authorizer '"+*id+"', is referenced in route: GET /")
	answers(w, w.client.UpdateAuthorizer, &apigatewayv2.UpdateAuthorizerInput{ApiId: api, AuthorizerId: aws.String("none")}, "404 NotFoundException: Invalid Authorizer identifier specified")
	answers(w, w.client.DeleteAuthorizer, &apigatewayv2.DeleteAuthorizerInput{ApiId: api, AuthorizerId: aws.String("none")}, "404 NotFoundException: Invalid Authorizer identifier specified")
}

func TestAuthorizerRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	http, socket := w.httpAPI(), w.webSocketAPI()
	const jwt, request = types.AuthorizerTypeJwt, types.AuthorizerTypeRequest
	token, uri, one := []string{"$request.header.A"}, aws.String(invokeARN), aws.String("1.0")
	issuer := func(text string) *types.JWTConfiguration {
		return &types.JWTConfiguration{Issuer: &text, Audience: []string{"a"}}
	}
	for _, test := range []struct {
		want string
		in   apigatewayv2.CreateAuthorizerInput
	}{
		{"JWT authorizers are not supported for protocol type WEBSOCKET", apigatewayv2.CreateAuthorizerInput{ApiId: socket, AuthorizerType: jwt, IdentitySource: token, JwtConfiguration: issuer("https://a")}},
		{"JWT authorizers must have exactly one identity source", apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: jwt, IdentitySource: []string{"$request.header.A", "$request.header.B"}, JwtConfiguration: issuer("https://a")}},
		{"JwtConfiguration with issuer and audience is a required parameter for JWT authorizers", apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: jwt, IdentitySource: token}},
		{"A JWT authorizer cannot have more than 50 audiences", apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: jwt, IdentitySource: token, JwtConfiguration: &types.JWTConfiguration{Issuer: aws.String("https://a"), Audience: slices.Repeat([]string{"a"}, 51)}}},
		{"Invalid issuer: http://issuer.example. Issuer must have a valid discovery endpoint ended with '/.well-known/openid-configuration'", apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: jwt, IdentitySource: token, JwtConfiguration: issuer("http://issuer.example")}},
		{"Invalid identity source specified: $context.a", apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: jwt, IdentitySource: []string{"$context.a"}, JwtConfiguration: issuer("https://a")}},
		{"Only identitySource and jwtConfiguration are supported for JWT authorizers", apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: jwt, IdentitySource: token, JwtConfiguration: issuer("https://a"), AuthorizerUri: uri}},
		{"Invalid authorizer URI specified", apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: request, AuthorizerPayloadFormatVersion: one}},
		{"Invalid authorizer URI specified", apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: request, AuthorizerPayloadFormatVersion: one, AuthorizerUri: aws.String("https://a")}},
		{"JwtConfiguration is not supported for REQUEST authorizers", apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: request, AuthorizerPayloadFormatVersion: one, AuthorizerUri: uri, JwtConfiguration: issuer("https://a")}},
		{"AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizers", apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: request, AuthorizerUri: uri}},
		{"Invalid authorizerPayloadFormatVersion specified, it must be 1.0 or 2.0", apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: request, AuthorizerUri: uri, AuthorizerPayloadFormatVersion: aws.String("3.0")}},
		{"EnableSimpleResponses is supported for authorizerPayloadFormatVersion 2.0 only", apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: request, AuthorizerUri: uri, AuthorizerPayloadFormatVersion: one, EnableSimpleResponses: aws.Bool(true)}},
		{"Authorizers with caching must have at least one identity source", apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: request, AuthorizerUri: uri, AuthorizerPayloadFormatVersion: one, AuthorizerResultTtlInSeconds: aws.Int32(1)}},
		{"Invalid identity source specified: route.request.header.A", apigatewayv2.CreateAuthorizerInput{ApiId: http, AuthorizerType: request, AuthorizerUri: uri, AuthorizerPayloadFormatVersion: one, IdentitySource: []string{"route.request.header.A"}}},
		{"Invalid identity source specified: $request.header.A", apigatewayv2.CreateAuthorizerInput{ApiId: socket, AuthorizerType: request, AuthorizerUri: uri, IdentitySource: token}},
		{"AuthorizerPayloadFormatVersion, enableSimpleResponses and authorizerResultTtlInSeconds are not supported for protocol type WEBSOCKET", apigatewayv2.CreateAuthorizerInput{ApiId: socket, AuthorizerType: request, AuthorizerUri: uri, AuthorizerPayloadFormatVersion: one}},
	} {
		test.in.Name = aws.String("n")
		if test.in.IdentitySource == nil {
			test.in.IdentitySource = []string{}
		}
		answers(w, w.client.CreateAuthorizer, &test.in, "400 BadRequestException: "+test.want)
	}
}

func TestResetAuthorizersCache(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.httpAPI()
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: api, StageName: aws.String("s")})
	must(w, w.client.ResetAuthorizersCache, &apigatewayv2.ResetAuthorizersCacheInput{ApiId: api, StageName: aws.String("s")})
	if want := []string{*api + "/s"}; !slices.Equal(*w.flushed, want) {
		t.Errorf("flushed %v, want %v", *w.flushed, want)
	}
	answers(w, w.client.ResetAuthorizersCache, &apigatewayv2.ResetAuthorizersCacheInput{ApiId: api, StageName: aws.String("none")}, "404 NotFoundException: Invalid stage identifier specified")
}
