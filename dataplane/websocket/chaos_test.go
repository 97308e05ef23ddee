package websocket_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/gorilla/websocket"

	ws "github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// census is what may leak.
type census struct{ goroutines, descriptors int }

func count() census {
	c := census{goroutines: runtime.NumGoroutine()}
	if entries, err := os.ReadDir("/proc/self/fd"); err == nil { // where there is none, goroutines tell
		c.descriptors = len(entries)
	}
	return c
}

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }

// eventually waits until condition holds, up to 20 seconds.
func eventually(t *testing.T, what func() string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what())
		}
	}
}

// chaosAPI has functions that fail in $connect, when asked to, and always in $disconnect.
func chaosAPI(t *testing.T, limits ws.Limits) (f *fixture, left *atomic.Int64) {
	t.Helper()
	left = &atomic.Int64{}
	f = newFixture(t, functions{
		"connect": func(event []byte) (any, error) {
			if bytes.Contains(event, []byte(`"fail"`)) {
				return nil, errors.New("no")
			}
			return map[string]any{"statusCode": 200}, nil
		},
		"disconnect": func([]byte) (any, error) { left.Add(1); return nil, errors.New("no") },
	}, limits)
	f.route("$connect", types.Integration{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: uri("connect")})
	f.route("$disconnect", types.Integration{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: uri("disconnect")})
	f.route("$default", mockOf(`{"statusCode":200,"id":"$context.connectionId"}`), responseOf("$default", `$input.path('$.id')`))
	f.route("big", mockOf(`{"statusCode":200}`), responseOf("$default", strings.Repeat("x", 64<<10)))
	f.publish()
	return f, left
}

// balance is how many connections were opened and closed.
func (f *fixture) balance() (opened, closed uint64) {
	stage := f.WebSocketMetrics()[0]
	return stage.Opened, stage.Closed
}

// TestChaos has clients that vanish, that keep the line but never answer, that read slowly
// or not at all, and functions that fail. Nothing is left of them.
func TestChaos(t *testing.T) { //nolint:paralleltest // counts goroutines and descriptors
	f, left := chaosAPI(t, ws.Limits{Idle: 3 * time.Second, Write: 2 * time.Second})
	_ = f.connect().Close() // what is made once is there
	eventually(t, func() string { return "the first connection stays" }, func() bool { _, closed := f.balance(); return closed == 1 })
	http.DefaultClient.CloseIdleConnections()
	before := count()

	transport := &http.Transport{MaxIdleConnsPerHost: 8}
	client := &http.Client{Transport: transport}
	ctx := t.Context()
	var running sync.WaitGroup
	var mu sync.Mutex
	var open []io.Closer // what is not closed by its client
	keep := func(c io.Closer) {
		mu.Lock()
		defer mu.Unlock()
		open = append(open, c)
	}
	const each = 20
	for i := range each {
		running.Go(func() { // vanishes, half of them with a reset
			conn := f.connect()
			if tcp, ok := conn.UnderlyingConn().(*net.TCPConn); ok && i%2 == 0 {
				_ = tcp.SetLinger(0)
			}
			_ = conn.UnderlyingConn().Close()
		})
		running.Go(func() { // vanishes in the middle of a frame
			c := f.connectRaw(t)
			_, _ = c.Write(text(strings.Repeat("x", 100))[:50])
			_ = c.Close()
		})
		running.Go(func() { // half open: neither reads nor answers
			c := f.connectRaw(t)
			_, _ = c.Write(frame(fin|opPing, "there?"))
			keep(c)
		})
		running.Go(func() { // asks for more than it reads
			c := f.connectRaw(t)
			keep(c)
			for range 1000 {
				if _, err := c.Write(text(`{"action":"big"}`)); err != nil {
					return
				}
			}
		})
		running.Go(func() { // does not read what others send
			c := f.connect()
			keep(c)
			f.say(c, "who am I?")
			id := f.next(c)
			data := bytes.Repeat([]byte("x"), 128<<10)
			for range 200 {
				if f.post(ctx, client, id, data) == http.StatusGone {
					return
				}
			}
		})
		running.Go(func() { // reads slowly, and gets all of it
			c := f.connectRaw(t)
			defer c.Close()
			_, _ = c.Write(bytes.Join([][]byte{text(`{"action":"big"}`), text(`{"action":"big"}`), closing(1000, "")}, nil))
			for _, want := range []string{"text " + strings.Repeat("x", 64<<10), "text " + strings.Repeat("x", 64<<10), "close 1000"} {
				if got := c.next(); got != want {
					t.Errorf("slow reader: %.40s, want %.40s", got, want)
					return
				}
			}
		})
		running.Go(func() {
			if status, _ := f.refused("?fail=1", nil); status != http.StatusBadGateway {
				t.Errorf("failing $connect: %d", status)
			}
		})
	}
	running.Wait()
	const want = 1 + 6*each
	eventually(t, func() string {
		opened, closed := f.balance()
		return strings.Join([]string{"opened", decimal(opened), "closed", decimal(closed), "$disconnect", decimal(uint64(left.Load()))}, " ")
	}, func() bool {
		opened, closed := f.balance()
		return opened == want && closed == want && left.Load() == want
	})
	for _, c := range open {
		_ = c.Close()
	}
	var after census
	eventually(t, func() string {
		stacks := make([]byte, 64<<10)
		return "left behind: " + decimal(uint64(after.goroutines)) + " goroutines, " + decimal(uint64(after.descriptors)) + " descriptors, before " +
			decimal(uint64(before.goroutines)) + ", " + decimal(uint64(before.descriptors)) + "\n" + string(stacks[:runtime.Stack(stacks, true)])
	}, func() bool {
		transport.CloseIdleConnections() // one may have come back late
		after = count()
		return after.goroutines <= before.goroutines && after.descriptors <= before.descriptors
	})
}

// TestChaosShutdown: a data plane with 1,000 connections closes soon, although some of their
// clients do not read; each of the others gets a close frame.
func TestChaosShutdown(t *testing.T) {
	t.Parallel()
	f, left := chaosAPI(t, ws.Limits{})
	const number, stuck = 1000, 20
	conns := make([]*websocket.Conn, number-stuck)
	for i := range conns {
		conns[i] = f.connect()
	}
	for range stuck {
		c := f.connectRaw(t)
		_ = c.SetWriteDeadline(time.Now().Add(300 * time.Millisecond)) // by then it is not read from either
		for range 5000 {
			if _, err := c.Write(text(`{"action":"big"}`)); err != nil {
				break
			}
		}
	}
	var closing sync.WaitGroup
	began := time.Now()
	var took time.Duration
	closing.Go(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		took = time.Since(began)
	})
	for i, conn := range conns {
		if code, text := f.closed(conn); code != websocket.CloseGoingAway || text != "Going away" {
			t.Errorf("connection %d: %d %s", i, code, text)
		}
		_ = conn.Close()
	}
	closing.Wait()
	if took > 8*time.Second {
		t.Errorf("it took %s", took)
	}
	if opened, closed := f.balance(); opened != number || closed != number || left.Load() != number {
		t.Errorf("opened %d, closed %d, $disconnect %d", opened, closed, left.Load())
	}
}
