package emulator

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"

	"github.com/stagedoor-dev/stagedoor/controlplane/function"
)

// objectTimeout limits the reading of one object.
const objectTimeout = time.Minute

// emptySHA256 is the SHA-256 of no content.
const emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// objects reads objects from the S3 endpoint that is configured. One GetObject, in path
// style as every S3 server knows it, does not pay for the SDK's client of S3.
type objects struct {
	upstream *upstream
	now      func() time.Time
}

// Object implements [function.Objects].
func (o *objects) Object(ctx context.Context, region, bucket, key, version string, maxBytes int64) ([]byte, error) {
	endpoint, failure := o.upstream.find("s3")
	if failure != nil {
		return nil, failure
	}
	ctx, cancel := context.WithTimeout(ctx, objectTimeout)
	defer cancel()
	request, err := o.request(ctx, endpoint, region, bucket, key, version)
	if err != nil {
		return nil, err
	}
	response, err := o.upstream.transport.RoundTrip(request)
	if err != nil {
		return nil, fmt.Errorf("read s3://%s/%s: %w", bucket, key, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, objectError(response)
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, maxBytes+1))
	if err == nil && int64(len(content)) > maxBytes {
		err = fmt.Errorf("%w: more than %d bytes", function.ErrObjectTooLarge, maxBytes)
	}
	if err != nil {
		return nil, fmt.Errorf("read s3://%s/%s: %w", bucket, key, err)
	}
	return content, nil
}

// request makes a signed request. The credentials are what local endpoints take; they
// are nobody's.
func (o *objects) request(ctx context.Context, endpoint *url.URL, region, bucket, key, version string) (*http.Request, error) {
	at := *endpoint
	at.RawPath = strings.TrimSuffix(at.EscapedPath(), "/") + "/" + url.PathEscape(bucket) + "/" + escapeKey(key)
	at.Path = strings.TrimSuffix(endpoint.Path, "/") + "/" + bucket + "/" + key
	if version != "" {
		at.RawQuery = url.Values{"versionId": {version}}.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Amz-Content-Sha256", emptySHA256)
	signer := v4.NewSigner(func(options *v4.SignerOptions) { options.DisableURIPathEscaping = true })
	err = signer.SignHTTP(ctx, aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, request, emptySHA256, "s3", region, o.now())
	return request, err
}

// escapeKey escapes a key but for its slashes.
func escapeKey(key string) string {
	segments := strings.Split(key, "/")
	for i, segment := range segments {
		segments[i] = url.PathEscape(segment)
	}
	return strings.Join(segments, "/")
}

// objectError is what the endpoint answered, with S3's code and message.
func objectError(response *http.Response) error {
	const most = 64 << 10
	var answer struct {
		Code    string `xml:"Code"`
		Message string `xml:"Message"`
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, most))
	if err != nil || xml.Unmarshal(body, &answer) != nil || answer.Code == "" {
		return &smithy.GenericAPIError{Code: "S3Error", Message: "the S3 endpoint answered " + response.Status}
	}
	return &smithy.GenericAPIError{Code: answer.Code, Message: answer.Message}
}
