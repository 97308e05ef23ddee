package sigv4

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	// timeLayout is the form of X-Amz-Date.
	timeLayout = "20060102T150405Z"
	// maxSignedHeaders limits the work that a signature makes.
	maxSignedHeaders = 200
	// maxExpires is the longest life of a presigned URL.
	maxExpires = 7 * 24 * time.Hour
)

// signature is what a request says of its own signature.
type signature struct {
	// query tells that it is a presigned URL.
	query bool
	// accessKeyID, day, region, service and the terminator make the credential.
	accessKeyID, day, region, service string
	signedHeaders                     []string
	value                             string
	time                              time.Time
	// expires is the life of a presigned URL.
	expires time.Duration
}

// IsSigned reports whether r has a signature, good or not.
func IsSigned(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-") || isPresigned(r)
}

func isPresigned(r *http.Request) bool {
	return strings.Contains(r.URL.RawQuery, "X-Amz-Algorithm=")
}

// parse reads the signature of a request.
func parse(r *http.Request) (*signature, *Failure) {
	header := r.Header.Get("Authorization")
	switch {
	case header != "":
		return parseHeader(r, header)
	case isPresigned(r):
		return parseQuery(r)
	default:
		return nil, refused(missingToken, "Missing Authentication Token")
	}
}

func parseHeader(r *http.Request, header string) (*signature, *Failure) {
	scheme, rest, _ := strings.Cut(header, " ")
	if scheme != algorithm {
		if strings.Contains(rest, "=") {
			return nil, refused(missingToken, "Missing Authentication Token")
		}
		return nil, notKeyValue(header)
	}
	members := map[string]string{}
	for member := range strings.SplitSeq(rest, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(member), "=")
		if !ok {
			return nil, notKeyValue(header)
		}
		members[name] = value
	}
	date := r.Header.Get("X-Amz-Date")
	if date == "" {
		date = r.Header.Get("Date")
	}
	var missing strings.Builder
	for _, name := range [...]string{"Credential", "Signature", "SignedHeaders"} {
		if members[name] == "" {
			missing.WriteString("Authorization header requires '" + name + "' parameter. ")
		}
	}
	if date == "" {
		missing.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	if missing.Len() > 0 {
		return nil, refused(incompleteSignature, missing.String()+"Authorization="+header)
	}
	s := &signature{value: members["Signature"], signedHeaders: strings.Split(members["SignedHeaders"], ";")}
	var ok bool
	if s.time, ok = parseTime(date); !ok {
		return nil, refused(incompleteSignature, "Date must be in ISO-8601 'basic format'. Got '"+date+"'. See http://en.wikipedia.org/wiki/ISO_8601") // Unverified.
	}
	return s, s.parseCredential(members["Credential"])
}

// notKeyValue is the answer to an Authorization header that is something else, such as a
// bearer token.
func notKeyValue(header string) *Failure {
	hash := sha256.Sum256([]byte(header))
	return refused(incompleteSignature, "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '"+
		base64.StdEncoding.EncodeToString(hash[:])+"'.")
}

func parseQuery(r *http.Request) (*signature, *Failure) {
	members, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refused(incompleteSignature, "The query string cannot be read.") // Unverified.
	}
	if members.Get("X-Amz-Algorithm") != algorithm {
		return nil, refused(incompleteSignature, "Unsupported AWS 'algorithm': '"+members.Get("X-Amz-Algorithm")+"'.") // Unverified.
	}
	var missing strings.Builder
	for _, name := range [...]string{"X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"} {
		if members.Get(name) == "" {
			missing.WriteString("AWS query-string parameters must include '" + name + "'. ")
		}
	}
	if missing.Len() > 0 {
		return nil, refused(incompleteSignature, missing.String()+"Re-examine the query-string parameters.") // Unverified.
	}
	s := &signature{
		query: true, value: members.Get("X-Amz-Signature"), signedHeaders: strings.Split(members.Get("X-Amz-SignedHeaders"), ";"),
	}
	s.time, err = time.Parse(timeLayout, members.Get("X-Amz-Date"))
	if err != nil {
		return nil, refused(incompleteSignature, "Date must be in ISO-8601 'basic format'. Got '"+members.Get("X-Amz-Date")+"'. See http://en.wikipedia.org/wiki/ISO_8601") // Unverified.
	}
	// Only some services demand X-Amz-Expires; without one it is a signature like one in
	// headers (botocore and the SDKs presign WebSocket URLs either way).
	if text := members.Get("X-Amz-Expires"); text != "" {
		seconds, err := strconv.ParseUint(text, 10, 32)
		s.expires = time.Duration(seconds) * time.Second
		if err != nil || s.expires == 0 || s.expires > maxExpires {
			return nil, refused(incompleteSignature, "X-Amz-Expires must be a number of seconds less than a week.") // Unverified.
		}
	}
	return s, s.parseCredential(members.Get("X-Amz-Credential"))
}

func parseTime(text string) (time.Time, bool) {
	for _, layout := range [...]string{timeLayout, http.TimeFormat, time.RFC1123Z} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// parseCredential reads key/day/region/service/aws4_request.
func (s *signature) parseCredential(text string) *Failure {
	parts := strings.Split(text, "/")
	if len(parts) < 5 || parts[len(parts)-1] != "aws4_request" {
		// Unverified.
		return refused(incompleteSignature, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '"+text+"'")
	}
	n := len(parts)
	s.accessKeyID = strings.Join(parts[:n-4], "/")
	s.day, s.region, s.service = parts[n-4], parts[n-3], parts[n-2]
	if s.day != s.time.Format("20060102") {
		return refused(invalidSignature, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"+
			s.day+"' != '"+s.time.Format("20060102")+"', from '"+s.time.Format(timeLayout)+"'.") // Unverified.
	}
	if len(s.signedHeaders) > maxSignedHeaders {
		return refused(incompleteSignature, "Too many signed headers.") // Unverified.
	}
	for i, name := range s.signedHeaders {
		s.signedHeaders[i] = strings.ToLower(name)
	}
	return nil
}
