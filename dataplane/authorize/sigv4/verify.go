package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// tolerance is how far the clocks may be apart. The services' own messages name 5 min.
const tolerance = 5 * time.Minute

// unsignedPayload says that the body is not part of the signature.
const unsignedPayload = "UNSIGNED-PAYLOAD"

// Verify checks the signature of a request to a service ("execute-api", "lambda") in a
// region. The body is the request's as it was sent; r has path, query and host as they
// were sent. A session token is not checked: it is part of what is signed if the client
// has signed it.
func Verify(r *http.Request, body []byte, region, service string, c Credentials, now time.Time) (*Principal, *Failure) {
	s, failure := parse(r)
	if failure != nil {
		return nil, failure
	}
	if failure := s.checkScope(region, service); failure != nil {
		return nil, failure
	}
	if failure := s.checkTime(now.UTC()); failure != nil {
		return nil, failure
	}
	if !slices.Contains(s.signedHeaders, "host") && !slices.Contains(s.signedHeaders, ":authority") {
		return nil, refused(invalidSignature, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.") // Unverified.
	}
	secret, principal, ok := c.Find(s.accessKeyID)
	if !ok {
		return nil, refused(unrecognizedClient, "The security token included in the request is invalid.")
	}
	payload, failure := payloadHash(r, body)
	if failure != nil {
		return nil, failure
	}
	given, err := hex.DecodeString(s.value)
	if err != nil {
		given = nil // matches nothing
	}
	key := s.key(secret)
	var first, firstToSign string
	for request := range s.canonicalRequests(r, payload) {
		toSign := s.stringToSign(request)
		if hmac.Equal(given, sign(key, toSign)) {
			return &principal, nil
		}
		if first == "" {
			first, firstToSign = request, toSign
		}
	}
	return nil, mismatch(first, firstToSign)
}

// mismatch is the answer to a wrong signature; it helps to find what differs.
func mismatch(canonical, toSign string) *Failure {
	const text = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. " +
		"Consult the service documentation for details."
	f := refused(invalidSignature, text)
	f.Message += "\n\nThe Canonical String for this request should have been\n'" + canonical + "'\n\nThe String-to-Sign should have been\n'" + toSign + "'\n"
	return f
}

func (s *signature) checkScope(region, service string) *Failure {
	switch {
	case s.region != region:
		return refused(invalidSignature, "Credential should be scoped to a valid region, not '"+s.region+"'. ") // Unverified.
	case s.service != service:
		return refused(invalidSignature, "Credential should be scoped to correct service: '"+service+"'. ")
	default:
		return nil
	}
}

func (s *signature) checkTime(now time.Time) *Failure {
	life := tolerance
	if s.expires > 0 {
		life = s.expires
	}
	signed, at := s.time.Format(timeLayout), now.Format(timeLayout)
	switch {
	case s.time.After(now.Add(tolerance)):
		return refused(invalidSignature, "Signature not yet current: "+signed+" is still later than "+now.Add(tolerance).Format(timeLayout)+" ("+at+" + 5 min.)")
	case s.time.Before(now.Add(-life)) && s.expires > 0:
		return refused(invalidSignature, "Signature expired: "+at+" is now later than "+s.time.Add(life).Format(timeLayout)) // Unverified.
	case s.time.Before(now.Add(-life)):
		return refused(invalidSignature, "Signature expired: "+signed+" is now earlier than "+now.Add(-tolerance).Format(timeLayout)+" ("+at+" - 5 min.)")
	default:
		return nil
	}
}

// payloadHash is the last line of the canonical request. A hash that the client claims
// has to be the body's.
func payloadHash(r *http.Request, body []byte) (string, *Failure) {
	sum := sha256.Sum256(body)
	actual := hex.EncodeToString(sum[:])
	claimed := r.Header.Get("X-Amz-Content-Sha256")
	switch {
	case claimed == "", strings.EqualFold(claimed, actual):
		return actual, nil
	case claimed == unsignedPayload:
		return unsignedPayload, nil
	default:
		return "", refused(invalidSignature, "The value of the X-Amz-Content-Sha256 header is not the hash of the body.") // Unverified.
	}
}

func (s *signature) stringToSign(canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	return algorithm + "\n" + s.time.Format(timeLayout) + "\n" + s.day + "/" + s.region + "/" + s.service + "/aws4_request\n" + hex.EncodeToString(sum[:])
}

// key derives the key that a secret has on the day, for the region and the service.
func (s *signature) key(secret string) []byte {
	key := []byte("AWS4" + secret)
	for _, part := range [...]string{s.day, s.region, s.service, "aws4_request"} {
		key = sign(key, part)
	}
	return key
}

func sign(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
