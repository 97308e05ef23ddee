package websocket

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// Hub has the connections of all stages, by their ids. It is safe for concurrent use.
type Hub struct {
	mu       sync.RWMutex
	byID     map[string]*Connection
	accounts map[accountKey]*account
	closed   bool
	// queuedBytes is what waits for all clients that read slowly.
	queuedBytes atomic.Int64
	// running are the read loops and the messages under way.
	running sync.WaitGroup
}

// NewHub returns a hub without connections. The caller closes it.
func NewHub() *Hub { return &Hub{byID: map[string]*Connection{}, accounts: map[accountKey]*account{}} }

// Len returns the number of connections.
func (h *Hub) Len() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.byID)
}

// Find returns an established connection, nil when there is none with this id.
func (h *Hub) Find(id string) *Connection {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.byID[id]
}

// add makes a connection known and has its messages read; false when the hub is closed.
func (h *Hub) add(c *Connection) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.byID[c.id] = c
	h.running.Go(c.read)
	return true
}

func (h *Hub) remove(c *Connection) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.byID, c.id)
}

// all returns the connections for which want is true.
func (h *Hub) all(want func(c *Connection) bool) []*Connection {
	h.mu.RLock()
	defer h.mu.RUnlock()
	list := make([]*Connection, 0, len(h.byID))
	for _, c := range h.byID {
		if want(c) {
			list = append(list, c)
		}
	}
	return list
}

// closeStage closes the connections of a stage that is gone.
func (h *Hub) closeStage(s *shared) {
	for _, c := range h.all(func(c *Connection) bool { return c.shared == s }) {
		h.mu.RLock()
		if !h.closed { // else it is closed with all others
			h.running.Go(c.goAway)
		}
		h.mu.RUnlock()
	}
}

// goAway closes the connection. It waits a moment for a client that does not read.
func (c *Connection) goAway() { c.end(websocket.CloseGoingAway, reasonGoingAway) }

// closeTime is how long [Hub.Close] waits for the close frames of clients.
const closeTime = time.Second

// Close sends each client a close frame and waits until all that runs for connections has
// ended.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	for _, c := range h.all(func(*Connection) bool { return true }) {
		h.running.Go(c.goAway)
	}
	h.running.Wait()
}
