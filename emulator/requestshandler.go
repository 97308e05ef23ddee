package emulator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// defaultRequests is how many exchanges are listed unless a limit says otherwise.
const defaultRequests = 100

// ServeHTTP answers /_stagedoor/requests (a list, the latest first; ?limit=n),
// /_stagedoor/requests?follow=1 (a line of JSON for each exchange from now on) and
// /_stagedoor/requests/{id}. A nil *requests keeps no traces and says so.
func (r *requests) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodGet && request.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if r == nil {
		writeFailure(w, request, "", wire.NewError(http.StatusNotFound, "TraceDisabledException", "This emulator keeps no traces: it was started with --trace off"))
		return
	}
	query := request.URL.Query()
	id, isOne := strings.CutPrefix(rawPath(request), requestsPath+"/")
	switch {
	case isOne && id != "":
		var detail *requestDetail
		if plain, err := url.PathUnescape(id); err == nil { // ids of HTTP APIs may have a slash
			detail = r.find(plain)
		}
		if detail == nil {
			writeFailure(w, request, "", wire.NewError(http.StatusNotFound, "NotFoundException", "No request with this id is kept, or more than one id begins so"))
			return
		}
		writeReport(w, http.StatusOK, detail)
	case isTrue(query.Get("follow")):
		r.follow(w, request)
	default:
		limit := defaultRequests
		if text := query.Get("limit"); text != "" {
			number, err := strconv.Atoi(text)
			if err != nil || number < 1 {
				writeFailure(w, request, "", wire.NewError(http.StatusBadRequest, "BadRequestException", "limit is a positive number"))
				return
			}
			limit = number
		}
		writeReport(w, http.StatusOK, r.latest(limit))
	}
}

func isTrue(text string) bool {
	value, err := strconv.ParseBool(text)
	return err == nil && value
}

// writeReport sends what Stagedoor reports about itself.
func writeReport(w http.ResponseWriter, status int, report any) {
	body, err := json.Marshal(report)
	if err != nil {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}

// follow sends exchanges as they end, until the client is gone or the emulator is
// closed. Whoever reads too slowly misses what is no longer kept.
func (r *requests) follow(w http.ResponseWriter, request *http.Request) {
	controller := http.NewResponseController(w)
	next := r.position()
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusOK)
	if request.Method == http.MethodHead {
		return
	}
	encoder := json.NewEncoder(w)
	for {
		list, following, more := r.since(next)
		next = following
		for i := range list {
			if err := encoder.Encode(&list[i]); err != nil {
				return // the client is gone
			}
		}
		// The first time, it tells the client that it follows.
		if err := controller.Flush(); err != nil || more == nil {
			return
		}
		select {
		case <-more:
		case <-request.Context().Done():
			return
		}
	}
}
