package integration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// ProxyResponse is the response format of Lambda proxy integrations, decoded.
type ProxyResponse struct {
	Status int
	// Header has the names as the function wrote them; no two differ in case only.
	Header http.Header
	Body   string
	// IsBase64Encoded is what the function said of Body, which is not decoded here.
	IsBase64Encoded bool
}

// DecodeProxyResponse reads what a function returned. The error says why it is
// malformed: not an object, a member that AWS does not know (LP-23c), a member of
// the wrong type (LP-23i, LP-23j).
func DecodeProxyResponse(payload []byte) (*ProxyResponse, error) {
	// Into a map, because encoding/json would match struct members in any case.
	var members map[string]json.RawMessage
	if err := json.Unmarshal(payload, &members); err != nil {
		return nil, err
	}
	if members == nil {
		return nil, errors.New("the response is null")
	}
	response := &ProxyResponse{Status: http.StatusOK, Header: http.Header{}} // LP-23m
	var single map[string]json.RawMessage
	var multi map[string][]json.RawMessage
	for name, value := range members {
		var err error
		switch name {
		case "statusCode":
			response.Status, err = decodeStatus(value)
		case "isBase64Encoded":
			response.IsBase64Encoded, err = decodeBool(value)
		case "body":
			response.Body, _, err = decodeText(value)
		case "headers":
			err = json.Unmarshal(value, &single)
		case "multiValueHeaders":
			err = json.Unmarshal(value, &multi)
		default:
			err = errors.New("unknown member")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	merged := headerMerge{header: response.Header, spelling: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(multi)) {
		if err := merged.add(name, multi[name]...); err != nil {
			return nil, fmt.Errorf("multiValueHeaders: %w", err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(single)) {
		if err := merged.add(name, single[name]); err != nil {
			return nil, fmt.Errorf("headers: %w", err)
		}
	}
	return response, nil
}

// headerMerge puts the values of headers behind those of multiValueHeaders, whose
// spelling of a name wins (LP-23g, LP-23h).
type headerMerge struct {
	header http.Header
	// spelling has the name in header for each name in lower case.
	spelling map[string]string
}

func (m *headerMerge) add(name string, elements ...json.RawMessage) error {
	lower := strings.ToLower(name)
	for _, element := range elements {
		text, present, err := decodeText(element)
		if err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		if !present {
			continue
		}
		spelling, known := m.spelling[lower]
		if !known {
			spelling, m.spelling[lower] = name, name
		}
		m.header[spelling] = append(m.header[spelling], text)
	}
	return nil
}

// decodeText reads a scalar as text: a boolean header value becomes "true" (LP-22).
// Null is not present.
func decodeText(value json.RawMessage) (text string, present bool, err error) {
	value = bytes.TrimSpace(value)
	switch {
	case string(value) == "null":
		return "", false, nil
	case value[0] == '"':
		err = json.Unmarshal(value, &text)
		return text, true, err
	case value[0] == '{' || value[0] == '[':
		return "", false, errors.New("not a text")
	default:
		return string(value), true, nil
	}
}

func decodeBool(value json.RawMessage) (bool, error) {
	text, present, err := decodeText(value)
	if err != nil || !present {
		return false, err
	}
	switch text {
	case "true":
		return true, nil
	case "false":
		return false, nil
	default:
		return false, errors.New("not a boolean")
	}
}

// decodeStatus reads a status: an integer, or the text of one (LP-23k). Unverified:
// that statuses below 200 and above 599 are malformed.
func decodeStatus(value json.RawMessage) (int, error) {
	text, present, err := decodeText(value)
	if err != nil {
		return 0, err
	}
	if !present {
		return http.StatusOK, nil
	}
	status, err := strconv.Atoi(text)
	if number, isFloat := strconv.ParseFloat(string(value), 64); err != nil && isFloat == nil {
		// Some languages print whole numbers as 200.0.
		status = int(number)
		if float64(status) == number {
			err = nil
		}
	}
	if err != nil || status < 200 || status > 599 {
		return 0, fmt.Errorf("%q is no status", text)
	}
	return status, nil
}
