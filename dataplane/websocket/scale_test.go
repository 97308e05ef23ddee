package websocket_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/gorilla/websocket"

	ws "github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// post sends a message to a client by @connections and returns the status.
func (f *fixture) post(ctx context.Context, client *http.Client, id string, data []byte) int {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url+"/dev/@connections/"+url.PathEscape(id), bytes.NewReader(data))
	if err != nil {
		f.t.Error(err)
		return 0
	}
	sum := sha256.Sum256(data)
	credentials := aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}
	if err := v4.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(sum[:]), "execute-api", "us-east-1", time.Now()); err != nil {
		f.t.Error(err)
		return 0
	}
	response, err := client.Do(request)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

// TestManyConnections: a broadcast reaches all of many connections in order, and each gets a
// close frame when the data plane ends.
func TestManyConnections(t *testing.T) {
	t.Parallel()
	const number = 1000
	var left atomic.Int64
	f := newFixture(t, functions{"bye": func([]byte) (any, error) { left.Add(1); return nil, nil }}, ws.Limits{})
	f.route("$default", mockOf(`{"statusCode":200,"id":"$context.connectionId"}`), responseOf("$default", `$input.path('$.id')`))
	f.route("$disconnect", types.Integration{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: uri("bye")})
	f.publish()
	conns, ids := make([]*websocket.Conn, number), make([]string, number)
	for i := range conns {
		conns[i] = f.connect()
		f.say(conns[i], "who am I?")
		ids[i] = f.next(conns[i])
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 8}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	var posting sync.WaitGroup
	for worker := range 8 {
		posting.Go(func() {
			for i := worker; i < number; i += 8 {
				for _, text := range []string{"one", "two"} {
					if status := f.post(t.Context(), client, ids[i], []byte(text)); status != http.StatusOK {
						t.Errorf("connection %d: %d", i, status)
					}
				}
			}
		})
	}
	posting.Wait()
	for _, conn := range conns {
		if first, second := f.next(conn), f.next(conn); first != "one" || second != "two" {
			t.Fatalf("heard %s, %s", first, second)
		}
	}
	// Some vanish, the others are told.
	for _, conn := range conns[:100] {
		_ = conn.UnderlyingConn().Close()
	}
	var closing sync.WaitGroup
	closing.Go(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	for i, conn := range conns[100:] {
		if code, _ := f.closed(conn); code != websocket.CloseGoingAway {
			t.Errorf("connection %d: %d", i, code)
		}
	}
	closing.Wait()
	if left.Load() != number {
		t.Errorf("%d of %d connections ended with $disconnect", left.Load(), number)
	}
}

// TestSlowReader: what waits for a client that does not read is bounded, and the others do
// not wait for it.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, ws.Limits{})
	f.route("$default", mockOf(`{"statusCode":200,"id":"$context.connectionId"}`), responseOf("$default", `$input.path('$.id')`))
	f.publish()
	slow, quick := f.connect(), f.connect()
	f.say(slow, "?")
	id := f.next(slow)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	ctx := t.Context()
	data := bytes.Repeat([]byte("x"), 128<<10)
	full := false
	for range 1000 { // more than sockets and the queue hold
		if status := f.post(ctx, client, id, data); status == http.StatusTooManyRequests {
			full = true
			break
		} else if status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
	}
	if !full {
		t.Error("a client that does not read takes it all")
	}
	f.say(quick, "?")
	if f.next(quick) == "" {
		t.Error("others wait")
	}
	_ = slow.Close()
}

// FuzzSelection: a selection expression is an error or yields text, whatever the message.
func FuzzSelection(f *testing.F) {
	for _, expression := range []string{"$request.body.action", "${request.body.a}/${request.body.b[0]}", `\$default`, "static", "${request.header.x}", "$request.body", "${integration.response.statuscode}", "$request.body[?(@.a=='b')]"} {
		f.Add(expression, `{"action":"join","b":[1,{"c":null}]}`)
	}
	f.Fuzz(func(t *testing.T, expression, message string) {
		text, ok := ws.Select(expression, []byte(message))
		if ok && !strings.Contains(expression, "$") && !strings.Contains(expression, `\`) && text != expression {
			t.Errorf("%q yields %q", expression, text)
		}
	})
}

// FuzzFrames: the limit finds the frame that is too large, in whichever pieces it comes.
func FuzzFrames(f *testing.F) {
	f.Add([]byte{0x81, 0x85, 1, 2, 3, 4, 'h', 'e', 'l', 'l', 'o'}, uint8(3), uint32(40<<10))
	f.Add([]byte{0x81, 0xfe, 0x00, 0x7e}, uint8(1), uint32(32<<10))
	f.Fuzz(func(t *testing.T, stream []byte, cut uint8, size uint32) {
		at := int(cut) % (len(stream) + 1)
		if ws.LargestFrame(stream) != ws.LargestFrame(stream[:at], stream[at:]) {
			t.Errorf("%x: the pieces matter", stream)
		}
		head := []byte{0x82, 0xff, 0, 0, 0, 0, byte(size >> 24), byte(size >> 16), byte(size >> 8), byte(size), 0, 0, 0, 0}
		if got := ws.LargestFrame(head); got != (size <= 32<<10) {
			t.Errorf("a frame of %d bytes: %v", size, got)
		}
	})
}
