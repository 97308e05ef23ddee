package emulator

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// healthReport is the body of /_stagedoor/health.
type healthReport struct {
	// Status is "ok", or "failing" when the store cannot be read.
	Status  string `json:"status"`
	Version string `json:"version"`
	// UptimeSeconds is the time since the start.
	UptimeSeconds int64 `json:"uptimeSeconds"`
	// Counts is the number of stored records of each kind, in all accounts and regions.
	Counts map[string]int `json:"counts"`
}

// health reports how the emulator is.
type health struct {
	store   store.Store
	version string
	started time.Time
	now     func() time.Time
	logger  *slog.Logger
}

func (h *health) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	report := healthReport{
		Status: "ok", Version: h.version, UptimeSeconds: int64(h.now().Sub(h.started) / time.Second), Counts: map[string]int{},
	}
	status := http.StatusOK
	err := h.store.View(r.Context(), func(tx store.Tx) error {
		for entry, err := range tx.Scan(store.Root, "") {
			if err != nil {
				return err
			}
			if parts := strings.SplitN(entry.Key, "/", 5); len(parts) == 5 {
				report.Counts[parts[3]]++
			}
		}
		return nil
	})
	if err != nil {
		h.logger.Error("store cannot be read", "error", err)
		report.Status, status = "failing", http.StatusServiceUnavailable
	}
	body, err := json.Marshal(report)
	if err != nil {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}
