package lambdarunner

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// apiRig is a connection to the Runtime API of a process that does not exist.
type apiRig struct {
	process *process
	inv     *invocation
	client  net.Conn
	served  chan struct{}
}

func newAPIRig(t *testing.T, s state) *apiRig {
	t.Helper()
	r := poolRunner(t, nil)
	p := started(t, r)
	p.logs = &functionLog{sink: func(LogLine) {}, now: time.Now, raw: noPipe{}}
	p.initTimer = time.NewTimer(time.Hour)
	p.conns = make(map[*apiConn]struct{})
	p.state = s
	inv := newInvocation(&deployed.Function{}, deployed.Invocation{RequestID: testRequestID})
	if s == stateInvoking {
		p.inv = inv
	}
	client, server := net.Pipe()
	c := &apiConn{process: p, conn: server, addr: "127.0.0.1:9001"}
	c.limited.R = server
	c.reader = bufio.NewReader(&c.limited)
	p.conns[c] = struct{}{}
	served := make(chan struct{})
	go func() { c.serve(); close(served) }()
	t.Cleanup(func() {
		_ = client.Close()
		<-served
	})
	return &apiRig{process: p, inv: inv, client: client, served: served}
}

// noPipe is the pipe of a process that prints nothing.
type noPipe struct{}

func (noPipe) Control(func(uintptr)) error    { return nil }
func (noPipe) Read(func(uintptr) bool) error  { return nil }
func (noPipe) Write(func(uintptr) bool) error { return nil }

const testAPIPath = "/2018-06-01/runtime/"

func TestRuntimeAPICalls(t *testing.T) {
	t.Parallel()
	response := "POST " + testAPIPath + "invocation/" + testRequestID + "/response HTTP/1.1\r\n"
	host := "Host: 127.0.0.1:9001\r\n"
	forbidden := `403 {"errorMessage":"State transition is not allowed","errorType":"InvalidStateTransition"}`
	foreign := `403 {"errorMessage":"The Runtime API is for the function process only","errorType":"Forbidden"}`
	accepted := "202 {\"status\":\"OK\"}\n"
	tests := map[string]struct {
		state         state
		request, want string
		payload       string // of the outcome, when there is to be one
		failed        bool
	}{
		"response":       {stateInvoking, response + host + "Content-Length: 2\r\n\r\n{}", accepted, "{}", false},
		"chunked":        {stateInvoking, response + host + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", accepted, "{}", false},
		"HTTP/1.0":       {stateInvoking, strings.Replace(response, "1.1", "1.0", 1) + "Content-Length: 2\r\n\r\n{}", accepted, "{}", false},
		"empty response": {stateInvoking, response + host + "Content-Length: 0\r\n\r\n", accepted, "", false},
		"streamed, failed in the middle": {
			stateInvoking,
			response + host + "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n" +
				"Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n2\r\nab\r\n0\r\n" +
				"Lambda-Runtime-Function-Error-Type: My.Error\r\nLambda-Runtime-Function-Error-Body: eyJhIjoxfQ==\r\n\r\n",
			accepted, `{"a":1}`, true,
		},
		"streamed, error without body": {
			stateInvoking,
			response + host + "Transfer-Encoding: chunked\r\nTrailer: Lambda-Runtime-Function-Error-Type\r\n\r\n0\r\n" +
				"Lambda-Runtime-Function-Error-Type: My.Error\r\n\r\n",
			accepted, `{"errorType":"My.Error","errorMessage":""}`, true,
		},
		"response before next":     {stateInit, response + host + "Content-Length: 0\r\n\r\n", forbidden, "", false},
		"response while waiting":   {stateIdle, response + host + "Content-Length: 0\r\n\r\n", forbidden, "", false},
		"response after the end":   {stateStopped, response + host + "Content-Length: 0\r\n\r\n", forbidden, "", false},
		"next during an event":     {stateInvoking, "GET " + testAPIPath + "invocation/next HTTP/1.1\r\n" + host + "\r\n", forbidden, "", false},
		"init/error after init":    {stateInvoking, "POST " + testAPIPath + "init/error HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n", forbidden, "", false},
		"init/error":               {stateInit, "POST " + testAPIPath + "init/error HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\n{}", accepted, "", false},
		"wrong request id":         {stateInvoking, strings.Replace(response, "8f5b", "0000", 1) + host + "Content-Length: 0\r\n\r\n", `400 {"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}`, "", false},
		"no such path":             {stateInvoking, "GET / HTTP/1.1\r\n" + host + "\r\n", `404 {"errorMessage":"No such path in the Runtime API","errorType":"NotFound"}`, "", false},
		"wrong method":             {stateInvoking, "POST " + testAPIPath + "invocation/next HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n", `405 {"errorMessage":"Method not allowed","errorType":"MethodNotAllowed"}`, "", false},
		"from a web page":          {stateInvoking, response + host + "Origin: http://evil.example\r\nContent-Length: 2\r\n\r\n{}", foreign, "", false},
		"from a navigation":        {stateInvoking, response + host + "Sec-Fetch-Site: cross-site\r\nContent-Length: 2\r\n\r\n{}", foreign, "", false},
		"through a rebound name":   {stateInvoking, response + "Host: evil.example:9001\r\nContent-Length: 2\r\n\r\n{}", foreign, "", false},
		"ends in the body":         {stateInvoking, response + host + "Content-Length: 5\r\n\r\n{}", "closed", "", false},
		"garbage":                  {stateInvoking, "\x16\x03\x01garbage\r\n\r\n", "closed", "", false},
		"head larger than allowed": {stateInvoking, response + host + "X: " + strings.Repeat("x", maxHeaderBytes) + "\r\n\r\n", "closed", "", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rig := newAPIRig(t, tt.state)
			if diff := cmp.Diff(tt.want, rig.exchange(t, tt.request, tt.want == "closed")); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			select {
			case <-rig.inv.done:
				if got := string(rig.inv.outcome.Payload); got != tt.payload || (rig.inv.outcome.FunctionError != "") != tt.failed {
					t.Errorf("outcome %s %s", got, rig.inv.outcome.FunctionError)
				}
			default:
				if tt.payload != "" {
					t.Error("the invocation is not done")
				}
			}
		})
	}
}

// exchange sends a request and returns status and body of the answer.
func (r *apiRig) exchange(t *testing.T, request string, end bool) string {
	t.Helper()
	go func() {
		_, _ = io.WriteString(r.client, request)
		if end {
			_ = r.client.Close()
		}
	}()
	if end {
		<-r.served
		return "closed"
	}
	res, err := http.ReadResponse(bufio.NewReader(r.client), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.Status[:4] + string(body)
}

func TestExpectContinue(t *testing.T) {
	t.Parallel()
	rig := newAPIRig(t, stateInvoking)
	head := "POST " + testAPIPath + "invocation/" + testRequestID + "/response HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
	go func() { _, _ = io.WriteString(rig.client, head) }()
	answers := bufio.NewReader(rig.client)
	if line, err := answers.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("%q, %v", line, err)
	}
	go func() { _, _ = io.WriteString(rig.client, "{}") }()
	if _, err := answers.ReadString('\n'); err != nil { // the blank line
		t.Fatal(err)
	}
	if line, err := answers.ReadString('\n'); err != nil || line != "HTTP/1.1 202 Accepted\r\n" {
		t.Errorf("%q, %v", line, err)
	}
}

func TestLastNextIsServed(t *testing.T) {
	t.Parallel()
	rig := newAPIRig(t, stateAnswered)
	rig.process.runner.answered(rig.process)
	next := "GET " + testAPIPath + "invocation/next HTTP/1.1\r\n\r\n"
	if _, err := io.WriteString(rig.client, next); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the process waits", func() bool {
		rig.process.mu.Lock()
		defer rig.process.mu.Unlock()
		return rig.process.waiting != nil
	})
	inv := newInvocation(&deployed.Function{}, deployed.Invocation{
		RequestID: testRequestID, InvokedARN: "arn\r\nInjected: yes", ClientContext: []byte("{\n}"), Payload: []byte(`"event"`), TraceID: "Root=1",
	})
	go rig.process.attach(inv)
	res, err := http.ReadResponse(bufio.NewReader(rig.client), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	want := map[string]string{
		"Lambda-Runtime-Aws-Request-Id": testRequestID, "Lambda-Runtime-Invoked-Function-Arn": "arn  Injected: yes",
		"Lambda-Runtime-Client-Context": "{ }", "Lambda-Runtime-Trace-Id": "Root=1", "Injected": "",
	}
	for name, value := range want {
		if got := res.Header.Get(name); got != value {
			t.Errorf("%s = %q, want %q", name, got, value)
		}
	}
	if string(body) != `"event"` || res.Header.Get("Lambda-Runtime-Deadline-Ms") == "" {
		t.Errorf("body %s, headers %v", body, res.Header)
	}
	inv.stopTimer()
}

// FuzzRuntimeAPI: whatever a function process sends, its connection ends and
// answers at most one invocation.
func FuzzRuntimeAPI(f *testing.F) {
	response := "POST " + testAPIPath + "invocation/" + testRequestID + "/response HTTP/1.1\r\n"
	f.Add([]byte(response+"Content-Length: 2\r\n\r\n{}GET /x HTTP/1.1\r\n\r\n"), int(stateInvoking))
	f.Add([]byte(response+"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nLambda-Runtime-Function-Error-Type: x\r\n\r\n"), int(stateInvoking))
	f.Add([]byte("GET "+testAPIPath+"invocation/next HTTP/1.1\r\n\r\n"), int(stateAnswered))
	f.Add([]byte("POST "+testAPIPath+"init/error HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), int(stateInit))
	f.Fuzz(func(t *testing.T, data []byte, s int) {
		if s < int(stateInit) || s > int(stateStopped) || s == int(stateInit) && bytes.Contains(data, []byte("next")) {
			return // init without an invocation does not happen
		}
		rig := newAPIRig(t, state(s))
		go func() { _, _ = io.Copy(io.Discard, rig.client) }()
		_, _ = rig.client.Write(data)
		_ = rig.client.Close()
		select {
		case <-rig.served:
		case <-time.After(5 * time.Second):
			t.Fatal("the connection does not end")
		}
	})
}
