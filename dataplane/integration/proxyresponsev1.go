package integration

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// DecodeProxyResponseV1 reads what a function returned in the payload format 1.0 of HTTP
// APIs: an object with a statusCode. Where headers and multiValueHeaders have a name in
// common, the latter counts. Unverified: that members which are not known are left out.
func DecodeProxyResponseV1(payload []byte) (*ProxyResponseV2, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(payload, &members); err != nil {
		return nil, err
	}
	if members["statusCode"] == nil || string(members["statusCode"]) == "null" {
		return nil, errors.New("the response has no statusCode")
	}
	status, err := decodeStatus(members["statusCode"])
	if err != nil {
		return nil, fmt.Errorf("statusCode: %w", err)
	}
	var single map[string]json.RawMessage
	var multi map[string][]json.RawMessage
	if err := errors.Join(optional(members["headers"], &single), optional(members["multiValueHeaders"], &multi)); err != nil {
		return nil, err
	}
	response := &ProxyResponseV2{Status: status, Header: http.Header{}}
	merged := headerMerge{header: response.Header, spelling: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(multi)) {
		if err := merged.add(http.CanonicalHeaderKey(name), multi[name]...); err != nil {
			return nil, fmt.Errorf("multiValueHeaders: %w", err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(single)) {
		canonical := http.CanonicalHeaderKey(name)
		if response.Header[canonical] != nil {
			continue
		}
		if err := merged.add(canonical, single[name]); err != nil {
			return nil, fmt.Errorf("headers: %w", err)
		}
	}
	if response.Header.Get("Content-Type") == "" {
		response.Header.Set("Content-Type", "text/plain;charset=UTF-8") // Unverified.
	}
	return response, response.setBody(members["body"], members["isBase64Encoded"])
}
