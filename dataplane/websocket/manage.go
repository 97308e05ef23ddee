package websocket

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// ServeConnection answers a call of the @connections API for a connection: POST sends a
// message, GET tells about the connection, DELETE ends it. stage is the one that the call
// names; with nil the stage of the connection is meant, whichever it is.
//
// Source: "Use @connections commands in your backend service" in AWS's developer guide.
func ServeConnection(env *Environment, w http.ResponseWriter, r *http.Request, stage *Stage, region, id string) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxMessageBytes+1))
	if err != nil {
		manageError(w, http.StatusBadRequest, "BadRequestException", "the body could not be read")
		return
	}
	if stage != nil && !stage.shared.account.requests.Take(env.Now()) {
		rateExceeded(w)
		return
	}
	if len(body) > maxMessageBytes && sigv4.IsSigned(r) { // what is cut off has no good signature
		manageError(w, http.StatusRequestEntityTooLarge, "PayloadTooLargeException", "Message too long")
		return
	}
	if !authorized(env, w, r, body, region) {
		return
	}
	if !isID(id) {
		manageError(w, http.StatusBadRequest, "BadRequestException", "Invalid connectionId: "+id)
		return
	}
	c := env.Hub.Find(id)
	if c == nil || c.ending.Load() != nil || stage != nil && c.shared != stage.shared {
		w.Header()["X-Amzn-Errortype"] = []string{"GoneException"}
		w.Header()["Content-Length"] = []string{"0"}
		w.WriteHeader(http.StatusGone)
		return
	}
	if stage == nil && !c.shared.account.requests.Take(env.Now()) {
		rateExceeded(w)
		return
	}
	switch r.Method {
	case http.MethodPost:
		c.take(w, body)
	case http.MethodGet:
		writeJSON(w, http.StatusOK, c.about())
	case http.MethodDelete:
		c.end(websocket.CloseNormalClosure, reasonDeleted)
		w.WriteHeader(http.StatusNoContent)
	default:
		manageError(w, http.StatusForbidden, "MissingAuthenticationTokenException", "Missing Authentication Token")
	}
}

// ServeConnection answers a call of @connections that names the stage.
func (s *Stage) ServeConnection(w http.ResponseWriter, r *http.Request, id string, byCustomDomain bool) {
	if s.isClosedTo(byCustomDomain) {
		ServeForbidden(w)
		return
	}
	ServeConnection(s.env, w, r, s, s.snapshot.Region, id)
}

// authorized wants a good signature of somebody who is known. Identities have no policies.
func authorized(env *Environment, w http.ResponseWriter, r *http.Request, body []byte, region string) bool {
	switch {
	case !sigv4.IsSigned(r):
		manageError(w, http.StatusForbidden, "MissingAuthenticationTokenException", "Missing Authentication Token")
		return false
	case env.Credentials == nil:
		manageError(w, http.StatusForbidden, "ForbiddenException", "Forbidden")
		return false
	}
	if _, refused := sigv4.Verify(r, body, region, executeAPI, env.Credentials, env.Now()); refused != nil {
		manageError(w, refused.Status, refused.Type, refused.Message)
		return false
	}
	return true
}

func manageError(w http.ResponseWriter, status int, code, message string) {
	w.Header()["X-Amzn-Errortype"] = []string{code}
	writeJSON(w, status, append(jsonvalue.AppendString([]byte(`{"message":`), message), '}'))
}

// rateExceeded answers a call beyond the throttle of the account, or for a client that does
// not read.
func rateExceeded(w http.ResponseWriter) {
	manageError(w, http.StatusTooManyRequests, "LimitExceededException", "Rate exceeded")
}

// isID tells whether text has the form of a connection id of AWS: 15 or 16 characters of
// base64 in either alphabet, with or without the "=".
func isID(text string) bool {
	bare := strings.TrimSuffix(text, "=")
	if len(text) < 15 || len(text) > 16 {
		return false
	}
	return strings.Trim(bare, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/") == ""
}

// take takes a message for the client.
func (c *Connection) take(w http.ResponseWriter, data []byte) {
	if s := c.shared.current.Load(); s != nil {
		s.shared.unrouted.countMessage(len(data))
	}
	switch err := c.post(data); {
	case errors.Is(err, errFull):
		rateExceeded(w)
	case err != nil:
		w.Header()["X-Amzn-Errortype"] = []string{"GoneException"}
		w.WriteHeader(http.StatusGone)
	default:
		w.Header()["Content-Length"] = []string{"0"}
		w.WriteHeader(http.StatusOK)
	}
}

// about tells what is known of the connection.
func (c *Connection) about() []byte {
	const layout = "2006-01-02T15:04:05.000Z"
	b := append([]byte(`{"connectedAt":"`), c.connectedAt.UTC().Format(layout)...)
	b = jsonvalue.AppendString(append(b, `","identity":{"sourceIp":`...), c.sourceIP)
	b = jsonvalue.AppendString(append(b, `,"userAgent":`...), c.userAgent)
	b = append(b, `},"lastActiveAt":"`...)
	b = time.UnixMilli(c.active.Load()).UTC().AppendFormat(b, layout)
	return append(b, `"}`...)
}
