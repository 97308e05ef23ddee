package websocket

import (
	"bufio"
	"encoding/base64"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/gorilla/websocket"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/requestid"
)

// Call is where a request was sent.
type Call struct {
	// DomainName is the name that events have: what the client called, or stands for it.
	DomainName string
	// ByCustomDomain tells that the client called a custom domain name.
	ByCustomDomain bool
	// HeaderNames are the names of headers as the client spelled them.
	HeaderNames []string
}

const (
	bodyForbidden = `{"message":"Forbidden"}`
	bodyUpgrade   = `{"message":"Upgrade Required"}`
	// bodyBadRequest answers a handshake of another version, or without a key (unverified).
	bodyBadRequest = `{"message":"Bad Request"}`
)

// ServeForbidden answers a call whose stage does not exist.
func ServeForbidden(w http.ResponseWriter) {
	w.Header()["X-Amzn-Errortype"] = []string{"ForbiddenException"}
	writeJSON(w, http.StatusForbidden, []byte(bodyForbidden))
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	header := w.Header()
	header["Content-Type"] = []string{"application/json"}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // JSON of our own; an error means that the client is gone
}

// upgrader takes connections over. Its buffers are small: most connections are idle.
var upgrader = websocket.Upgrader{
	ReadBufferSize: 1 << 10, WriteBufferSize: 4 << 10, WriteBufferPool: &sync.Pool{},
	CheckOrigin: func(*http.Request) bool { return true }, // as AWS: authorizers look at the origin
}

// Connect answers the handshake of a client: the route $connect decides.
func (s *Stage) Connect(w http.ResponseWriter, r *http.Request, call Call) {
	if !websocket.IsWebSocketUpgrade(r) {
		writeJSON(w, http.StatusUpgradeRequired, []byte(bodyUpgrade))
		return
	}
	if s.isClosedTo(call.ByCustomDomain) {
		ServeForbidden(w)
		return
	}
	if !isHandshake(r) { // $connect is not to hear of a connection that never is
		w.Header()["Sec-Websocket-Version"] = []string{"13"}
		writeJSON(w, http.StatusBadRequest, []byte(bodyBadRequest))
		return
	}
	c := &Connection{
		id: newID(), shared: s.shared, hub: s.env.Hub, limits: &s.env.Limits, connectedAt: s.env.Now(), now: s.env.Now,
		domainName: call.DomainName, host: r.Host, sourceIP: sourceIP(r), userAgent: r.UserAgent(),
		offeredKey: r.Header.Get("X-Api-Key"),
	}
	c.room.L = &c.mu
	x := s.newExchange(c, eventConnect)
	x.handshake, x.query, x.route = r, integration.ParseQuery(r.URL.RawQuery), s.compiled().connect
	x.reply.status = http.StatusOK
	x.begin()
	x.failure = x.admit()
	switch {
	case x.failure != nil:
	case x.route != nil:
		x.failure = x.execute()
	default:
		s.shared.metrics.of(connectRoute).connect.Add(1)
	}
	switch {
	case x.failure != nil:
		w.Header()["X-Amzn-Errortype"] = []string{errorTypes[x.failure.kind]}
		x.end()
		writeJSON(w, x.failure.status, x.failure.body(x))
	case x.reply.status < 200 || x.reply.status > 299:
		x.end()
		x.refuse(w)
	default:
		x.end()
		x.upgrade(w)
	}
}

// isHandshake tells whether a request to upgrade is one that RFC 6455 lets be accepted.
func isHandshake(r *http.Request) bool {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-Websocket-Key"))
	versions := strings.Split(strings.Join(r.Header["Sec-Websocket-Version"], ","), ",")
	return r.Method == http.MethodGet && err == nil && len(key) == 16 && slices.ContainsFunc(versions, func(v string) bool { return strings.TrimSpace(v) == "13" })
}

// isClosedTo tells whether the API is not to be called so: without a deployment, or by its
// default endpoint while that is disabled.
func (s *Stage) isClosedTo(byCustomDomain bool) bool {
	api := s.snapshot.Api
	return api == nil || aws.ToBool(api.Api.DisableExecuteApiEndpoint) && !byCustomDomain
}

// errorTypes are the x-amzn-ErrorType headers of refused handshakes. Unverified.
var errorTypes = map[string]string{
	"ACCESS_DENIED": "AccessDeniedException", "UNAUTHORIZED": "UnauthorizedException", "INVALID_API_KEY": "ForbiddenException",
	"MISSING_AUTHENTICATION_TOKEN": "MissingAuthenticationTokenException", "INVALID_SIGNATURE": "InvalidSignatureException",
	"THROTTLED": "TooManyRequestsException", "QUOTA_EXCEEDED": "LimitExceededException", "BAD_REQUEST_PARAMETERS": "BadRequestException",
	"API_CONFIGURATION_ERROR": "InternalServerErrorException", "INTEGRATION_FAILURE": "InternalServerErrorException",
	"INTEGRATION_TIMEOUT": "InternalServerErrorException", "AUTHORIZER_FAILURE": "InternalServerErrorException",
	"AUTHORIZER_CONFIGURATION_ERROR": "InternalServerErrorException",
}

// newID draws the id of a connection, of the form of AWS's.
func newID() string {
	_, id := requestid.New()
	return id
}

// refuse answers a handshake with what the backend said.
func (x *Exchange) refuse(w http.ResponseWriter) {
	status := x.reply.status
	if status < 400 || status > 599 {
		status = http.StatusInternalServerError // a redirect is no answer to a handshake (unverified)
	}
	header := w.Header()
	for name, values := range x.reply.header {
		if !isConnectionHeader(name) {
			header[http.CanonicalHeaderKey(name)] = values
		}
	}
	if header.Get("Content-Type") == "" {
		header["Content-Type"] = []string{"application/json"}
	}
	header["Content-Length"] = []string{strconv.Itoa(len(x.reply.body))}
	w.WriteHeader(status)
	_, _ = w.Write(x.reply.body)
}

// upgrade completes the handshake and has the messages of the client read.
func (x *Exchange) upgrade(w http.ResponseWriter) {
	header := http.Header{}
	for name, values := range x.reply.header {
		if name = http.CanonicalHeaderKey(name); !isConnectionHeader(name) && isHeaderName(name) {
			header[name] = values
		}
	}
	if strings.ContainsFunc(header.Get(protocolHeader), unicode.IsControl) { // which the library would write as it is
		delete(header, protocolHeader)
	}
	conn, err := upgrader.Upgrade(&limitedHijacker{ResponseWriter: w}, x.handshake, header)
	if err != nil {
		// The client has got the error, or is gone: there is no connection to end.
		x.stage.logger().Info("WebSocket handshake not completed", "connection_id", x.conn.id, "error", err)
		return
	}
	c := x.conn
	c.conn = conn
	conn.SetReadLimit(maxMessageBytes)
	conn.SetPingHandler(func(text string) error {
		c.touch()
		_ = conn.WriteControl(websocket.PongMessage, []byte(text), time.Now().Add(c.limits.Write))
		return nil
	})
	conn.SetPongHandler(func(string) error { c.touch(); return nil })
	c.touch()
	c.shared.opened.Add(1)
	if !c.hub.add(c) {
		c.shared.closed.Add(1)
		c.end(websocket.CloseGoingAway, reasonGoingAway)
		_ = conn.Close()
		return
	}
	if c.shared.current.Load() == nil { // withdrawn while $connect ran: nobody else closes it
		c.hub.closeStage(c.shared)
	}
}

// limitedHijacker takes the connection over with a limit for frames.
type limitedHijacker struct{ http.ResponseWriter }

// Hijack implements [http.Hijacker].
func (h *limitedHijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffer, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	return &frameLimit{Conn: conn}, buffer, nil
}

// protocolHeader is where the backend chooses a subprotocol.
const protocolHeader = "Sec-Websocket-Protocol"

// isHeaderName tells whether a name is a token: the library writes names as they are.
func isHeaderName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

// isConnectionHeader tells which headers the gateway sets itself. The subprotocol is the
// backend's to choose.
func isConnectionHeader(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Connection", "Upgrade", "Content-Length", "Transfer-Encoding", "Date", "Keep-Alive", "Trailer",
		"Sec-Websocket-Accept", "Sec-Websocket-Extensions", "Sec-Websocket-Key", "Sec-Websocket-Version":
		return true
	}
	return false
}

// handshakeHeaders are the headers of the handshake as an event has them.
func (x *Exchange) handshakeHeaders(forAuthorizer bool) []integration.Field {
	r := x.handshake
	proto, port := "http", "80"
	if r.TLS != nil {
		proto, port = "https", "443"
	}
	if _, explicit, err := net.SplitHostPort(r.Host); err == nil {
		port = explicit
	}
	fields := []integration.Field{{Name: "Host", Values: []string{x.conn.host}}}
	for name, values := range r.Header {
		switch name {
		case "Connection", "Upgrade":
			if !forAuthorizer {
				continue
			}
		case "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Amzn-Trace-Id":
			continue
		}
		fields = append(fields, integration.Field{Name: spelled(name), Values: values})
	}
	forwarded := x.conn.sourceIP
	if sent := r.Header["X-Forwarded-For"]; len(sent) > 0 {
		forwarded = strings.Join(sent, ", ") + ", " + forwarded
	}
	fields = append(fields,
		integration.Field{Name: "X-Amzn-Trace-Id", Values: []string{requestid.NewTrace(r.Header.Get("X-Amzn-Trace-Id"), x.time).Request}},
		integration.Field{Name: "X-Forwarded-For", Values: []string{forwarded}},
		integration.Field{Name: "X-Forwarded-Port", Values: []string{port}},
		integration.Field{Name: "X-Forwarded-Proto", Values: []string{proto}},
	)
	if forAuthorizer {
		fields = append(fields, integration.Field{Name: "content-length", Values: []string{"0"}})
	}
	slices.SortStableFunc(fields, func(a, b integration.Field) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// spelled is the usual spelling of a header, where it is not the canonical one.
func spelled(name string) string {
	if rest, ok := strings.CutPrefix(name, "Sec-Websocket-"); ok {
		return "Sec-WebSocket-" + rest
	}
	return name
}

// handshakeForBackend leaves out what the HTTP client sets itself.
func handshakeForBackend(fields []integration.Field) []integration.Field {
	return slices.DeleteFunc(fields, func(f integration.Field) bool {
		return f.Name == "Host" || f.Name == "X-Amzn-Trace-Id" || f.Name == "User-Agent" || f.Name == "Accept-Encoding"
	})
}

// sourceIP is the address of the immediate peer.
func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
