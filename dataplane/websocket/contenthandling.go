package websocket

import (
	"encoding/base64"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

// Messages are text. A contentHandlingStrategy makes bytes of base64 for a backend, and
// base64 of the bytes that a backend answers.

const reasonNoBase64 = "Execution failed due to configuration error: Unable to base64 decode the body"

// convertsRequest tells whether an integration wants bytes.
func convertsRequest(i *types.Integration) bool {
	return i.ContentHandlingStrategy == types.ContentHandlingStrategyConvertToBinary
}

// convertRequest compiles the step that makes bytes of what the mapping made; none where
// that is not asked for.
func convertRequest(i *types.Integration) []step {
	if !convertsRequest(i) {
		return nil
	}
	return []step{{name: "content handling of the request", run: func(x *Exchange) *failure {
		decoded, err := base64.StdEncoding.AppendDecode(nil, x.request.body)
		if err != nil {
			return internal(reasonNoBase64, err)
		}
		x.request.body = decoded
		return nil
	}}}
}

// convertResponse applies the strategy of an integration response to what the backend
// answered. Unverified: which answers AWS takes for bytes.
func convertResponse(x *Exchange, strategy types.ContentHandlingStrategy) *failure {
	response := x.response
	switch {
	case strategy == types.ContentHandlingStrategyConvertToText && isBinary(response.Header, response.Body):
		response.Body = base64.StdEncoding.AppendEncode(nil, response.Body)
	case strategy == types.ContentHandlingStrategyConvertToBinary && !isBinary(response.Header, response.Body):
		decoded, err := base64.StdEncoding.AppendDecode(nil, response.Body)
		if err != nil {
			return internal(reasonNoBase64, err)
		}
		response.Body = decoded
	}
	return nil
}

// isBinary tells whether a body is no text, by its type or by itself.
func isBinary(header http.Header, body []byte) bool {
	mediaType, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	kind, _, _ := strings.Cut(mediaType, "/")
	switch {
	case kind == "image", kind == "audio", kind == "video", kind == "font", mediaType == "application/octet-stream":
		return true
	}
	return !utf8.Valid(body)
}
