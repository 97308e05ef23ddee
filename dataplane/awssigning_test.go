package dataplane_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// TestAWSServiceUnsigned: without credentials there is no signature, and the log says
// so.
func TestAWSServiceUnsigned(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) })
	f, _ := awsFixture(t, b.URL, nil)
	method := awsMethod("sqs:path/1/q", map[string]types.IntegrationResponse{"200": {}, "403": {SelectionPattern: aws.String("403")}})
	method.MethodIntegration.Credentials = nil
	f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"POST": method})))
	response := f.call("POST", "/stage/a", "", nil)
	if response.StatusCode != 403 || !strings.Contains(f.log.String(), "not signed") {
		t.Errorf("got %d; %s", response.StatusCode, f.log)
	}
	for _, name := range []string{"Authorization", "X-Amz-Date", "X-Amz-Content-Sha256"} {
		if values := b.request.Header.Values(name); values != nil {
			t.Errorf("%s: %q", name, values)
		}
	}
}

// roundTripper is a RoundTripper of one function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestAWSServiceHost: at AWS's own endpoints the host says more than the service.
func TestAWSServiceHost(t *testing.T) {
	tests := map[string]struct {
		target, endpoint string
		url, host        string
	}{
		"service":                    {"sqs:path/1/q", "https://sqs.eu-west-1.amazonaws.com", "https://sqs.eu-west-1.amazonaws.com/1/q", "sqs.eu-west-1.amazonaws.com"},
		"synchronous execution":      {"states:action/StartSyncExecution", "https://states.eu-west-1.amazonaws.com", "https://sync-states.eu-west-1.amazonaws.com/?Action=StartSyncExecution", "sync-states.eu-west-1.amazonaws.com"},
		"synchronous already":        {"states:action/StartSyncExecution", "https://sync-states.eu-west-1.amazonaws.com/", "https://sync-states.eu-west-1.amazonaws.com/?Action=StartSyncExecution", "sync-states.eu-west-1.amazonaws.com"},
		"asynchronous execution":     {"states:action/StartExecution", "https://states.eu-west-1.amazonaws.com", "https://states.eu-west-1.amazonaws.com/?Action=StartExecution", "states.eu-west-1.amazonaws.com"},
		"bucket":                     {"pets.s3:path/cat", "https://s3.cn-north-1.amazonaws.com.cn", "https://pets.s3.cn-north-1.amazonaws.com.cn/cat", "pets.s3.cn-north-1.amazonaws.com.cn"},
		"bucket elsewhere":           {"pets.s3:path/cat", "http://minio:9000", "http://minio:9000/pets/cat", "minio:9000"},
		"path of the endpoint":       {"sqs:path/1/q", "http://proxy/aws/", "http://proxy/aws/1/q", "proxy"},
		"default port is not signed": {"sqs:path/1/q", "http://proxy:80", "http://proxy/1/q", "proxy"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got *http.Request
			f, _ := awsFixture(t, test.endpoint, func(c *dataplane.Config) {
				c.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
					got = r
					return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}, nil
				})
			})
			f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"POST": awsMethod(test.target, map[string]types.IntegrationResponse{"200": {}})})))
			if response := f.call("POST", "/stage/a", "", nil); response.StatusCode != 200 {
				t.Fatalf("got %d; %s", response.StatusCode, f.log)
			}
			if got.URL.String() != test.url || got.Host != test.host {
				t.Errorf("sent to %s, host %s", got.URL, got.Host)
			}
			got.RequestURI = got.URL.RequestURI()
			if _, err := verifySigV4(got, "", "test"); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestAWSServiceCredentials: configured credentials sign, with their session token.
func TestAWSServiceCredentials(t *testing.T) {
	b := newBackend(t, nil)
	f, _ := awsFixture(t, b.URL, func(c *dataplane.Config) {
		c.Services.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s3cr3t", SessionToken: "token"}, nil
		})
	})
	method := awsMethod("ssm:action/GetParameter", map[string]types.IntegrationResponse{"200": {}})
	// What the client could forge is replaced.
	method.MethodIntegration.RequestParameters = map[string]string{
		"integration.request.header.X-Amz-Security-Token": "'forged'",
		"integration.request.header.Host":                 "'elsewhere'",
	}
	f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"POST": method})))
	if response := f.call("POST", "/stage/a", "{}", http.Header{"Authorization": {"mine"}}); response.StatusCode != 200 {
		t.Fatalf("got %d; %s", response.StatusCode, f.log)
	}
	scope, err := verifySigV4(b.request, b.body, "s3cr3t")
	if err != nil || !strings.HasPrefix(scope, "AKIA/") || b.request.Header.Get("X-Amz-Security-Token") != "token" || b.request.Host != strings.TrimPrefix(b.URL, "http://") {
		t.Errorf("scope %s, %v: %v", scope, err, b.request.Header)
	}
	if strings.Contains(f.log.String(), "s3cr3t") || strings.Contains(f.log.String(), "token") {
		t.Errorf("log: %s", f.log)
	}
}

// FuzzAWSServiceSignature: whatever a client sends in its path and query, what goes to
// the service is signed as it stands.
func FuzzAWSServiceSignature(f *testing.F) {
	f.Add("a", "b")
	f.Add("a%2Fb+c%20d~!$&'()*,;=:@", "a b+c&d=é%")
	f.Add("%E9//../x%", ";\x00\xff")
	var got *http.Request
	plane := dataplane.New(dataplane.Config{
		Logger: slog.New(slog.DiscardHandler),
		Now:    func() time.Time { return fixedTime },
		Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			got = r
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}, nil
		}),
		Services: integration.AWSServices{Endpoint: func(string) (*url.URL, error) { return url.Parse("http://localhost:4566") }},
	})
	f.Cleanup(func() { _ = plane.Close() })
	fixture := &fixture{DataPlane: plane, log: &syncBuffer{}}
	method := func(service string) types.Method {
		m := awsMethod(service+":path/{path}?fixed", map[string]types.IntegrationResponse{"200": {}})
		m.MethodIntegration.RequestParameters = map[string]string{
			"integration.request.path.path":         "method.request.path.path",
			"integration.request.querystring.value": "method.request.querystring.value",
			"integration.request.header.value":      "method.request.header.value",
		}
		return m
	}
	services := []string{"s3", "lambda"}
	var resources []types.Resource
	for _, service := range services {
		resources = append(resources, resourceOf("/"+service+"/{path+}", map[string]types.Method{"GET": method(service)}))
	}
	fixture.PublishRestStage(stageOf(resources...))
	f.Fuzz(func(t *testing.T, path, value string) {
		path, _, _ = strings.Cut(path, "?")
		for _, service := range services {
			got = nil
			response := fixture.call("GET", "/stage/"+service+"/"+path+"?value="+url.QueryEscape(value), "", http.Header{"Value": {value}})
			if got == nil {
				if response.StatusCode == 200 {
					t.Errorf("answered without asking")
				}
				continue
			}
			got.RequestURI = got.URL.RequestURI()
			if _, err := url.PathUnescape(got.RequestURI); err != nil {
				continue // no service can read it
			}
			if _, err := url.ParseRequestURI(got.RequestURI); err != nil {
				t.Errorf("%q is no request URI: %v", got.RequestURI, err)
			}
			if _, err := verifySigV4(got, "", "test"); err != nil {
				t.Error(err)
			}
		}
	})
}
