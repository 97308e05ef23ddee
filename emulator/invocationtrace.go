package emulator

import (
	"net/http"
	"strings"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
	"github.com/stagedoor-dev/stagedoor/dataplane/requestid"
)

const traceHeader = "X-Amzn-Trace-Id"

// lambdaAPI is the Lambda API. It hands on the trace id of calls of Invoke and
// InvokeWithResponseStream to the function, a new one when the client sent none, and shows it in
// the response: the SDK's inputs have no member for it.
type lambdaAPI struct {
	*wire.Handler

	now func() time.Time
}

// ServeHTTP answers an operation.
func (l lambdaAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && (strings.HasSuffix(r.URL.Path, "/invocations") || strings.HasSuffix(r.URL.Path, "/response-streaming-invocations")) {
		traced := requestid.NewTrace(r.Header.Get(traceHeader), l.now()).Response()
		w.Header()[traceHeader] = []string{shownTrace(traced)}
		r = r.WithContext(deployed.WithTraceID(r.Context(), traced))
	}
	l.Handler.ServeHTTP(w, r)
}

// shownTrace is a trace id as Lambda shows it: "root=...;sampled=0".
func shownTrace(traced string) string {
	root, sampled := "", "0"
	for field := range strings.SplitSeq(traced, ";") {
		switch name, value, _ := strings.Cut(field, "="); name {
		case "Root":
			root = value
		case "Sampled":
			sampled = value
		}
	}
	return "root=" + root + ";sampled=" + sampled
}
