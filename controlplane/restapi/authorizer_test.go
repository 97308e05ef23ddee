package restapi_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

const (
	// lambdaURI names a function of another account (AU-03).
	lambdaURI = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:222222222222:function:auth/invocations"
	poolARN   = "arn:aws:cognito-idp:eu-west-1:111111111111:userpool/eu-west-1_a"
	authToken = "method.request.header.Authorization"
)

func tokenAuthorizer(api, name string) *apigateway.CreateAuthorizerInput {
	return &apigateway.CreateAuthorizerInput{
		RestApiId: &api, Name: &name, Type: types.AuthorizerTypeToken, AuthorizerUri: aws.String(lambdaURI), IdentitySource: aws.String(authToken),
	}
}

func TestCreateAuthorizer(t *testing.T) {
	w := newWorldOn(t, memory.New(), restapi.Limits{AuthorizersPerAPI: 100})
	api, root := w.api()
	fact(w, "AU-01 MI-13 unknown API", w.client.CreateAuthorizer, tokenAuthorizer("test-fake-rest-id", "a"),
		"409 ConflictException: Unable to complete operation due to concurrent modification. Please try again later.")
	fact(w, "AU-02 MI-07 list of unknown API", w.client.GetAuthorizers, &apigateway.GetAuthorizersInput{RestApiId: aws.String("test-fake-rest-id")},
		"404 NotFoundException: Invalid API identifier specified 111111111111:test-fake-rest-id")
	shown := func(name string) string {
		return `{"id":"<id>","name":"` + name + `","type":"TOKEN","authType":"custom","authorizerUri":"` + lambdaURI + `","identitySource":"` + authToken + `"}`
	}
	id := fact(w, "AU-03 create", w.client.CreateAuthorizer, tokenAuthorizer(api, "auth"), "201 "+shown("auth")).Id
	fact(w, "AU-03 get", w.client.GetAuthorizer, &apigateway.GetAuthorizerInput{RestApiId: &api, AuthorizerId: id}, "200 "+shown("auth"))
	fact(w, "list", w.client.GetAuthorizers, &apigateway.GetAuthorizersInput{RestApiId: &api}, `200 {"item":[`+shown("auth")+`]}`)
	fact(w, "get unknown", w.client.GetAuthorizer, &apigateway.GetAuthorizerInput{RestApiId: &api, AuthorizerId: aws.String("x")}, "404 NotFoundException: Invalid Authorizer identifier specified")
	w.method(api, root, "GET")
	fact(w, "AU-03 attach", w.client.UpdateMethod, &apigateway.UpdateMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET"), PatchOperations: ops(
		op("replace", "/authorizerId", *id), op("replace", "/authorizationType", "CUSTOM"),
	)}, `200 {"httpMethod":"GET","authorizationType":"CUSTOM","authorizerId":"`+*id+`","apiKeyRequired":false}`)
	remove := func(name, want string) {
		fact(w, name, w.client.DeleteAuthorizer, &apigateway.DeleteAuthorizerInput{RestApiId: &api, AuthorizerId: id}, want)
	}
	remove("delete while in use", "409 ConflictException: Cannot delete authorizer 'auth', is referenced in method: GET//")
	must(w, w.client.DeleteMethod, &apigateway.DeleteMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET")})
	fact(w, "name taken", w.client.CreateAuthorizer, tokenAuthorizer(api, "auth"), "400 BadRequestException: Authorizer name must be unique. Authorizer auth already exists in this RestApi.")
	remove("delete", "202 ")
	remove("delete again", "404 NotFoundException: Invalid Authorizer identifier specified")
}

func TestAuthorizerRules(t *testing.T) {
	w := newWorldOn(t, memory.New(), restapi.Limits{AuthorizersPerAPI: 100})
	api, _ := w.api()
	const badToken = "400 BadRequestException: Invalid token source expression: %s. The source must be a method request header, matching 'method.request.header.[a-zA-Z0-9._-]+'."
	const badURI = "400 BadRequestException: Invalid Authorizer URI: %s. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation."
	const badTTL = "400 BadRequestException: Invalid authorizerResultTtlInSeconds specified. It must be between 0 and 3600"
	token, request, pool := types.AuthorizerTypeToken, types.AuthorizerTypeRequest, types.AuthorizerTypeCognitoUserPools
	lambda := func(kind types.AuthorizerType, source *string, ttl *int32) apigateway.CreateAuthorizerInput {
		return apigateway.CreateAuthorizerInput{Type: kind, AuthorizerUri: aws.String(lambdaURI), IdentitySource: source, AuthorizerResultTtlInSeconds: ttl}
	}
	for i, test := range []struct {
		name string
		in   apigateway.CreateAuthorizerInput
		want string // "" = created
	}{
		{"token without source", lambda(token, nil, nil), fmt.Sprintf(badToken, "")},
		{"token from a query string", lambda(token, aws.String("method.request.querystring.a"), nil), fmt.Sprintf(badToken, "method.request.querystring.a")},
		{"token from two headers", lambda(token, aws.String(authToken+","+authToken), nil), fmt.Sprintf(badToken, authToken+","+authToken)},
		{"token with the longest TTL", lambda(token, aws.String(authToken), aws.Int32(3600)), ""},
		{"TTL too long", lambda(token, aws.String(authToken), aws.Int32(3601)), badTTL},
		{"TTL negative", lambda(token, aws.String(authToken), aws.Int32(-1)), badTTL},
		{"token without URI", apigateway.CreateAuthorizerInput{Type: token, IdentitySource: aws.String(authToken)}, fmt.Sprintf(badURI, "")},
		{
			"URI without region",
			apigateway.CreateAuthorizerInput{Type: token, AuthorizerUri: aws.String("arn:aws:apigateway:region:lambda:path/2015-03-31/functions/arn:aws:lambda:x/invocations"), IdentitySource: aws.String(authToken)},
			fmt.Sprintf(badURI, "arn:aws:apigateway:region:lambda:path/2015-03-31/functions/arn:aws:lambda:x/invocations"),
		},
		{"credentials that are no role", apigateway.CreateAuthorizerInput{Type: token, AuthorizerUri: aws.String(lambdaURI), AuthorizerCredentials: aws.String("x"), IdentitySource: aws.String(authToken)}, "400 BadRequestException: Invalid ARN specified in the request"},
		{"request with every source", lambda(request, aws.String("method.request.header.a, method.request.querystring.b,context.identity.sourceIp,stageVariables.c"), nil), ""},
		{"request without source and cache", lambda(request, nil, aws.Int32(0)), ""},
		{"request without source, cached", lambda(request, nil, nil), "400 BadRequestException: Identity source is required for an authorizer of type REQUEST unless caching is disabled"},
		{"request from a path parameter", lambda(request, aws.String("method.request.path.a"), nil), "400 BadRequestException: Invalid identity source expression: method.request.path.a"},
		{"request from an empty element", lambda(request, aws.String(authToken+","), nil), "400 BadRequestException: Invalid identity source expression: "},
		{"user pool", apigateway.CreateAuthorizerInput{Type: pool, ProviderARNs: []string{poolARN}, IdentitySource: aws.String(authToken)}, ""},
		{"no user pool", apigateway.CreateAuthorizerInput{Type: pool, IdentitySource: aws.String(authToken)}, "400 BadRequestException: Authorizer of type COGNITO_USER_POOLS requires at least one provider ARN"},
		{"user pool of no ARN", apigateway.CreateAuthorizerInput{Type: pool, ProviderARNs: []string{"x"}, IdentitySource: aws.String(authToken)}, "400 BadRequestException: Invalid provider ARN specified: x"},
		{"user pool without source", apigateway.CreateAuthorizerInput{Type: pool, ProviderARNs: []string{poolARN}}, fmt.Sprintf(badToken, "")},
	} {
		test.in.RestApiId, test.in.Name = &api, aws.String(fmt.Sprint("a", i))
		if test.want == "" {
			must(w, w.client.CreateAuthorizer, &test.in)
			continue
		}
		fact(w, test.name, w.client.CreateAuthorizer, &test.in, test.want)
	}
}

func TestUpdateAuthorizer(t *testing.T) {
	w := newWorld(t)
	api, _ := w.api()
	id := must(w, w.client.CreateAuthorizer, tokenAuthorizer(api, "auth")).Id
	must(w, w.client.CreateAuthorizer, tokenAuthorizer(api, "other"))
	update := func(name, want string, operations ...types.PatchOperation) {
		fact(w, name, w.client.UpdateAuthorizer, &apigateway.UpdateAuthorizerInput{RestApiId: &api, AuthorizerId: id, PatchOperations: operations}, want)
	}
	role := "arn:aws:iam::111111111111:role/r"
	update("every member", `200 {"id":"`+*id+`","name":"new","type":"REQUEST","authType":"custom","authorizerUri":"`+lambdaURI+`","authorizerCredentials":"`+role+
		`","authorizerResultTtlInSeconds":0,"identitySource":"context.stage","identityValidationExpression":"x"}`,
		op("replace", "/name", "new"), op("replace", "/type", "REQUEST"), op("replace", "/authorizerCredentials", role), op("replace", "/authorizerResultTtlInSeconds", "0"),
		op("replace", "/identitySource", "context.stage"), op("replace", "/identityValidationExpression", "x"), op("replace", "/authorizerUri", lambdaURI))
	update("name taken", "400 BadRequestException: Authorizer name must be unique. Authorizer other already exists in this RestApi.", op("replace", "/name", "other"))
	update("no name", "400 BadRequestException: Authorizer name cannot be empty", op("replace", "/name", ""))
	update("TTL", "400 BadRequestException: Invalid authorizerResultTtlInSeconds specified. It must be between 0 and 3600", op("replace", "/authorizerResultTtlInSeconds", "3601"))
	update("TTL no number", "400 BadRequestException: Invalid authorizerResultTtlInSeconds specified. It must be between 0 and 3600", op("replace", "/authorizerResultTtlInSeconds", "x"))
	update("type", "400 BadRequestException: Invalid AuthorizerType specified. Valid options are TOKEN,REQUEST,COGNITO_USER_POOLS", op("replace", "/type", "x"))
	update("unknown path", "400 BadRequestException: Invalid patch path  '/x' specified for op 'add'. Must be one of: [/providerARNs]", op("add", "/x", "y"))
	update("to a user pool", `200 {"id":"`+*id+`","name":"new","type":"COGNITO_USER_POOLS","authType":"cognito_user_pools","providerARNs":["`+poolARN+`"],"authorizerResultTtlInSeconds":0,"identitySource":"`+authToken+`"}`,
		op("replace", "/type", "COGNITO_USER_POOLS"), op("add", "/providerARNs", poolARN), op("replace", "/identitySource", authToken),
		op("replace", "/authorizerUri", ""), op("replace", "/authorizerCredentials", ""), op("replace", "/identityValidationExpression", ""))
	update("remove an unknown pool", "404 NotFoundException: Invalid provider ARN specified", op("remove", "/providerARNs", "x"))
	update("remove the last pool", "400 BadRequestException: Authorizer of type COGNITO_USER_POOLS requires at least one provider ARN", op("remove", "/providerARNs", poolARN))
}

func TestAuthorizerLimit(t *testing.T) {
	w := newWorldOn(t, memory.New(), restapi.Limits{AuthorizersPerAPI: 1})
	api, _ := w.api()
	must(w, w.client.CreateAuthorizer, tokenAuthorizer(api, "1"))
	fact(w, "full", w.client.CreateAuthorizer, tokenAuthorizer(api, "2"),
		"429 LimitExceededException: Maximum number of Authorizers for this API has been reached. Please contact AWS if you need additional Authorizers.")
}

// flusher records what is flushed.
type flusher struct{ flushed []string }

func (f *flusher) FlushStageCache(apiID, stageName string) {
	f.flushed = append(f.flushed, "responses "+apiID+"/"+stageName)
}

func (f *flusher) FlushStageAuthorizersCache(apiID, stageName string) {
	f.flushed = append(f.flushed, "authorizers "+apiID+"/"+stageName)
}

func TestFlush(t *testing.T) {
	caches := &flusher{}
	w := newWorldWith(t, restapi.Config{Store: memory.New(), Flusher: caches})
	api, _ := w.deployable()
	w.deploy(api, "dev")
	for _, stage := range []string{"dev", "unknown"} {
		want := "202 "
		if stage == "unknown" {
			want = "404 NotFoundException: Invalid stage identifier specified"
		}
		fact(w, "responses of "+stage, w.client.FlushStageCache, &apigateway.FlushStageCacheInput{RestApiId: &api, StageName: &stage}, want)
		fact(w, "authorizers of "+stage, w.client.FlushStageAuthorizersCache, &apigateway.FlushStageAuthorizersCacheInput{RestApiId: &api, StageName: &stage}, want)
	}
	if diff := cmp.Diff([]string{"authorizers " + api + "/dev", "responses " + api + "/dev"}, slices.Sorted(slices.Values(caches.flushed))); diff != "" {
		t.Errorf("flushed (-want +got):\n%s", diff)
	}
}
