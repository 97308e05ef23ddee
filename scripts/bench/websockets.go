package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/gorilla/websocket"
)

// webSockets measures a broadcast: so many connections, and a message to each of them
// through @connections, signed, until all have got theirs.
func (b *bench) webSockets(ctx context.Context) error {
	const number, workers = 10_000, 32
	p, err := b.emulator(ctx, "--ephemeral", "--trace", "off")
	if err != nil {
		return err
	}
	defer p.stop()
	apiID, err := socketAPI(ctx, apigatewayv2.NewFromConfig(p.config()))
	if err != nil {
		return err
	}
	hall := &hall{address: p.address, apiID: apiID, transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	defer hall.close()

	start := time.Now()
	if err := each(number, workers, func(int) error { return hall.enter(ctx) }); err != nil {
		return err
	}
	connected := time.Since(start)
	hall.listen()
	ids, err := hall.ask()
	if err != nil {
		return err
	}
	start = time.Now()
	if err := each(number, workers, func(i int) error { return hall.post(ctx, ids[i]) }); err != nil {
		return err
	}
	if err := hall.waitFor(number, "the broadcast"); err != nil {
		return err
	}
	sent := time.Since(start)
	fmt.Printf("\n| WebSocket APIs, %d connections | /s |\n| --- | ---: |\n", number)
	fmt.Printf("| connections, %d at a time | %.0f |\n", workers, number/connected.Seconds())
	fmt.Printf("| messages through @connections, %d at a time | %.0f |\n", workers, number/sent.Seconds())
	return nil
}

// each calls do for each number below n, by so many workers, until one fails.
func each(n, workers int, do func(i int) error) error {
	var next atomic.Int64
	var group sync.WaitGroup
	failures := make(chan error, workers)
	for range workers {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				if err := do(int(i)); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	group.Wait()
	close(failures)
	return <-failures
}

// hall is a crowd of connections.
type hall struct {
	address, apiID string
	transport      *http.Transport

	mu    sync.Mutex
	conns []*websocket.Conn
	// heard has what the connections hear.
	heard   chan string
	readers sync.WaitGroup
}

func (h *hall) enter(ctx context.Context) error {
	conn, response, err := websocket.DefaultDialer.DialContext(ctx, "ws://"+h.address+"/_aws/execute-api/"+h.apiID+"/dev", nil)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	response.Body.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conns = append(h.conns, conn)
	return nil
}

// listen reads what the connections hear.
func (h *hall) listen() {
	h.heard = make(chan string, len(h.conns))
	for _, conn := range h.conns {
		h.readers.Go(func() {
			for {
				_, text, err := conn.ReadMessage()
				if err != nil {
					return
				}
				h.heard <- string(text)
			}
		})
	}
}

// ask returns the ids of the connections, in no order.
func (h *hall) ask() ([]string, error) {
	ids := make([]string, 0, len(h.conns))
	for _, conn := range h.conns {
		if err := conn.WriteMessage(websocket.TextMessage, []byte("?")); err != nil {
			return nil, err
		}
	}
	for range h.conns {
		id, err := h.next("an id")
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (h *hall) next(what string) (string, error) {
	select {
	case text := <-h.heard:
		return text, nil
	case <-time.After(30 * time.Second):
		return "", errors.New("waited in vain for " + what)
	}
}

func (h *hall) waitFor(n int, what string) error {
	for range n {
		if _, err := h.next(what); err != nil {
			return err
		}
	}
	return nil
}

var message = []byte(`{"text":"a message of ordinary size, as people write them"}`)

// post sends a message through @connections.
func (h *hall) post(ctx context.Context, id string) error {
	address := "http://" + h.address + "/_aws/execute-api/" + h.apiID + "/dev/@connections/" + url.PathEscape(id)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(message))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(message)
	signer := v4.NewSigner()
	if err := signer.SignHTTP(ctx, aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, request, hex.EncodeToString(sum[:]), "execute-api", "us-east-1", time.Now()); err != nil {
		return err
	}
	response, err := h.transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusOK {
		return fmt.Errorf("@connections: %s %s", response.Status, body)
	}
	return nil
}

func (h *hall) close() {
	for _, conn := range h.conns {
		_ = conn.Close()
	}
	h.readers.Wait()
	h.transport.CloseIdleConnections()
}

// socketAPI makes a WebSocket API that tells each client the id of its connection.
func socketAPI(ctx context.Context, client *apigatewayv2.Client) (string, error) {
	api, err := client.CreateApi(ctx, &apigatewayv2.CreateApiInput{
		Name: aws.String("bench"), ProtocolType: types.ProtocolTypeWebsocket, RouteSelectionExpression: aws.String("$request.body.action"),
	})
	if err != nil {
		return "", err
	}
	byDefault := aws.String("$default")
	integration, err := client.CreateIntegration(ctx, &apigatewayv2.CreateIntegrationInput{
		ApiId: api.ApiId, IntegrationType: types.IntegrationTypeMock, TemplateSelectionExpression: aws.String(`\$default`),
		RequestTemplates: map[string]string{"$default": `{"statusCode":200,"id":"$context.connectionId"}`},
	})
	if err != nil {
		return "", err
	}
	_, err1 := client.CreateIntegrationResponse(ctx, &apigatewayv2.CreateIntegrationResponseInput{
		ApiId: api.ApiId, IntegrationId: integration.IntegrationId, IntegrationResponseKey: byDefault,
		TemplateSelectionExpression: aws.String(`\$default`), ResponseTemplates: map[string]string{"$default": `$input.path('$.id')`},
	})
	route, err2 := client.CreateRoute(ctx, &apigatewayv2.CreateRouteInput{
		ApiId: api.ApiId, RouteKey: byDefault, RouteResponseSelectionExpression: byDefault, Target: aws.String("integrations/" + aws.ToString(integration.IntegrationId)),
	})
	if err := errors.Join(err1, err2); err != nil {
		return "", err
	}
	_, err1 = client.CreateRouteResponse(ctx, &apigatewayv2.CreateRouteResponseInput{ApiId: api.ApiId, RouteId: route.RouteId, RouteResponseKey: byDefault})
	deployment, err2 := client.CreateDeployment(ctx, &apigatewayv2.CreateDeploymentInput{ApiId: api.ApiId})
	if err := errors.Join(err1, err2); err != nil {
		return "", err
	}
	_, err = client.CreateStage(ctx, &apigatewayv2.CreateStageInput{
		ApiId: api.ApiId, StageName: aws.String("dev"), DeploymentId: deployment.DeploymentId,
		DefaultRouteSettings: &types.RouteSettings{ThrottlingBurstLimit: aws.Int32(20_000), ThrottlingRateLimit: aws.Float64(100_000)}, // all ask at once
	})
	return aws.ToString(api.ApiId), err
}
