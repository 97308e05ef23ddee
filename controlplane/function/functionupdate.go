package function

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// UpdateFunctionCode gives $LATEST another package. Invocations that run end
// with the code they began with.
func (s *Service) UpdateFunctionCode(ctx context.Context, in *lambda.UpdateFunctionCodeInput) (*lambda.UpdateFunctionCodeOutput, error) {
	r, err := ownFunction(ctx, "UpdateFunctionCode", in.FunctionName)
	if err != nil {
		return nil, err
	}
	if in.PublishTo != "" {
		return nil, unsupported("PublishTo")
	}
	given := &types.FunctionCode{
		ImageUri: in.ImageUri, S3Bucket: in.S3Bucket, S3Key: in.S3Key, S3ObjectVersion: in.S3ObjectVersion,
		S3ObjectStorageMode: in.S3ObjectStorageMode, SourceKMSKeyArn: in.SourceKMSKeyArn, ZipFile: in.ZipFile,
	}
	if err := s.checkCode(given); err != nil {
		return nil, err
	}
	if err := s.awaitSettled(ctx, r); err != nil {
		return nil, err
	}
	change := s.newChange(in.RevisionId, in.Publish)
	deploy := func(code artifact) edit {
		return func(_ store.Tx, record *functionRecord) error {
			if err := s.checkStorage(r.scope, timesPublished(code.Size, in.Publish)-record.Config.CodeSize); err != nil {
				return err
			}
			record.setCode(code)
			if len(in.Architectures) > 0 {
				record.Config.Architectures = in.Architectures
			}
			return checkSize(record)
		}
	}
	if in.DryRun {
		code, err := s.examineCode(ctx, given)
		if err != nil {
			return nil, err
		}
		config, err := view(ctx, s, func(tx store.Tx) (*types.FunctionConfiguration, error) {
			record, err := change.preview(tx, r, deploy(code))
			if err != nil {
				return nil, err
			}
			return &record.Config, nil
		})
		return respond[lambda.UpdateFunctionCodeOutput](config, err)
	}
	var updated *types.FunctionConfiguration
	err = s.useCode(ctx, given, func(code artifact) error {
		updated, err = update(ctx, s, func(tx store.Tx) (*types.FunctionConfiguration, error) {
			return change.commit(tx, r, deploy(code))
		})
		return err
	})
	if err == nil {
		s.activateLater(r)
	}
	return respond[lambda.UpdateFunctionCodeOutput](updated, err)
}

// UpdateFunctionConfiguration changes settings of $LATEST; those that are not
// given stay.
func (s *Service) UpdateFunctionConfiguration(ctx context.Context, in *settings) (*lambda.UpdateFunctionConfigurationOutput, error) {
	r, err := ownFunction(ctx, "UpdateFunctionConfiguration", in.FunctionName)
	if err != nil {
		return nil, err
	}
	if err := s.checkSettings(in); err != nil {
		return nil, err
	}
	if err := s.awaitSettled(ctx, r); err != nil {
		return nil, err
	}
	change := s.newChange(in.RevisionId, false)
	updated, err := update(ctx, s, func(tx store.Tx) (*types.FunctionConfiguration, error) {
		return change.commit(tx, r, func(tx store.Tx, record *functionRecord) error {
			if err := apply(r.scope, &record.Config, in); err != nil {
				return err
			}
			return s.setLayers(tx, r.scope, record, in.Layers)
		})
	})
	if err == nil {
		s.activateLater(r)
	}
	return respond[lambda.UpdateFunctionConfigurationOutput](updated, err)
}

// change is a change of $LATEST: what it depends on and the ids it will have.
type change struct {
	expected     *string
	revisionID   string
	buildID      string
	lastModified string
	publication  publication
}

// newChange draws the ids before the transaction, which may run again.
func (s *Service) newChange(expectedRevision *string, wanted bool) change {
	return change{
		expected:     expectedRevision,
		revisionID:   newUUID(),
		buildID:      newUUID(),
		lastModified: s.lastModified(),
		publication:  publication{wanted: wanted, revisionID: newUUID(), buildID: newUUID()},
	}
}

// edit changes a record in a transaction.
type edit func(store.Tx, *functionRecord) error

// preview returns $LATEST as it would be after the change.
func (c change) preview(tx store.Tx, r reference, edit edit) (*functionRecord, error) {
	record, err := findFunction(tx, r)
	if err != nil {
		return nil, err
	}
	if err := checkSettled(&record.Config); err != nil {
		return nil, err
	}
	if err := checkRevision(c.expected, record.Config.RevisionId); err != nil {
		return nil, err
	}
	if err := edit(tx, record); err != nil {
		return nil, err
	}
	record.Config.LastModified = aws.String(c.lastModified)
	record.Config.RevisionId = aws.String(c.revisionID)
	record.BuildID = c.buildID
	return record, nil
}

// commit changes $LATEST and returns the configuration to answer with.
func (c change) commit(tx store.Tx, r reference, edit edit) (*types.FunctionConfiguration, error) {
	record, err := c.preview(tx, r, edit)
	if err != nil {
		return nil, err
	}
	beginUpdate(&record.Config)
	return putLatest(tx, r, *record, c.publication)
}

// checkRevision refuses a request that was made on sight of another revision.
func checkRevision(expected, current *string) error {
	if aws.ToString(expected) != "" && *expected != *current {
		return staleRevision("GetFunction/GetAlias")
	}
	return nil
}
