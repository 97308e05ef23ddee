package function

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// Objects reads objects from the configured Amazon S3 endpoint. It is safe for
// concurrent use.
type Objects interface {
	// Object returns an object of the given region, version "" for the latest. What
	// the endpoint answers is an error that is a smithy.APIError, for instance with
	// the code NoSuchKey. More than maxBytes is an error that matches ErrObjectTooLarge.
	Object(ctx context.Context, region, bucket, key, version string, maxBytes int64) ([]byte, error)
}

// ErrObjectTooLarge is what [Objects] say of an object that is larger than was asked for.
var ErrObjectTooLarge = errors.New("function: the object is too large")

// hotReload is the bucket whose keys are directories of this machine; code
// deployed from it is not copied, but run where it is.
const hotReload = "hot-reload"

// isLocal tells whether code is a directory of this machine.
func isLocal(code *types.FunctionCode) bool { return aws.ToString(code.S3Bucket) == hotReload }

func (s *Service) checkLocal(code *types.FunctionCode) error {
	if !s.localDirs {
		return unsupported("Code from a local directory (S3Bucket " + hotReload + ")")
	}
	switch {
	case len(code.ZipFile) > 0:
		return zipAndObject()
	case code.S3ObjectVersion != nil:
		return unsupported("S3ObjectVersion with S3Bucket " + hotReload)
	case !filepath.IsAbs(aws.ToString(code.S3Key)):
		return invalidParameter("With S3Bucket " + hotReload + " the S3Key is the absolute path of a directory on this machine, not: " + aws.ToString(code.S3Key))
	}
	return nil
}

// localArtifact is the directory that code names. Its CodeSha256 is that of the
// path: it does not change with the files, so that Terraform plans nothing.
func localArtifact(code *types.FunctionCode) (artifact, error) {
	dir := filepath.Clean(*code.S3Key)
	info, err := os.Stat(dir)
	if err != nil {
		return artifact{}, invalidParameter("The directory " + dir + " (S3Bucket " + hotReload + ") cannot be read.").WithCause(err)
	}
	if !info.IsDir() {
		return artifact{}, invalidParameter("The path " + dir + " (S3Bucket " + hotReload + ") is no directory.")
	}
	sum := sha256.Sum256([]byte(hotReload + ":" + dir))
	return artifact{Package: deployed.Package{SHA256: base64.StdEncoding.EncodeToString(sum[:])}, localDir: dir}, nil
}

// localURL is the Code.Location of a directory.
func localURL(dir string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(dir)}).String()
}

func (s *Service) checkObject(code *types.FunctionCode) error {
	switch {
	case len(code.ZipFile) > 0:
		return zipAndObject()
	case aws.ToString(code.S3Bucket) == "" || aws.ToString(code.S3Key) == "":
		return invalidParameter("Please provide a source for function code.")
	case s.objects == nil:
		return invalidParameter("Code from Amazon S3 (S3Bucket, S3Key) needs an endpoint to read it from: set AWS_ENDPOINT_URL_S3 for Stagedoor.")
	}
	return nil
}

func zipAndObject() error {
	return invalidParameter("Please do not provide other FunctionCode parameters when providing a ZipFile.")
}

// fetchObject reads a zip from Amazon S3. Unverified: the wording for codes other
// than NoSuchKey and NoSuchBucket.
func (s *Service) fetchObject(ctx context.Context, code *types.FunctionCode) ([]byte, error) {
	content, err := s.objects.Object(ctx, scopeOf(ctx).Region, *code.S3Bucket, *code.S3Key, aws.ToString(code.S3ObjectVersion), maxUnzippedBytes)
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return nil, invalidParameter(fmt.Sprintf("Error occurred while GetObject. S3 Error Code: %s. S3 Error Message: %s",
			api.ErrorCode(), api.ErrorMessage())).WithCause(err)
	}
	if errors.Is(err, ErrObjectTooLarge) {
		return nil, tooLargeUnzipped().WithCause(err)
	}
	if err != nil {
		return nil, fmt.Errorf("read code from S3: %w", err)
	}
	if len(content) == 0 {
		return nil, invalidParameter("Uploaded file must be a non-empty zip")
	}
	return content, nil
}
