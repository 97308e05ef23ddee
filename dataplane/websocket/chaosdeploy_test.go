package websocket_test

import (
	"bytes"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	ws "github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// TestChaosDeployments opens and ends 2,000 connections in all manners while the stage is
// deployed anew, deleted and made again all the time. Nothing is left of them.
func TestChaosDeployments(t *testing.T) { //nolint:paralleltest // counts goroutines and descriptors
	const number, workers = 2000, 50
	f, _ := chaosAPI(t, ws.Limits{Idle: time.Second, Write: 300 * time.Millisecond})
	_ = f.connect().Close() // what is made once is there
	eventually(t, func() string { return "the first connection stays" }, func() bool { _, closed := f.balance(); return closed == 1 })
	before := count()
	var memory runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	heap := memory.HeapAlloc

	stop := make(chan struct{})
	var deploying, running sync.WaitGroup
	deploying.Go(func() {
		for round := 0; ; round++ {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
			if round%8 == 7 {
				f.WithdrawApiStage("api1", "dev")
			}
			f.publish()
		}
	})
	transport := &http.Transport{MaxIdleConnsPerHost: 8}
	client := &http.Client{Transport: transport}
	ctx := t.Context()
	var mu sync.Mutex
	var stuck []*websocket.Conn
	peak := uint64(0)
	big := bytes.Repeat([]byte("x"), 128<<10)
	one := func(how int) {
		conn, response, err := websocket.DefaultDialer.Dial(f.address(), nil)
		if err != nil {
			if response != nil && response.StatusCode != http.StatusForbidden && response.StatusCode != http.StatusBadGateway {
				t.Errorf("handshake: %v", response.Status)
			}
			return // no stage just now
		}
		raw := conn.UnderlyingConn()
		switch how {
		case 0: // a good client
			_ = conn.WriteMessage(websocket.TextMessage, []byte("?"))
			_, _, _ = conn.ReadMessage()
			_ = conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""))
		case 1: // gone in the middle of a frame
			_, _ = raw.Write(text(strings.Repeat("x", 1000))[:rand.IntN(1000)])
		case 2: // a reset
			if tcp, ok := raw.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
		case 3: // never reads what it asks for, nor what others send
			_ = conn.WriteMessage(websocket.TextMessage, []byte("?"))
			_, id, err := conn.ReadMessage()
			if err == nil {
				for range 20 {
					_ = f.post(ctx, client, string(id), big)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			stuck = append(stuck, conn)
			runtime.ReadMemStats(&memory)
			peak = max(peak, memory.HeapAlloc)
			return
		case 4: // asks, and does not wait for the answer
			for range 10 {
				_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"action":"big"}`))
			}
		case 5: // nonsense
			_, _ = raw.Write([]byte{byte(rand.IntN(256)), byte(rand.IntN(256)), 1, 2, 3, 4, 5, 6, 7, 8, 9})
		}
		_ = conn.Close()
	}
	for worker := range workers {
		running.Go(func() {
			for i := range number / workers {
				how := (worker + i) % 6
				if how == 3 && i%4 != 0 {
					how = 0 // those who read nothing take long
				}
				one(how)
			}
		})
	}
	running.Wait()
	close(stop)
	deploying.Wait()
	f.WithdrawApiStage("api1", "dev")
	for _, conn := range stuck {
		_ = conn.Close()
	}
	var after census
	eventually(t, func() string {
		stacks := make([]byte, 64<<10)
		return "left behind: " + decimal(uint64(after.goroutines)) + " goroutines, " + decimal(uint64(after.descriptors)) + " descriptors, before " +
			decimal(uint64(before.goroutines)) + ", " + decimal(uint64(before.descriptors)) + "\n" + string(stacks[:runtime.Stack(stacks, true)])
	}, func() bool {
		transport.CloseIdleConnections()
		after = count()
		return after.goroutines <= before.goroutines && after.descriptors <= before.descriptors
	})
	stuck = nil
	runtime.GC()
	runtime.ReadMemStats(&memory)
	t.Logf("heap: %d MB before, %d MB at most, %d MB after", heap>>20, peak>>20, memory.HeapAlloc>>20)
	if memory.HeapAlloc > heap+64<<20 {
		t.Errorf("the heap has grown from %d to %d bytes", heap, memory.HeapAlloc)
	}
	if strings.Contains(f.log.String(), "fault=") {
		t.Errorf("an exchange panicked:\n%s", f.log)
	}
}
