package wire

import (
	"net/http"
	"strings"
)

// Credential is the SigV4 credential of a request: whose key signed it and for
// what. The signature itself is not checked.
type Credential struct {
	// AccessKeyID is the access key.
	AccessKeyID string
	// Date is the day of the scope, as YYYYMMDD.
	Date string
	// Region is the region of the scope; empty for SigV4A, whose scope has none.
	Region string
	// Service is the signing name, for instance "apigateway".
	Service string
}

const terminator = "aws4_request"

// ParseCredential returns the credential of the Authorization header, or of a
// presigned URL when there is no such header; false when there is none or it is
// malformed.
func ParseCredential(r *http.Request) (Credential, bool) {
	header := r.Header.Get("Authorization")
	if header == "" {
		if !strings.Contains(r.URL.RawQuery, "X-Amz-Credential") {
			return Credential{}, false
		}
		return parseScope(r.URL.Query().Get("X-Amz-Credential"))
	}
	algorithm, parameters, _ := strings.Cut(header, " ")
	if !strings.HasPrefix(algorithm, "AWS4-") {
		return Credential{}, false
	}
	for parameter := range strings.SplitSeq(parameters, ",") {
		if scope, ok := strings.CutPrefix(strings.TrimSpace(parameter), "Credential="); ok {
			return parseScope(scope)
		}
	}
	return Credential{}, false
}

// parseScope reads <key>/<date>/<region>/<service>/aws4_request; SigV4A leaves the
// region out.
func parseScope(scope string) (Credential, bool) {
	parts := strings.Split(scope, "/")
	if len(parts) != 4 && len(parts) != 5 || parts[len(parts)-1] != terminator {
		return Credential{}, false
	}
	for _, part := range parts {
		if !isName(part) {
			return Credential{}, false
		}
	}
	c := Credential{AccessKeyID: parts[0], Date: parts[1], Service: parts[len(parts)-2]}
	if len(parts) == 5 {
		c.Region = parts[2]
	}
	return c, len(c.Date) == len("20060102") && isDigits(c.Date)
}

// isName reports whether s is made of what keys, regions and services are: it
// becomes part of ARNs and of store keys.
func isName(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// callerOf tells who sends the request, with the defaults for what it lacks.
func callerOf(r *http.Request, account, region string) Caller {
	caller := Caller{Account: account, Region: region}
	credential, ok := ParseCredential(r)
	if !ok {
		return caller
	}
	caller.AccessKeyID = credential.AccessKeyID
	if len(credential.AccessKeyID) == 12 && isDigits(credential.AccessKeyID) {
		caller.Account = credential.AccessKeyID
	}
	if credential.Region != "" {
		caller.Region = credential.Region
	}
	return caller
}
