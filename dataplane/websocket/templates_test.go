package websocket_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	ws "github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// TestTemplateSelection: which template of a response is taken, and what passes without one.
func TestTemplateSelection(t *testing.T) {
	t.Parallel()
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["X-Kind"] = []string{"one", "two"}
		if r.URL.Path == "/bad" {
			w.WriteHeader(http.StatusConflict)
		}
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(append([]byte("raw "), body...))
	}))
	t.Cleanup(backend.Close)
	f := newFixture(t, nil, ws.Limits{})
	f.vars = map[string]string{"path": "bad"}
	to := func(path string, behavior types.PassthroughBehavior, templates map[string]string) types.Integration {
		return types.Integration{
			IntegrationType: types.IntegrationTypeHttp, IntegrationMethod: aws.String("POST"), IntegrationUri: aws.String(backend.URL + path),
			PassthroughBehavior: behavior, RequestTemplates: templates, TemplateSelectionExpression: aws.String("${request.body.template}"),
		}
	}
	by := func(expression string, templates map[string]string) types.IntegrationResponse {
		r := responseOf("$default", "")
		r.TemplateSelectionExpression, r.ResponseTemplates = &expression, templates
		return r
	}
	texts := map[string]string{"200": "status 200", "409": "status 409", "one": "kind one", "one,two": "kinds", "x": "body x", "$default": "default"}
	for key, expression := range map[string]string{
		"status": "${integration.response.statuscode}", "header": "${integration.response.header.X-Kind}", "many": "${integration.response.multivalueheader.X-Kind}",
		"body": "${request.body.which}", "static": "409", "default": `\$default`, "none": "nope",
	} {
		f.route(key, to("/", "", nil), by(expression, texts))
	}
	f.route("bad", to("/${stageVariables.path}", "", nil), by("${integration.response.statuscode}", texts))
	f.route("raw", to("/", "", nil), by("nope", map[string]string{"x": "body x"}))
	some := map[string]string{"a": "made by a"}
	f.route("no match", to("/", types.PassthroughBehaviorWhenNoMatch, some), by("nope", nil))
	f.route("no templates", to("/", types.PassthroughBehaviorWhenNoTemplates, some), by("nope", nil))
	f.route("none at all", to("/", types.PassthroughBehaviorWhenNoTemplates, nil), by("nope", nil))
	f.route("never", to("/", types.PassthroughBehaviorNever, some), by("nope", nil))
	f.publish()
	conn := f.connect()
	const unsupported = `{"message": "Unsupported Media Type", "connectionId":"`
	for message, want := range map[string]string{
		`{"action":"status"}`: "status 200", `{"action":"bad"}`: "status 409", `{"action":"header"}`: "kind one", `{"action":"many"}`: "kinds",
		`{"action":"body","which":"x"}`: "body x", `{"action":"body","which":"y"}`: "default", `{"action":"static"}`: "status 409",
		`{"action":"default"}`: "default", `{"action":"none"}`: "default", `{"action":"raw"}`: `raw {"action":"raw"}`,
		`{"action":"no match","template":"a"}`: "raw made by a", `{"action":"no match"}`: `raw {"action":"no match"}`,
		`{"action":"no templates","template":"a"}`: "raw made by a", `{"action":"no templates"}`: unsupported, `{"action":"none at all"}`: `raw {"action":"none at all"}`,
		`{"action":"never","template":"a"}`: "raw made by a", `{"action":"never"}`: unsupported,
	} {
		f.say(conn, message)
		if got := f.next(conn); got != want && (want != unsupported || !strings.HasPrefix(got, want)) {
			t.Errorf("%s: %s, want %s", message, got, want)
		}
	}
}

// TestAWSIntegration: messages go to an AWS service, and its status selects the answer.
func TestAWSIntegration(t *testing.T) {
	t.Parallel()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		if strings.Contains(string(body), "refuse") {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type":"com.amazonaws#ValidationException"}`)
			return
		}
		_, _ = io.WriteString(w, `{"Target":"`+r.Header.Get("X-Amz-Target")+`","Got":`+string(body)+`}`)
	}))
	t.Cleanup(service.Close)
	f := newFixture(t, nil, ws.Limits{})
	f.services, _ = url.Parse(service.URL)
	i := types.Integration{
		IntegrationType: types.IntegrationTypeAws, IntegrationMethod: aws.String("POST"), IntegrationUri: aws.String("arn:aws:apigateway:us-east-1:dynamodb:action/${stageVariables.action}"),
		CredentialsArn: aws.String("arn:aws:iam::000000000000:role/r"), TemplateSelectionExpression: aws.String(`\$default`),
		RequestTemplates: map[string]string{"$default": `{"id":"$context.connectionId","say":$input.json('$.say')}`},
	}
	f.vars = map[string]string{"action": "PutItem"}
	f.route("$default", i, responseOf(`/4\d\d/`, "refused: $input.path('$.__type')"), responseOf("$default", "$input.path('$.Target') $input.path('$.Got.say')"))
	f.publish()
	conn := f.connect()
	for message, want := range map[string]string{
		`{"say":"hi"}`: "DynamoDB_20120810.PutItem hi", `{"say":"refuse"}`: "refused: com.amazonaws#ValidationException",
	} {
		f.say(conn, message)
		if got := f.next(conn); got != want {
			t.Errorf("%s: %s, want %s", message, got, want)
		}
	}
}
