package websocket

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
	"github.com/stagedoor-dev/stagedoor/dataplane/requestid"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// The types of events.
const (
	eventConnect    = "CONNECT"
	eventMessage    = "MESSAGE"
	eventDisconnect = "DISCONNECT"
)

// Exchange is a handshake, a message or the end of a connection on its way through a route.
type Exchange struct {
	stage *Stage
	conn  *Connection
	route *route
	// eventType is one of the types of events.
	eventType string
	// id is that of the request, messageID that of a message.
	id, messageID string
	time          time.Time
	// handshake is the request that opens the connection; nil for other events.
	handshake *http.Request
	query     []integration.Field
	// body is the message.
	body []byte
	// disconnect tells how the connection ended.
	disconnect *integration.Disconnect
	// request is what is sent to the backend, response what it answered.
	request  outgoing
	response *integration.Response
	// reply is what the client gets of the backend's answer.
	reply reply
	// failure is why the exchange failed; nil when it did not.
	failure *failure
	// latency is how long the backend took, status what it answered.
	latency           time.Duration
	integrationStatus int
	integrationError  string

	// isAdmitted tells that the guards of the route have let the exchange through,
	// isCounted that the call of the backend is counted as an error.
	isAdmitted, isCounted bool
	// isCalled tells that a backend was called.
	isCalled bool
	// apiKey is the API key of the connection, or the one that the route itself wanted.
	apiKey, apiKeyID string
	// What guards decided; nil for those that were not asked.
	authorizer, authenticate, authorize *check

	trace *trace.Trace

	requestJSON, responseJSON parsed
}

// outgoing is what a non-proxy integration sends.
type outgoing struct {
	header, query []integration.Field
	path          []integration.Pair
	body          []byte
}

// reply is what a route makes of the backend's answer: the status and the header matter
// for handshakes, the body for two-way routes and for refused handshakes.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// parsed is JSON that is read at most once.
type parsed struct {
	done, ok bool
	value    any
}

func (p *parsed) parse(text []byte) (any, bool) {
	if !p.done {
		value, err := jsonvalue.Parse(text)
		p.done, p.ok, p.value = true, err == nil, value
	}
	return p.value, p.ok
}

func (s *Stage) newExchange(conn *Connection, eventType string) *Exchange {
	_, id := requestid.New()
	return &Exchange{stage: s, conn: conn, eventType: eventType, id: id, time: s.env.Now(), apiKey: conn.apiKey, apiKeyID: conn.apiKeyID}
}

// routeKey is that of the route, empty for a message that none takes.
func (x *Exchange) routeKey() string {
	if x.route == nil {
		return ""
	}
	return x.route.key
}

// document implements values.
func (x *Exchange) document(ofResponse bool) (any, bool) {
	if !ofResponse {
		return x.requestJSON.parse(x.body)
	}
	if x.response == nil {
		return nil, false
	}
	return x.responseJSON.parse(x.response.Body)
}

// selectionVariable implements values.
func (x *Exchange) selectionVariable(name string) string {
	if rest, ok := strings.CutPrefix(name, "request.header."); ok {
		return last(x.Header(rest))
	}
	if rest, ok := strings.CutPrefix(name, "request.querystring."); ok {
		return last(x.Querystring(rest))
	}
	if rest, ok := strings.CutPrefix(name, "context."); ok {
		value, _ := x.ContextVariable(rest)
		return value
	}
	if rest, ok := strings.CutPrefix(name, "stageVariables."); ok {
		return x.stage.snapshot.Stage.StageVariables[rest]
	}
	if x.response == nil {
		return ""
	}
	if rest, ok := strings.CutPrefix(name, "integration.response.header."); ok {
		return first(x.response.Header.Values(rest))
	}
	if rest, ok := strings.CutPrefix(name, "integration.response.multivalueheader."); ok {
		return strings.Join(x.response.Header.Values(rest), ",")
	}
	if name == "integration.response.statuscode" {
		return strconv.Itoa(x.response.Status)
	}
	return ""
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// Exchange implements [mapping.Values]; WebSocket APIs have no path parameters.

// PathParameter implements [mapping.Values].
func (x *Exchange) PathParameter(string) (string, bool) { return "", false }

// Querystring implements [mapping.Values].
func (x *Exchange) Querystring(name string) []string {
	for _, field := range x.query {
		if field.Name == name {
			return field.Values
		}
	}
	return nil
}

// Header implements [mapping.Values].
func (x *Exchange) Header(name string) []string {
	if x.handshake == nil {
		return nil
	}
	if strings.EqualFold(name, "Host") {
		return []string{x.handshake.Host}
	}
	return x.handshake.Header.Values(name)
}

// StageVariable implements [mapping.Values].
func (x *Exchange) StageVariable(name string) (string, bool) {
	value, ok := x.stage.snapshot.Stage.StageVariables[name]
	return value, ok
}

// ResponseHeader implements [mapping.Values].
func (x *Exchange) ResponseHeader(name string) []string {
	if x.response == nil {
		return nil
	}
	return x.response.Header.Values(name)
}

// RequestBody implements [mapping.Values].
func (x *Exchange) RequestBody() *mapping.Document { return mapping.NewDocument(x.body) }

// ResponseBody implements [mapping.Values].
func (x *Exchange) ResponseBody() *mapping.Document {
	if x.response == nil {
		return nil
	}
	return mapping.NewDocument(x.response.Body)
}

// event is the event of the exchange for a function. Headers of the connection itself are
// for authorizers only.
func (x *Exchange) event(forAuthorizer bool) *integration.EventWebSocket {
	c, s := x.conn, x.stage.snapshot
	e := &integration.EventWebSocket{
		StageVariables: x.stage.compiled().variables, HasBody: x.eventType == eventMessage, Body: x.body,
		Context: integration.EventContextWebSocket{
			RouteKey: x.routeKey(), EventType: x.eventType, Authorizer: c.authorizer, MessageID: x.messageID, RequestID: x.id, Time: x.time,
			Disconnect: x.disconnect, Stage: x.stage.name, DomainName: c.domainName, APIID: s.ApiID, ConnectionID: c.id, ConnectedAt: c.connectedAt,
			SourceIP: c.sourceIP, UserAgent: c.userAgent, Caller: c.caller, APIKey: x.apiKey, APIKeyID: x.apiKeyID,
		},
	}
	switch x.eventType {
	case eventConnect:
		e.Headers, e.Query = x.handshakeHeaders(forAuthorizer), x.query
	case eventDisconnect:
		e.Headers = []integration.Field{
			{Name: "Host", Values: []string{c.host}},
			{Name: "x-api-key", Values: []string{c.apiKey}},
			{Name: "X-Forwarded-For", Values: []string{""}},
			{Name: "x-restapi", Values: []string{""}},
		}
	}
	return e
}
