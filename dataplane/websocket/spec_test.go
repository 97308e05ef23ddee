package websocket_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	ws "github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// TestContentHandling: base64 becomes bytes for backends, and bytes of backends base64.
func TestContentHandling(t *testing.T) {
	t.Parallel()
	raw := "\x00\xff\x01"
	encoded := base64.StdEncoding.EncodeToString([]byte(raw))
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/octet-stream")
		if string(body) == raw {
			_, _ = w.Write(body)
			return
		}
		_, _ = io.WriteString(w, "not the bytes: "+string(body))
	}))
	t.Cleanup(backend.Close)
	f := newFixture(t, functions{"fn": func(event []byte) (any, error) {
		var in struct {
			Body            string
			IsBase64Encoded bool
		}
		if err := json.Unmarshal(event, &in); err != nil {
			return nil, err
		}
		if !in.IsBase64Encoded {
			return map[string]any{"statusCode": 200, "body": "plain"}, nil
		}
		return map[string]any{"statusCode": 200, "body": in.Body}, nil
	}}, ws.Limits{})
	binary := types.ContentHandlingStrategyConvertToBinary
	toText := responseOf("$default", "$input.body")
	toText.ContentHandlingStrategy, toText.ResponseTemplates = types.ContentHandlingStrategyConvertToText, nil
	f.api.Api.RouteSelectionExpression = aws.String("${request.querystring.none}$default")
	f.route("$default", types.Integration{
		IntegrationType: types.IntegrationTypeHttp, IntegrationMethod: aws.String("POST"), IntegrationUri: aws.String(backend.URL), ContentHandlingStrategy: binary,
	}, toText)
	f.publish()
	conn := f.connect()
	f.say(conn, encoded)
	if got := f.next(conn); got != encoded {
		t.Errorf("HTTP: %q", got)
	}
	f.say(conn, "no base64!")
	if got := f.next(conn); !strings.HasPrefix(got, `{"message": "Internal server error"`) {
		t.Errorf("no base64: %q", got)
	}
	f.api.Routes = nil
	f.route("$default", types.Integration{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: uri("fn"), ContentHandlingStrategy: binary})
	f.publish()
	f.say(conn, encoded)
	if got := f.next(conn); got != encoded {
		t.Errorf("Lambda: %q", got)
	}
}

// TestSpecified: context variables of the guards, disabled endpoints, forms of ids, and what
// is sent that is no UTF-8.
func TestSpecified(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, ws.Limits{})
	connect := f.route("$connect", mockOf(`{"statusCode":200}`), responseOf("$default", ""))
	connect.AuthorizationType = types.AuthorizationTypeAwsIam
	gone := f.route("$disconnect", mockOf(`{"statusCode":200}`), responseOf("$default", ""))
	gone.ModelSelectionExpression, gone.RequestModels = aws.String("$default"), map[string]string{"$default": "none"}
	f.stage.AccessLogSettings = &types.AccessLogSettings{DestinationArn: aws.String("arn"), Format: aws.String(
		"$context.eventType $context.status $context.authenticate.status $context.authenticate.error $context.authorize.status $context.integrationLatency $context.authorizer.status")}
	f.publish()
	if status, _ := f.refused("", nil); status != http.StatusForbidden {
		t.Errorf("unsigned: %d", status)
	}
	if line := <-f.lines; line != "CONNECT 403 403 Missing Authentication Token - - -" {
		t.Errorf("access log %q", line)
	}

	f.api.Routes = nil
	f.route("$default", mockOf(`{"statusCode":200,"id":"$context.connectionId"}`), responseOf("$default", `$input.path('$.id')`))
	f.stage.AccessLogSettings = nil
	f.publish()
	conn := f.connect()
	f.say(conn, "?")
	id := f.next(conn)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for id, want := range map[string]int{
		id: http.StatusOK, "L0SM9cOFvHcCIhw=": http.StatusGone, "L0SM9cOFvHcCIhw": http.StatusGone, "L0SM9c+FvHcCI/w=": http.StatusGone,
		"short": http.StatusBadRequest, "L0SM9cOFvHcCIhwAA=": http.StatusBadRequest, "L0SM9cOF!HcCIhw=": http.StatusBadRequest,
	} {
		if got := f.post(t.Context(), client, id, []byte("a\xffb")); got != want {
			t.Errorf("%s: %d, want %d", id, got, want)
		}
	}
	if got := f.next(conn); got != "a\uFFFDb" {
		t.Errorf("got %q", got)
	}

	f.api.Api.DisableExecuteApiEndpoint = aws.Bool(true)
	f.publish()
	if status, body := f.refused("", nil); status != http.StatusForbidden || body != `{"message":"Forbidden"}` {
		t.Errorf("disabled: %d %s", status, body)
	}
	if got := f.post(t.Context(), client, id, []byte("x")); got != http.StatusForbidden {
		t.Errorf("disabled, @connections: %d", got)
	}
}
