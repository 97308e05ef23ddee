package functionurl

import (
	"net/http"
	"strconv"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// overwritten are the headers of a function that the front end writes itself.
var overwritten = map[string]bool{
	"Connection": true, "Content-Length": true, "Date": true, "Keep-Alive": true, "Server": true, "Trailer": true,
	"Transfer-Encoding": true, "Upgrade": true, "X-Amzn-Requestid": true, "X-Amzn-Trace-Id": true,
}

// copyHeaders sets a function's headers, in place of the URL's own.
func copyHeaders(to, from http.Header) {
	for name, values := range from {
		canonical := http.CanonicalHeaderKey(name)
		if overwritten[canonical] || !integration.IsHeaderName(name) {
			continue
		}
		to.Del(canonical)
		for _, value := range values {
			if integration.IsHeaderValue(value) {
				to.Add(canonical, value)
			}
		}
	}
}

// respond sends what the function returned.
func (c *call) respond(w http.ResponseWriter, payload []byte) {
	answer, err := integration.DecodeProxyResponseV2(payload)
	if err != nil {
		c.fail(w, http.StatusBadGateway, "InternalServerErrorException", "Internal Server Error", "the function's response is malformed", err)
		return
	}
	header := w.Header()
	copyHeaders(header, answer.Header)
	for _, cookie := range answer.Cookies {
		if integration.IsHeaderValue(cookie) {
			header.Add("Set-Cookie", cookie)
		}
	}
	header.Set("Content-Length", strconv.Itoa(len(answer.Body)))
	w.WriteHeader(answer.Status)
	if c.request.Method != http.MethodHead && answer.Status != http.StatusNoContent && answer.Status != http.StatusNotModified {
		_, _ = w.Write(answer.Body)
	}
}
