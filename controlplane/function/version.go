package function

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// publication says whether a version is to be published, and with what.
type publication struct {
	wanted      bool
	description *string
	revisionID  string
	buildID     string
}

// PublishVersion makes a version of $LATEST that no longer changes. When neither
// code nor configuration has changed since the latest version, that is the answer.
func (s *Service) PublishVersion(ctx context.Context, in *lambda.PublishVersionInput) (*lambda.PublishVersionOutput, error) {
	r, err := ownFunction(ctx, "PublishVersion", in.FunctionName)
	if err != nil {
		return nil, err
	}
	if in.PublishTo != "" {
		return nil, unsupported("PublishTo")
	}
	if err := s.awaitSettled(ctx, r); err != nil {
		return nil, err
	}
	p := publication{description: in.Description, revisionID: newUUID(), buildID: newUUID()}
	config, err := update(ctx, s, func(tx store.Tx) (*types.FunctionConfiguration, error) {
		record, err := findFunction(tx, r)
		if err != nil {
			return nil, err
		}
		if err := checkSettled(&record.Config); err != nil {
			return nil, err
		}
		if err := checkRevision(in.RevisionId, record.Config.RevisionId); err != nil {
			return nil, err
		}
		if wanted, current := aws.ToString(in.CodeSha256), *record.Config.CodeSha256; wanted != "" && wanted != current {
			return nil, invalidParameter(fmt.Sprintf("CodeSHA256 (%s) is different from current CodeSHA256 in $LATEST (%s). "+
				"Please try again with the CodeSHA256 in $LATEST.", wanted, current))
		}
		version, err := publish(tx, r, record, p)
		if err != nil {
			return nil, err
		}
		if *version.Config.RevisionId == p.revisionID { // a new one
			if err := s.checkStorage(r.scope, version.Config.CodeSize); err != nil {
				return nil, err
			}
		}
		return &version.Config, nil
	})
	return respond[lambda.PublishVersionOutput](config, err)
}

// publish returns the version of from, $LATEST: the last one when that is the
// same, else a new one.
func publish(tx store.Tx, r reference, from *functionRecord, p publication) (*functionRecord, error) {
	counter, err := findOrNil(tx, counters, r.scope, r.name)
	if err != nil {
		return nil, err
	}
	if counter == nil {
		counter = new(counterRecord)
	}
	last, err := findOrNil(tx, versions, r.scope, r.name, counter.number())
	if err != nil || last != nil && last.PublishedFrom == from.BuildID {
		return last, err
	}
	counter.LastVersion++
	number := counter.number()
	version := &functionRecord{Config: from.Config, BuildID: p.buildID, PublishedFrom: from.BuildID}
	version.UnzippedSize, version.LocalDir, version.Layers = from.UnzippedSize, from.LocalDir, from.Layers
	version.Config.Version = &number
	version.Config.SnapStart = ofVersion(from.Config.SnapStart)
	version.Config.FunctionArn = aws.String(r.arn() + ":" + number)
	version.Config.RevisionId = aws.String(p.revisionID)
	if aws.ToString(p.description) != "" {
		version.Config.Description = p.description
	}
	return version, errors.Join(
		counters.Put(tx, r.scope, counter, r.name),
		versions.Put(tx, r.scope, version, r.name, number),
	)
}
