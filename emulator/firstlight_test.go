package emulator_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

func TestInvokeAddresses(t *testing.T) {
	t.Parallel()
	for name, function := range map[string]func(*testing.T) *lambda.CreateFunctionInput{"provided": echoFunction, "python": pythonFunction} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			input := function(t)
			e := start(t, emulator.Config{})
			c := newClients(t, e.AWSConfig())
			id := c.createProxyAPI(t.Context(), t, c.createFunction(t.Context(), t, input))
			local := id + ".execute-api.localhost" + e.URL()[strings.LastIndex(e.URL(), ":"):]
			for name, address := range map[string]struct{ url, host, domain string }{
				"path":         {e.URL() + "/_aws/execute-api/" + id + "/dev/pets%2F1//x?a=b", "", local},
				"InvokeURL":    {e.InvokeURL(id, "dev", "/pets%2F1//x?a=b"), "", local},
				"user request": {e.URL() + "/restapis/" + id + "/dev/_user_request_/pets%2F1//x?a=b", "", local},
				"host":         {e.URL() + "/dev/pets%2F1//x?a=b", local, local},
				"AWS host":     {e.URL() + "/dev/pets%2F1//x?a=b", id + ".execute-api.us-east-1.amazonaws.com", id + ".execute-api.us-east-1.amazonaws.com"},
				"localstack":   {e.URL() + "/dev/pets%2F1//x?a=b", id + ".execute-api.localhost.localstack.cloud:4566", id + ".execute-api.localhost.localstack.cloud:4566"},
				"upper case":   {e.URL() + "/dev/pets%2F1//x?a=b", strings.ToUpper(id) + ".execute-api.localhost", strings.ToUpper(id) + ".execute-api.localhost"},
			} {
				request := get(t, address.url)
				request.Host = address.host
				event := c.invoke(t, request)
				if event.Resource != "/{proxy+}" || event.Path != "/pets%2F1//x" || event.RequestContext.Path != "/dev/pets%2F1//x" || event.PathParameters["proxy"] != "pets%2F1//x" {
					t.Errorf("%s: event %+v", name, event)
				}
				if event.RequestContext.DomainName != address.domain || event.RequestContext.DomainPrefix != id || event.RequestContext.APIID != id {
					t.Errorf("%s: context %+v, want domain %q", name, event.RequestContext, address.domain)
				}
			}
			for name, url := range map[string]string{
				"unknown API":   e.URL() + "/_aws/execute-api/0000000000/dev/x",
				"unknown stage": e.InvokeURL(id, "prod", "x"),
				"no stage":      e.URL() + "/_aws/execute-api/" + id,
			} {
				if status, body := c.body(t, url); status != http.StatusForbidden || !strings.Contains(body, "Forbidden") {
					t.Errorf("%s: got %d %s", name, status, body)
				}
			}
		})
	}
}

func TestHeaderCasing(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	id := c.createProxyAPI(t.Context(), t, c.createFunction(t.Context(), t, echoFunction(t)))
	conn, err := net.Dial("tcp", strings.TrimPrefix(e.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for range 2 { // the second on the same connection
		head := "GET /dev/x HTTP/1.1\r\nHost: " + id + ".execute-api.localhost\r\ntEsT-HEADeR: aValUE\r\naUThorization: random-value\r\nuser-Agent: test\r\n\r\n"
		if _, err := io.WriteString(conn, head); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		var event proxyEvent
		err = json.NewDecoder(response.Body).Decode(&event)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{"tEsT-HEADeR": "aValUE", "Authorization": "random-value", "User-Agent": "test"} {
			if event.Headers[name] != want {
				t.Errorf("LP-03: header %q is %q in %v", name, event.Headers[name], event.Headers)
			}
		}
	}
}

func TestRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := emulator.Start(t.Context(), emulator.Config{Listen: "127.0.0.1:0", DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	c := newClients(t, first.AWSConfig())
	id := c.createProxyAPI(t.Context(), t, c.createFunction(t.Context(), t, echoFunction(t)))
	c.invoke(t, get(t, first.InvokeURL(id, "dev", "before")))
	before, err := c.gateway.GetResources(t.Context(), &apigateway.GetResourcesInput{RestApiId: aws.String(id), Embed: []string{"methods"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}

	second := start(t, emulator.Config{DataDir: dir})
	c = newClients(t, second.AWSConfig())
	if event := c.invoke(t, get(t, second.InvokeURL(id, "dev", "after"))); event.Path != "/after" {
		t.Errorf("event %+v", event)
	}
	after, err := c.gateway.GetResources(t.Context(), &apigateway.GetResourcesInput{RestApiId: aws.String(id), Embed: []string{"methods"}})
	if err != nil {
		t.Fatal(err)
	}
	want, _ := json.Marshal(before.Items)
	if got, _ := json.Marshal(after.Items); string(got) != string(want) {
		t.Errorf("resources after restart:\n%s\nwant\n%s", got, want)
	}
	if first.CAPath() != second.CAPath() {
		t.Errorf("certificate authority moved from %s to %s", first.CAPath(), second.CAPath())
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	id := c.createProxyAPI(t.Context(), t, c.createFunction(t.Context(), t, echoFunction(t)))
	pem, err := os.ReadFile(e.CAPath())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatalf("no certificate in %s", e.CAPath())
	}
	address := strings.TrimPrefix(e.URL(), "http://")
	for name, configure := range map[string]func(*http.Protocols){
		"HTTP/1.1": func(p *http.Protocols) { p.SetHTTP1(true) },
		"HTTP/2.0": func(p *http.Protocols) { p.SetHTTP2(true) },
	} {
		var protocols http.Protocols
		configure(&protocols)
		transport := &http.Transport{
			Protocols: &protocols, TLSClientConfig: &tls.Config{RootCAs: roots},
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, "tcp", address)
			},
		}
		client := &http.Client{Transport: transport}
		for _, url := range []string{
			"https://" + address + "/_aws/execute-api/" + id + "/dev/x",
			"https://localhost/_aws/execute-api/" + id + "/dev/x",
			"https://" + id + ".execute-api.us-east-1.amazonaws.com/dev/x",
			"https://" + id + ".execute-api.localhost.localstack.cloud/dev/x",
		} {
			response, err := client.Do(get(t, url))
			if err != nil {
				t.Errorf("%s %s: %v", name, url, err)
				continue
			}
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
			if response.Proto != name || response.StatusCode != http.StatusOK {
				t.Errorf("%s: got %s, %s", url, response.Proto, response.Status)
			}
		}
		if response, err := client.Do(get(t, "https://evil.example/restapis")); err == nil {
			response.Body.Close()
			t.Errorf("%s: a certificate for a foreign name", name)
		}
		transport.CloseIdleConnections()
	}

	config := e.AWSConfig()
	config.BaseEndpoint = aws.String("https://" + address)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	config.HTTPClient = &http.Client{Transport: transport}
	if _, err := apigateway.NewFromConfig(config).GetRestApi(t.Context(), &apigateway.GetRestApiInput{RestApiId: aws.String(id)}); err != nil {
		t.Errorf("SDK over TLS: %v", err)
	}
}

func TestServices(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{Account: "222222222222", Region: "eu-west-1", Getenv: func(string) string { return "" }})
	c := newClients(t, e.AWSConfig())
	identity, err := sts.NewFromConfig(c.config).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(identity.Account) != "222222222222" || aws.ToString(identity.Arn) != "arn:aws:iam::222222222222:root" {
		t.Errorf("identity %+v", identity)
	}
	_, err = sts.NewFromConfig(c.config).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::222222222222:role/x"), RoleSessionName: aws.String("x")})
	wantAPIError(t, "AssumeRole", err, "NotImplementedException", "AWS_ENDPOINT_URL_STS")

	apis, err := apigatewayv2.NewFromConfig(c.config).GetApis(t.Context(), &apigatewayv2.GetApisInput{})
	if err != nil || len(apis.Items) != 0 {
		t.Errorf("GetApis: %+v, %v", apis, err)
	}

	function, err := c.lambda.CreateFunction(t.Context(), echoFunction(t))
	if err != nil {
		t.Fatal(err)
	}
	if want := "arn:aws:lambda:eu-west-1:222222222222:function:echo"; aws.ToString(function.FunctionArn) != want {
		t.Errorf("function ARN %s, want %s", aws.ToString(function.FunctionArn), want)
	}
	got, err := c.lambda.GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("echo")})
	if err != nil {
		t.Fatal(err)
	}
	status, zip := c.body(t, aws.ToString(got.Code.Location))
	if status != http.StatusOK || !strings.HasPrefix(zip, "PK\x03\x04") {
		t.Errorf("code at %s: status %d", aws.ToString(got.Code.Location), status)
	}
	if status, _ := c.body(t, e.URL()+"/_stagedoor/code/../../ca.pem"); status != http.StatusNotFound {
		t.Errorf("path outside of the code: status %d", status)
	}
}

func wantAPIError(t *testing.T, name string, err error, code, part string) {
	t.Helper()
	failure, ok := errors.AsType[smithy.APIError](err)
	if !ok || failure.ErrorCode() != code || !strings.Contains(failure.ErrorMessage(), part) {
		t.Errorf("%s: got %v, want %s with %q", name, err, code, part)
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	for permissions, want := range map[emulator.LambdaPermissions]int{emulator.PermissionsOn: http.StatusInternalServerError, emulator.PermissionsOff: http.StatusOK} {
		e := start(t, emulator.Config{LambdaPermissions: permissions})
		c := newClients(t, e.AWSConfig())
		function, err := c.lambda.CreateFunction(t.Context(), echoFunction(t))
		if err != nil {
			t.Fatal(err)
		}
		id := c.createProxyAPI(t.Context(), t, aws.ToString(function.FunctionArn))
		if status, body := c.body(t, e.InvokeURL(id, "dev", "x")); status != want {
			t.Errorf("permissions %d: status %d, want %d: %s", permissions, status, want, body)
		}
	}
}
