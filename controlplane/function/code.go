package function

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

const (
	// maxZipBytes is the largest zip that can be uploaded directly.
	maxZipBytes = 50 << 20
	// maxUnzippedBytes is the largest code with its layers; a zip from Amazon S3 is
	// not larger either.
	maxUnzippedBytes = 250 << 20
)

// artifact is code that is ready to be deployed: a package, or a directory.
type artifact struct {
	deployed.Package
	// unzipped is the size of the package's files in bytes.
	unzipped int64
	// localDir is the directory that is deployed, empty for a package.
	localDir string
}

// checkCode refuses code in a form that cannot be deployed here. It looks at
// neither files nor other services.
func (s *Service) checkCode(code *types.FunctionCode) error {
	switch {
	case code == nil:
		return invalidParameter("Please provide a source for function code.")
	case code.ImageUri != nil:
		return unsupportedImage()
	case aws.ToString(code.SourceKMSKeyArn) != "":
		return unsupported("SourceKMSKeyArn")
	case code.S3ObjectStorageMode != "" && code.S3ObjectStorageMode != types.S3ObjectStorageModeCopy:
		return unsupported("S3ObjectStorageMode " + string(code.S3ObjectStorageMode))
	case isLocal(code):
		return s.checkLocal(code)
	case code.S3Bucket != nil || code.S3Key != nil || code.S3ObjectVersion != nil:
		return s.checkObject(code)
	case code.ZipFile == nil:
		return invalidParameter("Please provide a source for function code.")
	case len(code.ZipFile) == 0:
		return invalidParameter("Uploaded file must be a non-empty zip")
	case len(code.ZipFile) > maxZipBytes:
		return userFault(http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException",
			"Zipped size must be smaller than "+strconv.Itoa(maxZipBytes)+" bytes")
	}
	return nil
}

func unsupportedImage() error {
	return invalidParameter("PackageType Image is not supported by Stagedoor: deploy the function as a zip (PackageType Zip).")
}

// useCode gets the code, which checkCode has let pass, and calls commit with it.
func (s *Service) useCode(ctx context.Context, code *types.FunctionCode, commit func(artifact) error) error {
	if isLocal(code) {
		local, err := localArtifact(code)
		if err != nil {
			return err
		}
		return commit(local)
	}
	content, err := s.zipOf(ctx, code)
	if err != nil {
		return err
	}
	examined, err := examine(content)
	if err != nil {
		return err
	}
	return s.packages.use(ctx, content, func(saved deployed.Package) error {
		return commit(artifact{Package: saved, unzipped: examined.unzipped})
	})
}

// examineCode is useCode without keeping the code.
func (s *Service) examineCode(ctx context.Context, code *types.FunctionCode) (artifact, error) {
	if isLocal(code) {
		return localArtifact(code)
	}
	content, err := s.zipOf(ctx, code)
	if err != nil {
		return artifact{}, err
	}
	return examine(content)
}

// zipOf returns the bytes of a zip that was uploaded or is in Amazon S3.
func (s *Service) zipOf(ctx context.Context, code *types.FunctionCode) ([]byte, error) {
	if code.S3Bucket != nil {
		return s.fetchObject(ctx, code)
	}
	return code.ZipFile, nil
}

// examine tells what package a zip would be, without keeping it. Whether its
// content can be used is for [Packages] to say.
func examine(content []byte) (artifact, error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return artifact{}, invalidParameter("Could not unzip uploaded file. Please check your file, then try to upload again.").WithCause(err)
	}
	sum := sha256.Sum256(content)
	examined := artifact{Package: deployed.Package{SHA256: base64.StdEncoding.EncodeToString(sum[:]), Size: int64(len(content))}}
	for _, file := range archive.File {
		// A size that is too large, if only claimed, stays too large.
		examined.unzipped = min(examined.unzipped+int64(min(file.UncompressedSize64, 2*maxUnzippedBytes)), 2*maxUnzippedBytes)
	}
	return examined, nil
}
