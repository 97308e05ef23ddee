package emulator

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// xmlServices are the services whose errors are XML (restXml and query protocols);
// the value tells those that send the bare Error element.
var xmlServices = map[string]bool{
	"autoscaling": false, "cloudformation": false, "cloudfront": false, "elasticache": false, "elasticloadbalancing": false,
	"iam": false, "rds": false, "redshift": false, "route53": false, "s3": true, "s3express": true, "ses": false, "sns": false, "sts": false,
}

type xmlError struct {
	XMLName   xml.Name `xml:"Error"`
	Type      string   `xml:"Type,omitempty"`
	Code      string   `xml:"Code"`
	Message   string   `xml:"Message"`
	RequestID string   `xml:"RequestId,omitempty"`
}

type xmlErrorResponse struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Error     xmlError
	RequestID string `xml:"RequestId"`
}

type jsonError struct {
	Type    string `json:"__type"`
	Message string `json:"message"`
}

// writeFailure sends an error of the edge in the form that the clients of the
// service understand.
func writeFailure(w http.ResponseWriter, r *http.Request, service string, failure *wire.Error) {
	var (
		requestID   = wire.RequestID(r.Context())
		contentType = "application/json"
		body        []byte
		err         error
	)
	bare, isXML := xmlServices[service]
	switch {
	case bare:
		contentType = "application/xml"
		body, err = xml.Marshal(xmlError{Code: failure.Code, Message: failure.Message, RequestID: requestID})
	case isXML || isForm(r):
		contentType = "text/xml"
		fault := "Sender"
		if failure.Status >= http.StatusInternalServerError {
			fault = "Receiver"
		}
		body, err = xml.Marshal(xmlErrorResponse{Error: xmlError{Type: fault, Code: failure.Code, Message: failure.Message}, RequestID: requestID})
	default:
		body, err = json.Marshal(jsonError{Type: failure.Code, Message: failure.Message})
	}
	status := failure.Status
	if err != nil { // neither form has a value that cannot be marshalled
		status, body = http.StatusInternalServerError, nil
	}
	header := w.Header()
	header.Set("Content-Type", contentType)
	header["x-amzn-ErrorType"] = []string{failure.Code}
	header.Set("X-Content-Type-Options", "nosniff")
	if requestID != "" {
		header[requestIDHeader] = []string{requestID}
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}

// requestIDHeader is spelled as AWS spells it.
const requestIDHeader = "x-amzn-RequestId"

func isForm(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}
