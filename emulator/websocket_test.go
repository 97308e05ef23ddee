package emulator_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/gorilla/websocket"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// webSocketAPI is a WebSocket API in an emulator of its own.
type webSocketAPI struct {
	*clients

	e  *emulator.Emulator
	v2 *apigatewayv2.Client
	id string
	// byHost connects to the name of the API below localhost.
	byHost bool
}

func createWebSocketAPI(t *testing.T, e *emulator.Emulator) *webSocketAPI {
	t.Helper()
	a := &webSocketAPI{clients: newClients(t, e.AWSConfig()), e: e}
	a.v2 = apigatewayv2.NewFromConfig(a.config)
	api := must(a.v2.CreateApi(t.Context(), &apigatewayv2.CreateApiInput{
		Name: aws.String("chat"), ProtocolType: types.ProtocolTypeWebsocket, RouteSelectionExpression: aws.String("$request.body.action"),
	}))(t)
	a.id = *api.ApiId
	return a
}

// route makes a route with an integration; change may alter the route.
func (a *webSocketAPI) route(t *testing.T, key string, in apigatewayv2.CreateIntegrationInput, change func(*apigatewayv2.CreateRouteInput)) (integrationID string) {
	t.Helper()
	in.ApiId = &a.id
	integration := must(a.v2.CreateIntegration(t.Context(), &in))(t)
	route := &apigatewayv2.CreateRouteInput{ApiId: &a.id, RouteKey: &key, Target: aws.String("integrations/" + *integration.IntegrationId)}
	if change != nil {
		change(route)
	}
	made := must(a.v2.CreateRoute(t.Context(), route))(t)
	if route.RouteResponseSelectionExpression != nil {
		must(a.v2.CreateRouteResponse(t.Context(), &apigatewayv2.CreateRouteResponseInput{ApiId: &a.id, RouteId: made.RouteId, RouteResponseKey: aws.String("$default")}))(t)
	}
	return *integration.IntegrationId
}

func twoWay(r *apigatewayv2.CreateRouteInput) {
	r.RouteResponseSelectionExpression = aws.String("$default")
}

// deploy deploys the API to stage dev.
func (a *webSocketAPI) deploy(t *testing.T) {
	t.Helper()
	deployment := must(a.v2.CreateDeployment(t.Context(), &apigatewayv2.CreateDeploymentInput{ApiId: &a.id}))(t)
	_, err := a.v2.CreateStage(t.Context(), &apigatewayv2.CreateStageInput{ApiId: &a.id, StageName: aws.String("dev"), DeploymentId: deployment.DeploymentId})
	if err != nil {
		must(a.v2.UpdateStage(t.Context(), &apigatewayv2.UpdateStageInput{ApiId: &a.id, StageName: aws.String("dev"), DeploymentId: deployment.DeploymentId}))(t)
	}
}

// dial connects to stage dev with a query.
func (a *webSocketAPI) dial(ctx context.Context, query string, header http.Header) (*websocket.Conn, *http.Response, error) {
	if a.byHost {
		_, port, err := net.SplitHostPort(strings.TrimPrefix(a.e.URL(), "http://"))
		if err != nil {
			return nil, nil, err
		}
		dialer := websocket.Dialer{NetDialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port)) // where not every system gets by itself
		}}
		return dialer.DialContext(ctx, "ws://"+a.id+".execute-api.localhost:"+port+"/dev"+query, header)
	}
	address := strings.Replace(a.e.InvokeURL(a.id, "dev", ""), "http://", "ws://", 1)
	return websocket.DefaultDialer.DialContext(ctx, strings.TrimSuffix(address, "/")+query, header)
}

// connect is dial for connections that have to succeed.
func (a *webSocketAPI) connect(t *testing.T, query string) *websocket.Conn {
	t.Helper()
	conn, response, err := a.dial(t.Context(), query, nil)
	if err != nil {
		body := ""
		if response != nil {
			all, _ := io.ReadAll(response.Body)
			body = response.Status + " " + string(all)
		}
		t.Fatalf("%v %s", err, body)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// connectByAWSName connects over TLS to AWS's own name of the API, as it is resolved by
// whoever points it here.
func (a *webSocketAPI) connectByAWSName(t *testing.T) *websocket.Conn {
	t.Helper()
	authority := x509.NewCertPool()
	if !authority.AppendCertsFromPEM(must(os.ReadFile(a.e.CAPath()))(t)) {
		t.Fatal("no certificate authority")
	}
	dialer := websocket.Dialer{
		TLSClientConfig: &tls.Config{RootCAs: authority, MinVersion: tls.VersionTLS12},
		NetDialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, strings.TrimPrefix(a.e.URL(), "http://"))
		},
	}
	conn, response, err := dialer.DialContext(t.Context(), "wss://"+a.id+".execute-api.us-east-1.amazonaws.com/dev", nil)
	if err != nil {
		t.Fatalf("%v %v", err, response)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// sdkPython is the runtime of the Python that has boto3, as those of AWS have.
func sdkPython(t *testing.T) lambdatypes.Runtime {
	t.Helper()
	requireTool(t, "python3")
	version, err := exec.CommandContext(t.Context(), "python3", "-c", "import boto3, sys; print('python%d.%d' % sys.version_info[:2])").Output()
	if err != nil {
		t.Fatal("python3 has no boto3")
	}
	return lambdatypes.Runtime(strings.TrimSpace(string(version)))
}

// waitFor waits until condition holds, up to 20 seconds.
func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// contents is what is in a file; empty while there is none.
func contents(file string) string {
	text, _ := os.ReadFile(file)
	return string(text)
}

// next reads a message.
func next(t *testing.T, conn *websocket.Conn) string {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	_, text, err := conn.ReadMessage()
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return string(text)
}

func say(t *testing.T, conn *websocket.Conn, text string) {
	t.Helper()
	if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func functionIntegration(arn string) apigatewayv2.CreateIntegrationInput {
	return apigatewayv2.CreateIntegrationInput{
		IntegrationType: types.IntegrationTypeAwsProxy,
		IntegrationUri:  aws.String("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + arn + "/invocations"),
	}
}

const socketFunction = `
import json, os, urllib.parse
seen = os.environ["SEEN"]
def handler(event, context):
    rc = event["requestContext"]
    if rc["eventType"] != "MESSAGE":
        with open(seen, "a") as f:
            f.write(json.dumps(event) + "\n")
    query = event.get("queryStringParameters") or {}
    if rc["routeKey"] == "$connect" and query.get("deny"):
        return {"statusCode": int(query["deny"]), "body": "no entry"}
    if query.get("throw"):
        raise Exception("thrown")
    if rc["routeKey"] == "post":
        import boto3
        client = boto3.client("apigatewaymanagementapi", endpoint_url="https://" + rc["domainName"] + "/" + rc["stage"])
        try:
            client.post_to_connection(ConnectionId=rc["connectionId"], Data=b"posted")
        except Exception as e:
            open(seen + ".err", "w").write(repr(e))
            raise
        return {"statusCode": 200}
    if rc["routeKey"] == "fail":
        raise Exception("failed")
    return {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "chat"} if query.get("protocol") else {}, "body": json.dumps(event)}
`

// TestWebSocket is the life of connections with a function.
func TestWebSocket(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	a := createWebSocketAPI(t, e)
	seen := t.TempDir() + "/seen"
	arn := a.createFunction(t.Context(), t, &lambda.CreateFunctionInput{
		FunctionName: aws.String("socket"), Runtime: sdkPython(t), Handler: aws.String("app.handler"), Role: aws.String("arn:aws:iam::000000000000:role/r"), Timeout: aws.Int32(20),
		Code: &lambdatypes.FunctionCode{ZipFile: zipOf(t, "app.py", socketFunction)}, Environment: &lambdatypes.Environment{Variables: map[string]string{"SEEN": seen}},
	})
	for _, key := range []string{"$connect", "$disconnect", "post", "fail", "oneway"} {
		a.route(t, key, functionIntegration(arn), nil)
	}
	a.route(t, "echo", functionIntegration(arn), twoWay)
	a.deploy(t)

	conn := a.connect(t, "?a=1&a=2")
	say(t, conn, `{"action":"echo","n":1}`)
	var event struct {
		Body           string
		Headers        map[string]string
		RequestContext struct {
			RouteKey, EventType, MessageID, ConnectionID, DomainName, Stage string
			ConnectedAt                                                     int64
		}
	}
	answer := next(t, conn)
	if err := json.Unmarshal([]byte(answer), &event); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	rc := event.RequestContext
	if rc.RouteKey != "echo" || rc.EventType != "MESSAGE" || rc.MessageID == "" || len(rc.ConnectionID) != 16 || rc.Stage != "dev" || rc.ConnectedAt == 0 || event.Body != `{"action":"echo","n":1}` || event.Headers != nil {
		t.Errorf("event %s", answer)
	}
	say(t, conn, `{"action":"post"}`)
	if got := next(t, conn); got != "posted" {
		t.Errorf("got %s %s", got, contents(seen+".err"))
	}
	// A client that calls AWS's own name: what functions post stays on this machine.
	byAWSName := a.connectByAWSName(t)
	say(t, byAWSName, `{"action":"post"}`)
	if got := next(t, byAWSName); got != "posted" {
		t.Errorf("by AWS's name: got %s %s", got, contents(seen+".err"))
	}
	_ = byAWSName.Close()
	for text, want := range map[string]string{
		`{"action":"fail"}`:     `{"message": "Internal server error", "connectionId":"` + rc.ConnectionID + `", "requestId":"`,
		`{"action":"nope"}`:     `{"message": "Forbidden", "connectionId":"` + rc.ConnectionID + `", "requestId":"`,
		`{"action":"$connect"}`: `{"message": "Forbidden", `,
		`no JSON`:               `{"message": "Forbidden", `,
	} {
		say(t, conn, text)
		if got := next(t, conn); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	say(t, conn, `{"action":"oneway"}`)

	// @connections, by all forms of the address.
	for _, base := range []string{e.InvokeURL(a.id, "dev", ""), e.URL() + "/dev", e.URL(), strings.Replace(e.URL(), "http://", "https://", 1) + "/dev"} {
		if strings.HasPrefix(base, "https") {
			continue // proved by the function
		}
		client := apigatewaymanagementapi.NewFromConfig(a.config, func(o *apigatewaymanagementapi.Options) { o.BaseEndpoint = aws.String(strings.TrimSuffix(base, "/")) })
		if _, err := client.PostToConnection(t.Context(), &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &rc.ConnectionID, Data: []byte("from " + base)}); err != nil {
			t.Errorf("%s: %v", base, err)
			continue
		}
		if got := next(t, conn); got != "from "+base {
			t.Errorf("got %s", got)
		}
		about, err := client.GetConnection(t.Context(), &apigatewaymanagementapi.GetConnectionInput{ConnectionId: &rc.ConnectionID})
		if err != nil || aws.ToString(about.Identity.SourceIp) != "127.0.0.1" || about.ConnectedAt.UnixMilli() != rc.ConnectedAt {
			t.Errorf("%s: %+v %v", base, about, err)
		}
	}
	client := apigatewaymanagementapi.NewFromConfig(a.config, func(o *apigatewaymanagementapi.Options) { o.BaseEndpoint = aws.String(e.URL() + "/dev") })
	big := []byte(strings.Repeat("x", 128<<10))
	must(client.PostToConnection(t.Context(), &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &rc.ConnectionID, Data: big}))(t)
	if got := next(t, conn); got != string(big) {
		t.Errorf("got %d bytes", len(got))
	}
	_, err := client.PostToConnection(t.Context(), &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &rc.ConnectionID, Data: append(big, 'x')})
	if errorCode(err) != "PayloadTooLargeException" {
		t.Errorf("too large: %v", err)
	}
	_, err = client.PostToConnection(t.Context(), &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: aws.String("AAAAAAAAAAAAAAA="), Data: []byte("x")})
	if errorCode(err) != "GoneException" {
		t.Errorf("unknown: %v", err)
	}
	if status, body := a.body(t, e.URL()+"/dev/@connections/"+url.PathEscape(rc.ConnectionID)); status == http.StatusOK {
		t.Errorf("unsigned: %d %s", status, body)
	}
	must(client.DeleteConnection(t.Context(), &apigatewaymanagementapi.DeleteConnectionInput{ConnectionId: &rc.ConnectionID}))(t)
	_, _, err = conn.ReadMessage()
	if closed, ok := errors.AsType[*websocket.CloseError](err); !ok || closed.Code != websocket.CloseNormalClosure {
		t.Errorf("deleted: %v", err)
	}
	_, err = client.GetConnection(t.Context(), &apigatewaymanagementapi.GetConnectionInput{ConnectionId: &rc.ConnectionID})
	if errorCode(err) != "GoneException" {
		t.Errorf("deleted: %v", err)
	}

	// Handshakes that $connect refuses, and one with a subprotocol.
	for query, want := range map[string]string{"?deny=401": "401 no entry", "?deny=503": "503 no entry", "?throw=1": `500 {"message": "Internal server error", "connectionId":`} {
		_, response, err := a.dial(t.Context(), query, nil)
		if err == nil {
			t.Fatalf("%s: connected", query)
		}
		body := must(io.ReadAll(response.Body))(t)
		if got := response.Status[:4] + string(body); !strings.HasPrefix(got[4:], want[4:]) || query != "?throw=1" && got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	dialer := websocket.Dialer{Subprotocols: []string{"chat", "other"}}
	address := strings.Replace(e.InvokeURL(a.id, "dev", ""), "http://", "ws://", 1)
	protocol, _, err := dialer.DialContext(t.Context(), address+"?protocol=1", nil)
	if err != nil || protocol.Subprotocol() != "chat" {
		t.Fatalf("subprotocol: %v", err)
	}
	_ = protocol.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(4001, "bye"))
	_ = protocol.Close()

	waitFor(t, "$disconnect", func() bool { return strings.Contains(contents(seen), `"disconnectStatusCode": 4001`) })
	for _, part := range []string{
		`"multiValueQueryStringParameters": {"a": ["1", "2"]}`, `"disconnectReason": "Connection Closed Normally"`, `"disconnectReason": "bye"`, `"eventType": "CONNECT"`,
	} {
		if !strings.Contains(contents(seen), part) {
			t.Errorf("lacks %s in\n%s", part, contents(seen))
		}
	}
}
