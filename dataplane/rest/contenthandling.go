package rest

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// Content handling: a payload is text, or binary when its type is one of the API's
// binary media types. contentHandling asks for one or the other, and binary becomes
// text as base64.

const (
	toBinary = types.ContentHandlingStrategyConvertToBinary
	toText   = types.ContentHandlingStrategyConvertToText
)

// convertRequest applies the contentHandling of an integration to a payload.
func convertRequest(payload []byte, isBinary bool, handling types.ContentHandlingStrategy) ([]byte, *Failure) {
	switch {
	case isBinary && handling == toText:
		return encode(payload), nil
	case isBinary:
		return payload, nil
	case handling == toBinary:
		return decode(payload)
	default:
		return asText(payload), nil
	}
}

// convertResponse applies the contentHandling of an integration response. Without
// one, what the client accepts decides (wantsBinary).
func convertResponse(payload []byte, isBinary, wantsBinary bool, handling types.ContentHandlingStrategy) ([]byte, *Failure) {
	binary := handling == toBinary || handling != toText && wantsBinary
	switch {
	case isBinary && binary:
		return payload, nil
	case isBinary:
		return encode(payload), nil
	case binary:
		return decode(payload)
	default:
		return asText(payload), nil
	}
}

func encode(payload []byte) []byte { return base64.StdEncoding.AppendEncode(nil, payload) }

func decode(payload []byte) ([]byte, *Failure) {
	decoded, err := base64.StdEncoding.AppendDecode(nil, payload)
	if err != nil {
		failure := configurationError("Unable to base64 decode the body")
		failure.Cause = err
		return nil, failure
	}
	return decoded, nil
}

// asText reads bytes as UTF-8: what is none becomes U+FFFD.
func asText(payload []byte) []byte {
	if utf8.Valid(payload) {
		return payload
	}
	return bytes.ToValidUTF8(payload, []byte("\ufffd"))
}
