package integration

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// ProxyResponseV2 is what a function returned in the payload format 2.0, decoded.
type ProxyResponseV2 struct {
	Status int
	// Header has canonical names; it has a Content-Type in any case.
	Header http.Header
	// Body is decoded: no base64 any more.
	Body []byte
	// Cookies are the values of set-cookie headers.
	Cookies []string
}

// DecodeProxyResponseV2 reads what a function returned. An object with a statusCode is
// a response; everything else that is JSON is the body of one with status 200.
func DecodeProxyResponseV2(payload []byte) (*ProxyResponseV2, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(payload, &members); err != nil || members["statusCode"] == nil {
		return inferredResponse(payload)
	}
	status, err := decodeStatus(members["statusCode"])
	if err != nil {
		return nil, fmt.Errorf("statusCode: %w", err)
	}
	response := &ProxyResponseV2{Status: status, Header: http.Header{}}
	var headers map[string]json.RawMessage
	var cookies []string
	if err := errors.Join(optional(members["headers"], &headers), optional(members["cookies"], &cookies)); err != nil {
		return nil, err
	}
	response.Cookies = cookies
	merged := headerMerge{header: response.Header, spelling: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if err := merged.add(http.CanonicalHeaderKey(name), headers[name]); err != nil {
			return nil, fmt.Errorf("headers: %w", err)
		}
	}
	if response.Header.Get("Content-Type") == "" {
		response.Header.Set("Content-Type", "text/plain;charset=UTF-8") // Unverified.
	}
	return response, response.setBody(members["body"], members["isBase64Encoded"])
}

// inferredResponse is the response of a function that returned only a body.
func inferredResponse(payload []byte) (*ProxyResponseV2, error) {
	if !json.Valid(payload) {
		return nil, errors.New("the response is not JSON")
	}
	response := &ProxyResponseV2{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: payload}
	var text string
	if json.Unmarshal(payload, &text) == nil && payload[0] == '"' {
		response.Body = []byte(text)
	}
	return response, nil
}

func (r *ProxyResponseV2) setBody(body, isBase64Encoded json.RawMessage) error {
	if body == nil {
		return nil
	}
	text, _, err := decodeText(body)
	if err != nil {
		return fmt.Errorf("body: %w", err)
	}
	encoded := false
	if isBase64Encoded != nil {
		if encoded, err = decodeBool(isBase64Encoded); err != nil {
			return fmt.Errorf("isBase64Encoded: %w", err)
		}
	}
	r.Body = []byte(text)
	if encoded {
		if r.Body, err = base64.StdEncoding.DecodeString(text); err != nil {
			return fmt.Errorf("body: %w", err)
		}
	}
	return nil
}

// optional decodes a member that may be missing.
func optional(value json.RawMessage, to any) error {
	if value == nil {
		return nil
	}
	return json.Unmarshal(value, to)
}
