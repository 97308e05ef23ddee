package emulator

import (
	"bytes"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// callerIdentity is the response of GetCallerIdentity.
type callerIdentity struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	Arn       string   `xml:"GetCallerIdentityResult>Arn"`
	UserID    string   `xml:"GetCallerIdentityResult>UserId"`
	Account   string   `xml:"GetCallerIdentityResult>Account"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

// maxQueryBodyBytes limits the body of a request of the query protocol: far above
// what any operation of the service takes.
const maxQueryBodyBytes = 256 << 10

// asksForCallerIdentity reports whether r, a request of the query protocol by GET or
// POST, is for GetCallerIdentity. The body can be read again afterwards.
func asksForCallerIdentity(r *http.Request) (bool, *wire.Error) {
	const action = "GetCallerIdentity"
	if r.URL.Query().Get("Action") == action {
		return true, nil
	}
	if !isForm(r) {
		return false, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxQueryBodyBytes+1))
	if err != nil {
		return false, wire.NewError(http.StatusBadRequest, "MalformedQueryString", "The body cannot be read.").WithCause(err)
	}
	if len(body) > maxQueryBodyBytes {
		return false, wire.NewError(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The body is too large.")
	}
	parameters, err := url.ParseQuery(string(body))
	if err != nil {
		return false, wire.NewError(http.StatusBadRequest, "MalformedQueryString", "The body is no form.").WithCause(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return parameters.Get("Action") == action, nil
}

// serveCallerIdentity answers GetCallerIdentity: the caller is the root user of its
// account. Every access key is taken at its word, as everywhere in the emulator.
func serveCallerIdentity(w http.ResponseWriter, r *http.Request, account string) {
	body, err := xml.Marshal(callerIdentity{
		Arn: "arn:aws:iam::" + account + ":root", UserID: account, Account: account, RequestID: wire.RequestID(r.Context()),
	})
	if err != nil {
		writeFailure(w, r, stsService, wire.NewError(http.StatusInternalServerError, "InternalFailure", "").WithCause(err))
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	w.Header()[requestIDHeader] = []string{wire.RequestID(r.Context())}
	_, _ = w.Write(body) // the client may be gone
}

// isAccount reports whether s is an account id.
func isAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
