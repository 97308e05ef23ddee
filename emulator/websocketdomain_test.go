package emulator_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/gorilla/websocket"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// dialName connects to an address whose name stands for the emulator.
func (a *webSocketAPI) dialName(ctx context.Context, address string, header http.Header) (*websocket.Conn, *http.Response, error) {
	dialer := websocket.Dialer{NetDialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, strings.TrimPrefix(a.e.URL(), "http://"))
	}}
	return dialer.DialContext(ctx, address, header)
}

// closeCode reads until the close frame.
func closeCode(t *testing.T, conn *websocket.Conn) int {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		_, _, err := conn.ReadMessage()
		if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
			return closed.Code
		}
		if err != nil {
			t.Errorf("no close frame: %v", err)
			return 0
		}
	}
}

// TestWebSocketDomain: clients and @connections at a custom domain name.
func TestWebSocketDomain(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	e := start(t, emulator.Config{})
	a := createWebSocketAPI(t, e)
	a.mockEcho(t, "$default")
	a.deploy(t)
	const name = "chat.example.com"
	must(a.v2.CreateDomainName(ctx, &apigatewayv2.CreateDomainNameInput{
		DomainName: aws.String(name), DomainNameConfigurations: []types.DomainNameConfiguration{{
			CertificateArn: aws.String("arn:aws:acm:us-east-1:000000000000:certificate/c"), EndpointType: types.EndpointTypeRegional, SecurityPolicy: types.SecurityPolicyTls12,
		}},
	}))(t)
	mapTo := func(key string) error {
		_, err := a.v2.CreateApiMapping(ctx, &apigatewayv2.CreateApiMappingInput{DomainName: aws.String(name), ApiId: &a.id, Stage: aws.String("dev"), ApiMappingKey: &key})
		return err
	}
	if err := mapTo("talk"); err != nil {
		t.Fatal(err)
	}
	if err := mapTo("two/levels"); errorCode(err) != "BadRequestException" {
		t.Errorf("a key of two levels: %v", err)
	}
	other := createHTTPAPI(t, e, nil)
	if _, err := a.v2.CreateApiMapping(ctx, &apigatewayv2.CreateApiMappingInput{DomainName: aws.String(name), ApiId: &other.id, Stage: aws.String("$default"), ApiMappingKey: aws.String("http")}); errorCode(err) != "BadRequestException" {
		t.Errorf("an HTTP API beside it: %v", err)
	}
	must(a.v2.UpdateApi(ctx, &apigatewayv2.UpdateApiInput{ApiId: &a.id, DisableExecuteApiEndpoint: aws.Bool(true)}))(t)
	a.deploy(t)
	if _, response, err := a.dial(ctx, "", nil); err == nil || response == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("the disabled endpoint: %v %v", response, err)
	}
	for path, want := range map[string]int{"/talk": 101, "/talk/": 101, "/talk?a=1": 101, "/": 403, "/dev": 403, "/talk/more": 403} {
		conn, response, err := a.dialName(ctx, "ws://"+name+path, nil)
		if response == nil || response.StatusCode != want {
			t.Errorf("%s: %v %v", path, response, err)
		}
		if conn != nil {
			_ = conn.Close()
		}
	}
	if err := mapTo(""); err != nil {
		t.Fatal(err)
	}
	conn, _, err := a.dialName(ctx, "ws://"+name, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	say(t, conn, "?")
	id := next(t, conn)
	plain := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, strings.TrimPrefix(e.URL(), "http://"))
	}}
	defer plain.CloseIdleConnections()
	client := apigatewaymanagementapi.NewFromConfig(a.config, func(o *apigatewaymanagementapi.Options) {
		o.BaseEndpoint, o.HTTPClient = aws.String("http://"+name+"/talk"), &http.Client{Transport: plain}
	})
	must(client.PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &id, Data: []byte("by the domain")}))(t)
	if got := next(t, conn); got != "by the domain" {
		t.Errorf("heard %s", got)
	}
}

// TestWebSocketDeletion: who is connected when a stage or an API is deleted is told.
func TestWebSocketDeletion(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	e := start(t, emulator.Config{})
	a := createWebSocketAPI(t, e)
	a.mockEcho(t, "$default")
	a.deploy(t)
	ask := func() (*websocket.Conn, string) {
		conn := a.connect(t, "")
		say(t, conn, "?")
		return conn, next(t, conn)
	}
	client := apigatewaymanagementapi.NewFromConfig(a.config, func(o *apigatewaymanagementapi.Options) { o.BaseEndpoint = aws.String(e.URL()) })
	check := func(what string, conn *websocket.Conn, id string) {
		t.Helper()
		if code := closeCode(t, conn); code != websocket.CloseGoingAway {
			t.Errorf("%s: closed with %d", what, code)
		}
		_, err := client.PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &id, Data: []byte("x")})
		if errorCode(err) != "GoneException" {
			t.Errorf("%s: @connections: %v", what, err)
		}
		if _, response, err := a.dial(ctx, "", nil); err == nil || response == nil || response.StatusCode != http.StatusForbidden {
			t.Errorf("%s: a new client: %v %v", what, response, err)
		}
	}
	conn, id := ask()
	must(a.v2.DeleteStage(ctx, &apigatewayv2.DeleteStageInput{ApiId: &a.id, StageName: aws.String("dev")}))(t)
	check("stage", conn, id)
	a.deploy(t)
	conn, id = ask()
	must(a.v2.DeleteApi(ctx, &apigatewayv2.DeleteApiInput{ApiId: &a.id}))(t)
	check("API", conn, id)

	// A stage that is not there is forbidden.
	a = createWebSocketAPI(t, e)
	a.mockEcho(t, "$default")
	a.deploy(t)
	byStage := apigatewaymanagementapi.NewFromConfig(a.config, func(o *apigatewaymanagementapi.Options) {
		o.BaseEndpoint = aws.String(strings.TrimSuffix(e.InvokeURL(a.id, "nope", ""), "/"))
	})
	_, err := byStage.PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &id, Data: []byte("x")})
	if errorCode(err) != "ForbiddenException" {
		t.Errorf("unknown stage: %v", err)
	}
}

// TestWebSocketIAM: handshakes signed by headers and by a presigned address.
func TestWebSocketIAM(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	e := start(t, emulator.Config{})
	a := createWebSocketAPI(t, e)
	a.route(t, "$connect", apigatewayv2.CreateIntegrationInput{
		IntegrationType: types.IntegrationTypeMock, TemplateSelectionExpression: aws.String("200"), RequestTemplates: map[string]string{"200": `{"statusCode":200}`},
	}, func(r *apigatewayv2.CreateRouteInput) { r.AuthorizationType = types.AuthorizationTypeAwsIam })
	integrations := must(a.v2.GetIntegrations(ctx, &apigatewayv2.GetIntegrationsInput{ApiId: &a.id}))(t)
	must(a.v2.CreateIntegrationResponse(ctx, &apigatewayv2.CreateIntegrationResponseInput{
		ApiId: &a.id, IntegrationId: integrations.Items[0].IntegrationId, IntegrationResponseKey: aws.String("/200/"),
	}))(t)
	id := a.route(t, "$default", apigatewayv2.CreateIntegrationInput{
		IntegrationType: types.IntegrationTypeMock, TemplateSelectionExpression: aws.String(`\$default`), RequestTemplates: map[string]string{"$default": `{"statusCode":200}`},
	}, twoWay)
	must(a.v2.CreateIntegrationResponse(ctx, &apigatewayv2.CreateIntegrationResponseInput{
		ApiId: &a.id, IntegrationId: &id, IntegrationResponseKey: aws.String("$default"), TemplateSelectionExpression: aws.String(`\$default`),
		ResponseTemplates: map[string]string{"$default": "$context.identity.accountId $context.identity.userArn"},
	}))(t)
	a.deploy(t)
	address := e.InvokeURL(a.id, "dev", "")
	const none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	presign := func(secret string) string {
		request := must(http.NewRequestWithContext(ctx, http.MethodGet, address, nil))(t)
		signed, _, err := v4.NewSigner().PresignHTTP(ctx, aws.Credentials{AccessKeyID: "test", SecretAccessKey: secret}, request, none, "execute-api", "us-east-1", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return "ws" + strings.TrimPrefix(signed, "http")
	}
	header := signed(t, http.MethodGet, address, "", "execute-api", "test", "test").Header
	for name, test := range map[string]struct {
		address string
		header  http.Header
		want    int
	}{
		"unsigned":         {"ws" + strings.TrimPrefix(address, "http"), nil, 403},
		"headers":          {"ws" + strings.TrimPrefix(address, "http"), header, 101},
		"presigned":        {presign("test"), nil, 101},
		"the wrong secret": {presign("wrong"), nil, 403},
	} {
		conn, response, err := websocket.DefaultDialer.DialContext(ctx, test.address, test.header)
		if response == nil || response.StatusCode != test.want {
			t.Errorf("%s: %v %v", name, response, err)
		}
		if conn != nil {
			say(t, conn, "?")
			if got := next(t, conn); !strings.HasPrefix(got, "000000000000 arn:aws:") {
				t.Errorf("%s: %s", name, got)
			}
			_ = conn.Close()
		}
	}
}

// TestWebSocketRedeployment has clients come and go while their stage is deployed anew, deleted
// and made again through the control plane. In the end it serves as ever.
func TestWebSocketRedeployment(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	e := start(t, emulator.Config{Ephemeral: true})
	a := createWebSocketAPI(t, e)
	a.mockEcho(t, "$default")
	a.deploy(t)
	stop := make(chan struct{})
	var deploying, running sync.WaitGroup
	deploying.Go(func() {
		for round := 0; ; round++ {
			select {
			case <-stop:
				return
			default:
			}
			deployment, err := a.v2.CreateDeployment(ctx, &apigatewayv2.CreateDeploymentInput{ApiId: &a.id})
			if err != nil {
				t.Errorf("deployment: %v", err)
				return
			}
			if round%5 == 4 {
				_, err = a.v2.DeleteStage(ctx, &apigatewayv2.DeleteStageInput{ApiId: &a.id, StageName: aws.String("dev")})
				if err == nil {
					_, err = a.v2.CreateStage(ctx, &apigatewayv2.CreateStageInput{ApiId: &a.id, StageName: aws.String("dev"), DeploymentId: deployment.DeploymentId})
				}
			} else {
				_, err = a.v2.UpdateStage(ctx, &apigatewayv2.UpdateStageInput{ApiId: &a.id, StageName: aws.String("dev"), DeploymentId: deployment.DeploymentId})
			}
			if err != nil {
				t.Errorf("round %d: %v", round, err)
				return
			}
		}
	})
	for range 10 {
		running.Go(func() {
			for i := range 50 {
				conn, response, err := a.dial(ctx, "", nil)
				if err != nil {
					if response == nil || response.StatusCode != http.StatusForbidden {
						t.Errorf("handshake: %v %v", response, err)
					}
					continue
				}
				_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
				_ = conn.WriteMessage(websocket.TextMessage, []byte("?"))
				if i%2 == 0 { // an answer, or the end of the stage
					_, _, err := conn.ReadMessage()
					if closed, ok := errors.AsType[*websocket.CloseError](err); err != nil && (!ok || closed.Code != websocket.CloseGoingAway) {
						t.Errorf("read: %v", err)
					}
				}
				_ = conn.Close()
			}
		})
	}
	running.Wait()
	close(stop)
	deploying.Wait()
	conn := a.connect(t, "")
	say(t, conn, "?")
	if id := next(t, conn); len(id) != 16 {
		t.Errorf("heard %s", id)
	}
}
