package function

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// layerRecord outlives the versions of a layer: their numbers are not reused.
type layerRecord struct {
	LastVersion int64
}

// layerVersionRecord is a version of a layer, which never changes.
type layerVersionRecord struct {
	Version                 int64
	Description             *string
	CreatedDate             *string
	LicenseInfo             *string
	CompatibleRuntimes      []types.Runtime
	CompatibleArchitectures []types.Architecture
	CodeSHA256              string
	CodeSize                int64
	UnzippedSize            int64
}

// PublishLayerVersion saves a zip as a new version of a layer, which comes into
// being with its first version.
func (s *Service) PublishLayerVersion(ctx context.Context, in *lambda.PublishLayerVersionInput) (*lambda.PublishLayerVersionOutput, error) {
	r, err := ownLayer(ctx, "PublishLayerVersion", in.LayerName)
	if err != nil {
		return nil, err
	}
	content, err := s.layerContent(in.Content)
	if err != nil {
		return nil, err
	}
	for _, runtime := range in.CompatibleRuntimes {
		if err := checkRuntimeKnown("compatibleRuntimes", runtime); err != nil {
			return nil, err
		}
	}
	record := layerVersionRecord{
		Description: aws.String(aws.ToString(in.Description)), CreatedDate: aws.String(s.lastModified()), LicenseInfo: in.LicenseInfo,
		CompatibleRuntimes: in.CompatibleRuntimes, CompatibleArchitectures: in.CompatibleArchitectures,
	}
	err = s.useCode(ctx, content, func(code artifact) error {
		if code.unzipped > maxUnzippedBytes {
			return tooLargeUnzipped()
		}
		if err := s.checkStorage(r.scope, code.Size); err != nil {
			return err
		}
		record.CodeSHA256, record.CodeSize, record.UnzippedSize = code.SHA256, code.Size, code.unzipped
		return s.store.Update(ctx, func(tx store.Tx) error {
			layer, err := findOrNil(tx, layers, r.scope, r.name)
			if err != nil {
				return err
			}
			if layer == nil {
				layer = new(layerRecord)
			}
			layer.LastVersion++
			r.version, record.Version = layer.LastVersion, layer.LastVersion
			if err := layers.Put(tx, r.scope, layer, r.name); err != nil {
				return err
			}
			return layerVersions.Put(tx, r.scope, &record, r.name, r.number())
		})
	})
	if err != nil {
		return nil, err
	}
	return respond[lambda.PublishLayerVersionOutput](s.layerVersion(r, &record), nil)
}

// layerContent is the zip of a layer as code, to be used like a function's.
func (s *Service) layerContent(given *types.LayerVersionContentInput) (*types.FunctionCode, error) {
	if given == nil {
		return nil, invalidParameter("Please provide a source for layer content.") // Unverified: the wording.
	}
	code := &types.FunctionCode{
		ZipFile: given.ZipFile, S3Bucket: given.S3Bucket, S3Key: given.S3Key, S3ObjectVersion: given.S3ObjectVersion,
		S3ObjectStorageMode: given.S3ObjectStorageMode,
	}
	if isLocal(code) {
		return nil, unsupported("A layer from a local directory (S3Bucket " + hotReload + ")")
	}
	return code, s.checkCode(code)
}

func tooLargeUnzipped() *wire.Error {
	return invalidParameter(fmt.Sprintf("Unzipped size must be smaller than %d bytes", maxUnzippedBytes))
}

// layerVersion is a layer version as the API shows it.
func (s *Service) layerVersion(r layerReference, record *layerVersionRecord) *lambda.GetLayerVersionOutput {
	out := new(lambda.GetLayerVersionOutput)
	wire.Copy(out, record)
	out.LayerArn, out.LayerVersionArn = aws.String(r.arn()), aws.String(r.versionARN())
	out.Content = &types.LayerVersionContentOutput{CodeSha256: &record.CodeSHA256, CodeSize: record.CodeSize}
	if s.codeURL != nil {
		out.Content.Location = aws.String(s.codeURL(record.CodeSHA256))
	}
	return out
}

// GetLayerVersion returns a version of a layer. That of another account has to
// permit it.
func (s *Service) GetLayerVersion(ctx context.Context, in *lambda.GetLayerVersionInput) (*lambda.GetLayerVersionOutput, error) {
	r, err := resolveLayer(ctx, in.LayerName)
	if err != nil {
		return nil, err
	}
	if r, err = r.withVersion(in.VersionNumber); err != nil {
		return nil, err
	}
	return s.getLayerVersion(ctx, r)
}

// GetLayerVersionByArn returns the version of a layer that an ARN names.
func (s *Service) GetLayerVersionByArn(ctx context.Context, in *lambda.GetLayerVersionByArnInput) (*lambda.GetLayerVersionByArnOutput, error) {
	r, ok := parseLayerARN(aws.ToString(in.Arn))
	if !ok || r.version == 0 {
		return nil, violation("arn", aws.ToString(in.Arn),
			`Member must satisfy regular expression pattern: arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+`)
	}
	if _, err := resolveLayer(ctx, aws.String(r.arn())); err != nil { // the region
		return nil, err
	}
	found, err := s.getLayerVersion(ctx, r)
	return respond[lambda.GetLayerVersionByArnOutput](found, err)
}

func (s *Service) getLayerVersion(ctx context.Context, r layerReference) (*lambda.GetLayerVersionOutput, error) {
	return view(ctx, s, func(tx store.Tx) (*lambda.GetLayerVersionOutput, error) {
		record, err := s.readLayer(tx, scopeOf(ctx).Account, r)
		if err != nil {
			return nil, err
		}
		if record == nil {
			return nil, layerNotFound()
		}
		return s.layerVersion(r, record), nil
	})
}

func layerNotFound() *wire.Error { return resourceNotFound() }

// DeleteLayerVersion deletes a version of a layer; it is no error when there is
// none. Functions that have it keep it.
func (s *Service) DeleteLayerVersion(ctx context.Context, in *lambda.DeleteLayerVersionInput) (*lambda.DeleteLayerVersionOutput, error) {
	r, err := ownLayerVersion(ctx, "DeleteLayerVersion", in.LayerName, in.VersionNumber)
	if err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx store.Tx) (*lambda.DeleteLayerVersionOutput, error) {
		if err := layerVersions.Delete(tx, r.scope, r.name, r.number()); err != nil {
			return nil, err
		}
		return &lambda.DeleteLayerVersionOutput{}, layerPolicies.Delete(tx, r.scope, r.name, r.number())
	})
}

// readLayer reads a layer version for an account, nil when there is none. The
// owner may always; to others a version that they may not read is as one that is
// not there.
func (s *Service) readLayer(tx store.Tx, account string, r layerReference) (*layerVersionRecord, error) {
	record, err := findOrNil(tx, layerVersions, r.scope, r.name, r.number())
	if err != nil || r.scope.Account == account {
		return record, err
	}
	denied := accessDenied(rootOf(account), getLayerAction, r.versionARN())
	if record == nil {
		return nil, denied
	}
	if !s.permissions {
		return record, nil
	}
	policy, err := findOrNil(tx, layerPolicies, r.scope, r.name, r.number())
	if err != nil {
		return nil, err
	}
	if policy == nil || !policy.allows(account) {
		return nil, denied
	}
	return record, nil
}
