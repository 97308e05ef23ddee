package websocket_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	ws "github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// bareEcho is the limit: the library alone.
func bareEcho(tb testing.TB) string {
	tb.Helper()
	upgrader := websocket.Upgrader{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		for {
			kind, text, err := conn.ReadMessage()
			if err != nil || conn.WriteMessage(kind, text) != nil {
				return
			}
		}
	}))
	tb.Cleanup(server.Close)
	return strings.Replace(server.URL, "http://", "ws://", 1)
}

// echoAPI is a WebSocket API that answers each message by itself.
func echoAPI(tb testing.TB) string {
	tb.Helper()
	f := newFixture(tb, nil, ws.Limits{})
	f.route("$default", mockOf(`{"statusCode":200,"body":"$util.escapeJavaScript($input.body)"}`), responseOf("$default", `$input.path('$.body')`))
	f.publish()
	return f.address()
}

func benchmarkEcho(b *testing.B, address string) {
	b.Helper()
	const message = `{"action":"echo","text":"a message of ordinary size, as people write them"}`
	b.RunParallel(func(pb *testing.PB) {
		conn, _, err := websocket.DefaultDialer.Dial(address, nil)
		if err != nil {
			b.Error(err)
			return
		}
		defer conn.Close()
		for pb.Next() {
			if err := conn.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
				b.Error(err)
				return
			}
			if _, _, err := conn.ReadMessage(); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkEcho is a message through a MOCK integration with templates and a route
// response, against the library alone.
func BenchmarkEcho(b *testing.B) {
	b.Run("stagedoor", func(b *testing.B) { benchmarkEcho(b, echoAPI(b)) })
	b.Run("bare", func(b *testing.B) { benchmarkEcho(b, bareEcho(b)) })
}

// BenchmarkIdle is the memory of idle connections, the clients' included on both sides.
func BenchmarkIdle(b *testing.B) {
	idle := func(b *testing.B, address string) {
		b.Helper()
		const number = 1000
		for b.Loop() {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			conns := make([]*websocket.Conn, number)
			for i := range conns {
				conn, _, err := websocket.DefaultDialer.Dial(address, nil)
				if err != nil {
					b.Fatal(err)
				}
				conns[i] = conn
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			used := float64(after.HeapInuse+after.StackInuse) - float64(before.HeapInuse+before.StackInuse)
			b.ReportMetric(used/number, "B/connection")
			for _, conn := range conns {
				_ = conn.Close()
			}
		}
	}
	b.Run("stagedoor", func(b *testing.B) { idle(b, echoAPI(b)) })
	b.Run("bare", func(b *testing.B) { idle(b, bareEcho(b)) })
}
