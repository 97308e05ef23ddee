package emulator_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apitypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// createMock makes an API with GET / and a MOCK integration, in stage dev unless it is
// not deployed, and returns the ids of the API and of its root.
func (c *clients) createMock(t *testing.T, body string, isDeployed bool) (api, root string) {
	t.Helper()
	ctx := t.Context()
	created, err := c.gateway.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("mock")})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	api, root = *created.Id, *created.RootResourceId
	verb, status := aws.String("GET"), aws.String("200")
	_, err = c.gateway.PutMethod(ctx, &apigateway.PutMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: verb, AuthorizationType: aws.String("NONE")})
	must(err)
	_, err = c.gateway.PutIntegration(ctx, &apigateway.PutIntegrationInput{
		RestApiId: &api, ResourceId: &root, HttpMethod: verb, Type: apitypes.IntegrationTypeMock,
		RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`},
	})
	must(err)
	_, err = c.gateway.PutMethodResponse(ctx, &apigateway.PutMethodResponseInput{RestApiId: &api, ResourceId: &root, HttpMethod: verb, StatusCode: status})
	must(err)
	_, err = c.gateway.PutIntegrationResponse(ctx, &apigateway.PutIntegrationResponseInput{
		RestApiId: &api, ResourceId: &root, HttpMethod: verb, StatusCode: status, ResponseTemplates: map[string]string{"application/json": body},
	})
	must(err)
	if isDeployed {
		_, err = c.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &api, StageName: aws.String("dev")})
		must(err)
	}
	return api, root
}

// requestLine is what the tests read of a listed request.
type requestLine struct {
	ID, API, Stage, Method, Path, Resource, Error string
	Status                                        int
}

func TestRequests(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	api, _ := c.createMock(t, `{"ok": true}`, true)

	follower, err := c.http.Do(get(t, e.URL()+"/_stagedoor/requests?follow=1"))
	if err != nil {
		t.Fatal(err)
	}
	defer follower.Body.Close()
	lines := bufio.NewScanner(follower.Body)

	first := get(t, e.InvokeURL(api, "dev", "/?X-Amz-Security-Token=token-in-query"))
	first.Header.Set("Authorization", "Bearer very-secret")
	response, err := c.http.Do(first)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if status, _ := c.body(t, e.InvokeURL(api, "dev", "/nowhere")); status != http.StatusForbidden {
		t.Fatalf("status %d", status)
	}

	var followed []requestLine
	for len(followed) < 2 && lines.Scan() {
		var line requestLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		followed = append(followed, line)
	}
	_, body := c.body(t, e.URL()+"/_stagedoor/requests?limit=5")
	var listed []requestLine
	if err := json.Unmarshal([]byte(body), &listed); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if len(listed) != 2 || len(followed) != 2 || listed[0] != followed[1] || listed[1] != followed[0] {
		t.Fatalf("listed %v, followed %v", listed, followed)
	}
	want := requestLine{ID: response.Header.Get("X-Amzn-Requestid"), API: api, Stage: "dev", Method: "GET", Path: "/dev/", Resource: "/", Status: 200}
	if listed[1] != want {
		t.Errorf("got %+v, want %+v", listed[1], want)
	}
	if listed[0].Error == "" || listed[0].Status != http.StatusForbidden {
		t.Errorf("failed request: %+v", listed[0])
	}

	for _, id := range []string{want.ID, want.ID[:13]} {
		status, body := c.body(t, e.URL()+"/_stagedoor/requests/"+id)
		for _, part := range []string{
			`"name":"mock integration"`, `"kind":"template output","contentType":"application/json","body":"{\"ok\": true}"`, `"Authorization":["****"]`,
			`"response":{"kind":"method response","status":200`, `"Method response body after transformations: {\"ok\": true}"`,
		} {
			if status != http.StatusOK || !strings.Contains(body, part) {
				t.Errorf("%d, no %s in %s", status, part, body)
			}
		}
		for _, secret := range []string{"very-secret", "token-in-query"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s is shown: %s", secret, body)
			}
		}
	}
	if status, _ := c.body(t, e.URL()+"/_stagedoor/requests/ffffffff-none"); status != http.StatusNotFound {
		t.Errorf("unknown id: %d", status)
	}
	if status, _ := c.body(t, e.URL()+"/_stagedoor/requests?limit=x"); status != http.StatusBadRequest {
		t.Errorf("bad limit: %d", status)
	}

	// A page of another origin does not get to see them.
	foreign := get(t, e.URL()+"/_stagedoor/requests")
	foreign.Header.Set("Origin", "http://evil.example")
	refused, err := c.http.Do(foreign)
	if err != nil {
		t.Fatal(err)
	}
	refused.Body.Close()
	if refused.StatusCode != http.StatusForbidden {
		t.Errorf("foreign origin: %d", refused.StatusCode)
	}

	// Closing does not wait for who follows; the follower sees the end.
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if lines.Scan() {
		t.Errorf("after the end: %s", lines.Text())
	}
}

func TestRequestsOff(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{Trace: emulator.TraceOff})
	c := newClients(t, e.AWSConfig())
	for _, path := range []string{"", "?follow=1", "/abc"} {
		if status, body := c.body(t, e.URL()+"/_stagedoor/requests"+path); status != http.StatusNotFound || !strings.Contains(body, "--trace off") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}
