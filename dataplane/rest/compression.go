package rest

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

const (
	codingGzip    = "gzip"
	codingDeflate = "deflate" // the zlib format (RFC 9110, 8.4.1.2)
)

// decompression is the step that decompresses requests, for APIs with a
// minimumCompressionSize.
func (c *compiler) decompression() []step {
	if c.api.MinimumCompressionSize == nil {
		return nil
	}
	return []step{{name: "decompress request", run: decompressRequest}}
}

func decompressRequest(x *Exchange) *Failure {
	coding := strings.ToLower(strings.TrimSpace(x.Request.HTTP.Header.Get("Content-Encoding")))
	if coding == "" || coding == "identity" {
		return nil
	}
	if coding != codingGzip && coding != codingDeflate {
		// Unverified: the form of the answer.
		return &Failure{Type: types.GatewayResponseTypeUnsupportedMediaType, Reason: "Content-Encoding " + coding + " is not supported"}
	}
	compressed, failure := x.body()
	if failure != nil || len(compressed) == 0 {
		return failure
	}
	body, err := decompress(compressed, coding)
	if err != nil {
		return &Failure{Status: http.StatusBadRequest, Message: "Bad Request", ErrorType: "BadRequestException", Reason: "The request body could not be decompressed", Cause: err}
	}
	if len(body) > integration.MaxPayloadBytes {
		return requestTooLarge(nil)
	}
	// What is behind sees a request that was never compressed.
	plain := withBody(x.Request.HTTP, body)
	plain.Header = plain.Header.Clone()
	plain.Header.Del("Content-Encoding")
	plain.Header.Del("Content-Length")
	x.Request.HTTP, x.Request.body = plain, body
	x.decide(coding)
	return nil
}

// decompress reads at most one byte more than the payload limit: a few kilobytes can
// stand for gigabytes.
func decompress(data []byte, coding string) ([]byte, error) {
	var reader io.ReadCloser
	var err error
	if coding == codingGzip {
		reader, err = gzip.NewReader(bytes.NewReader(data))
	} else {
		reader, err = zlib.NewReader(bytes.NewReader(data))
	}
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(reader, integration.MaxPayloadBytes+1))
	return body, errors.Join(err, reader.Close())
}

// compression is the step that compresses responses of at least the API's
// minimumCompressionSize. Unverified: that gateway responses are not compressed.
func (c *compiler) compression() []step {
	if c.api.MinimumCompressionSize == nil {
		return nil
	}
	minimum := int(*c.api.MinimumCompressionSize)
	return []step{{name: "compress response", run: func(x *Exchange) *Failure {
		x.compressResponse(minimum)
		return nil
	}}}
}

func (x *Exchange) compressResponse(minimum int) {
	response := &x.Response
	if len(response.Body) == 0 || len(response.Body) < minimum {
		return
	}
	for name := range response.Header {
		if strings.EqualFold(name, "Content-Encoding") {
			return // the backend did
		}
	}
	coding := acceptedCoding(strings.Join(x.Request.HTTP.Header.Values("Accept-Encoding"), ","))
	if coding == "" {
		return
	}
	var b bytes.Buffer
	var writer io.WriteCloser = gzip.NewWriter(&b)
	if coding == codingDeflate {
		writer = zlib.NewWriter(&b)
	}
	if _, err := writer.Write(response.Body); err != nil || writer.Close() != nil {
		return // a buffer takes everything
	}
	response.Header["Content-Encoding"] = []string{coding}
	response.Body = b.Bytes()
	x.decide(coding)
}

// acceptedCoding returns the coding that an Accept-Encoding asks for: gzip before
// deflate when it likes both as much, "" when it likes identity more than either.
func acceptedCoding(accept string) string {
	weights := map[string]float64{}
	for part := range strings.SplitSeq(accept, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		weight := 1.0
		if text, ok := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(parameters), " ", ""), "q="); ok {
			var err error
			if weight, err = strconv.ParseFloat(text, 64); err != nil {
				weight = 0
			}
		}
		weights[strings.ToLower(strings.TrimSpace(name))] = weight
	}
	best, chosen := weights["identity"], ""
	for _, coding := range []string{codingDeflate, codingGzip} {
		weight, named := weights[coding]
		if !named {
			weight = weights["*"]
		}
		if weight > 0 && weight >= best {
			best, chosen = weight, coding
		}
	}
	return chosen
}
