package function

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// maxZipBytes is the largest zip that can be uploaded directly.
const maxZipBytes = 50 << 20

// checkCode refuses code in a form that cannot be deployed here.
func checkCode(code *types.FunctionCode) error {
	switch {
	case code == nil:
		return invalidParameter("Please provide a source for function code.")
	case code.ImageUri != nil:
		return unsupportedImage()
	case code.S3Bucket != nil || code.S3Key != nil || code.S3ObjectVersion != nil || code.S3ObjectStorageMode != "":
		return unsupported("Code from Amazon S3 (S3Bucket, S3Key)")
	case code.SourceKMSKeyArn != nil && *code.SourceKMSKeyArn != "":
		return unsupported("SourceKMSKeyArn")
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

// examine tells what package a zip would be, without keeping it.
func examine(content []byte) (deployed.Package, error) {
	if _, err := zip.NewReader(bytes.NewReader(content), int64(len(content))); err != nil {
		return deployed.Package{}, invalidParameter("Could not unzip uploaded file. Please check your file, then try to upload again.").WithCause(err)
	}
	sum := sha256.Sum256(content)
	return deployed.Package{SHA256: base64.StdEncoding.EncodeToString(sum[:]), Size: int64(len(content))}, nil
}
