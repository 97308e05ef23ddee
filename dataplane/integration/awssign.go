package integration

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"

	"github.com/aws/smithy-go/encoding/httpbinding"
)

// s3SigningName is the service whose paths are signed as they are: others encode them
// once more.
const s3SigningName = "s3"

// signatureHeaders are those that a signature sets.
var signatureHeaders = []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token"}

// sign signs a request that is complete. Path and query go out as they are: the signer
// would sort the query.
func (a *AWS) sign(ctx context.Context, out *http.Request, body []byte) error {
	credentials, err := a.config.Services.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	for _, name := range signatureHeaders {
		delete(out.Header, name)
	}
	digest := sha256.Sum256(body)
	hash := hex.EncodeToString(digest[:])
	out.Header["X-Amz-Content-Sha256"] = []string{hash}
	signed := out.Clone(ctx)
	signingName := a.uri.Service.SigningName
	if signingName == s3SigningName {
		setCanonicalPath(signed.URL)
	}
	err = a.signer.SignHTTP(ctx, credentials, signed, hash, signingName, a.uri.Region, a.config.Services.Now())
	if err != nil {
		return err
	}
	for _, name := range signatureHeaders {
		if values := signed.Header[name]; len(values) > 0 {
			out.Header[name] = values
		}
	}
	return nil
}

// setCanonicalPath encodes the path as S3 does to check a signature, however the client
// has encoded it.
func setCanonicalPath(u *url.URL) {
	path := u.Path
	if u.Opaque != "" {
		decoded, err := url.PathUnescape(u.Opaque)
		if err != nil {
			return // S3 cannot read it either
		}
		path = decoded
	}
	// With the host, which a path that begins with two slashes would be taken for.
	u.Path, u.RawPath, u.Opaque = "", "", "//"+u.Host+httpbinding.EscapePath(path, false)
}
