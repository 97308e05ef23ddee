package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// httpAPIs measures HTTP APIs: HTTP_PROXY against a bare proxy and a warm function against
// a bare runtime loop, what a JWT authorizer whose keys are known takes of that, and 300
// routes against one.
func (b *bench) httpAPIs(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	backend, stopBackend, err := child(ctx, self, "-role", "backend")
	if err != nil {
		return err
	}
	defer stopBackend()
	proxy, stopProxy, err := child(ctx, self, "-role", "proxy", "-backend", "http://"+backend)
	if err != nil {
		return err
	}
	defer stopProxy()
	handler, stopRuntime, err := bareRuntime()
	if err != nil {
		return err
	}
	defer stopRuntime()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	from, err := newIssuer()
	if err != nil {
		return err
	}
	defer from.Close()
	p, err := b.emulator(ctx, "--ephemeral", "--lambda-permissions", "off")
	if err != nil {
		return err
	}
	defer p.stop()

	code, err := zipFile("bootstrap", "#!/bin/sh\nexec "+self+" -role bootstrap\n")
	if err != nil {
		return err
	}
	function, err := p.lambda().CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: aws.String("bench"), Role: aws.String("arn:aws:iam::000000000000:role/bench"),
		Runtime: lambdatypes.RuntimeProvidedal2023, Handler: aws.String("bootstrap"), Code: &lambdatypes.FunctionCode{ZipFile: code},
	})
	if err != nil {
		return err
	}
	api := httpAPI{client: apigatewayv2.NewFromConfig(p.config()), address: p.address, from: from}
	proxied := apigatewayv2.CreateIntegrationInput{
		IntegrationType: types.IntegrationTypeHttpProxy, IntegrationUri: aws.String("http://" + backend + "/"), IntegrationMethod: aws.String("GET"), PayloadFormatVersion: aws.String("1.0"),
	}
	invoked := apigatewayv2.CreateIntegrationInput{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: function.FunctionArn, PayloadFormatVersion: aws.String("2.0")}
	one, err1 := api.deploy(ctx, proxied, 1, false)
	many, err2 := api.deploy(ctx, proxied, 300, false)
	guarded, err3 := api.deploy(ctx, proxied, 1, true)
	warm, err4 := api.deploy(ctx, invoked, 1, false)
	warmGuarded, err5 := api.deploy(ctx, invoked, 1, true)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return err
	}
	bare, bareFunction := newLoad(proxy, proxy, "/"), newLoad(listener.Addr().String(), "bare", "/")
	for _, l := range []*load{&warm, &warmGuarded, &bareFunction} {
		l.connections = 1
	}
	fmt.Printf("\n| HTTP APIs, requests/s | Stagedoor | compared with | ratio | target |\n| --- | ---: | ---: | ---: | ---: |\n")
	for _, row := range []struct {
		name, target string
		load, limit  load
	}{
		{"HTTP_PROXY / bare tuned ReverseProxy", "-", one, bare},
		{"HTTP_PROXY with a JWT authorizer / the same request without", "0.85", guarded, withToken(one, from.token)},
		{"HTTP_PROXY with 300 routes / with one", "-", many, one},
		{"warm Lambda 2.0, one at a time / bare runtime loop", "-", warm, bareFunction},
		{"warm Lambda 2.0 with a JWT authorizer / the same request without", "0.85", warmGuarded, withToken(warm, from.token)},
	} {
		rate, limit, ratio, err := b.compare(ctx, row.load, row.limit)
		if err != nil {
			return fmt.Errorf("%s: %w", row.name, err)
		}
		fmt.Printf("| %s | %.0f | %.0f | %.2f | %s |\n", row.name, rate, limit, ratio, row.target)
	}
	return nil
}

// httpAPI makes HTTP APIs.
type httpAPI struct {
	client  *apigatewayv2.Client
	address string
	from    *issuer
}

// deploy makes an API with so many routes to an integration, and returns the load for the
// last of them.
func (a *httpAPI) deploy(ctx context.Context, in apigatewayv2.CreateIntegrationInput, routes int, guarded bool) (load, error) {
	api, err := a.client.CreateApi(ctx, &apigatewayv2.CreateApiInput{Name: aws.String("bench"), ProtocolType: types.ProtocolTypeHttp})
	if err != nil {
		return load{}, err
	}
	in.ApiId = api.ApiId
	integration, err := a.client.CreateIntegration(ctx, &in)
	if err != nil {
		return load{}, err
	}
	route := apigatewayv2.CreateRouteInput{ApiId: api.ApiId, Target: aws.String("integrations/" + aws.ToString(integration.IntegrationId))}
	if guarded {
		authorizer, err := a.client.CreateAuthorizer(ctx, &apigatewayv2.CreateAuthorizerInput{
			ApiId: api.ApiId, Name: aws.String("jwt"), AuthorizerType: types.AuthorizerTypeJwt, IdentitySource: []string{"$request.header.Authorization"},
			JwtConfiguration: &types.JWTConfiguration{Issuer: aws.String(a.from.url), Audience: []string{"bench"}},
		})
		if err != nil {
			return load{}, err
		}
		route.AuthorizationType, route.AuthorizerId = types.AuthorizationTypeJwt, authorizer.AuthorizerId
	}
	path := ""
	for i := range routes {
		path = "/resources" + strconv.Itoa(i) + "/"
		route.RouteKey = aws.String("GET " + path + "{id}")
		if _, err := a.client.CreateRoute(ctx, &route); err != nil {
			return load{}, err
		}
	}
	if _, err := a.client.CreateStage(ctx, &apigatewayv2.CreateStageInput{ApiId: api.ApiId, StageName: aws.String("$default"), AutoDeploy: aws.Bool(true)}); err != nil {
		return load{}, err
	}
	made := newLoad(a.address, aws.ToString(api.ApiId)+".execute-api.us-east-1.amazonaws.com", path+"7")
	if guarded {
		made = withToken(made, a.from.token)
	}
	return made, nil
}

// withToken returns the load with a token in its requests.
func withToken(l load, token string) load {
	l.request = bytes.Replace(l.request, []byte("Accept:"), []byte("Authorization: Bearer "+token+"\r\nAccept:"), 1)
	return l
}
