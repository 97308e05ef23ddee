package restapi

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	errNoVersion     = wire.NotFound("Invalid Documentation version specified")   // seen in public reports
	errVersionExists = wire.Conflict("Documentation version already exists")      // Unverified: the wording.
	errVersionName   = wire.BadRequest("Documentation version must be non-empty") // Unverified: the wording.
)

var documentationVersionPatches = patchTable[types.DocumentationVersion]{
	refuse: refuseWithPaths[types.DocumentationVersion],
	rules: []patchRule[types.DocumentationVersion]{
		{path: "/description", replace: setText(func(v *types.DocumentationVersion) **string { return &v.Description })},
	},
}

func findVersion(tx store.Tx, scope store.Scope, apiID, name string) (*types.DocumentationVersion, error) {
	return store.Find(tx, documentationVersions, scope, errNoVersion, apiID, name)
}

// frozenPartsRecord is what a documentation version froze: parts in their wire JSON.
type frozenPartsRecord struct {
	Parts []json.RawMessage `json:"parts"`
}

func freezeParts(tx store.Tx, scope store.Scope, apiID string) (*frozenPartsRecord, error) {
	parts, err := store.Collect(documentationParts.All(tx, scope, "", apiID))
	if err != nil {
		return nil, err
	}
	encoded, err := marshalParts("documentation part", parts)
	return &frozenPartsRecord{Parts: encoded}, err
}

// CreateDocumentationVersion freezes the documentation parts of an API, and with a
// stage name lets that stage show them.
func (s *Service) CreateDocumentationVersion(
	ctx context.Context, in *apigateway.CreateDocumentationVersionInput,
) (*apigateway.CreateDocumentationVersionOutput, error) {
	name := *in.DocumentationVersion
	if name == "" {
		return nil, errVersionName
	}
	version := &types.DocumentationVersion{Version: &name, CreatedDate: s.timestamp(), Description: nonEmpty(aws.ToString(in.Description))}
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.CreateDocumentationVersionOutput](update(ctx, s, func(tx store.Tx) (*types.DocumentationVersion, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		taken, err := store.Exists(tx, documentationVersions, scope, *in.RestApiId, name)
		if err != nil {
			return nil, err
		}
		if taken {
			return nil, errVersionExists
		}
		frozen, err := freezeParts(tx, scope, *in.RestApiId)
		if err != nil {
			return nil, err
		}
		if err := frozenParts.Put(tx, scope, frozen, *in.RestApiId, name); err != nil {
			return nil, err
		}
		if stageName := aws.ToString(in.StageName); stageName != "" {
			stage, err := findStage(tx, scope, *in.RestApiId, stageName)
			if err != nil {
				return nil, err
			}
			stage.DocumentationVersion, stage.LastUpdatedDate = &name, version.CreatedDate
			if err := stages.Put(tx, scope, stage, *in.RestApiId, stageName); err != nil {
				return nil, err
			}
		}
		return version, documentationVersions.Put(tx, scope, version, *in.RestApiId, name)
	}))
}

// GetDocumentationVersion returns a version.
func (s *Service) GetDocumentationVersion(ctx context.Context, in *apigateway.GetDocumentationVersionInput) (*apigateway.GetDocumentationVersionOutput, error) {
	return wire.Respond[apigateway.GetDocumentationVersionOutput](view(ctx, s, func(tx store.Tx) (*types.DocumentationVersion, error) {
		return findVersion(tx, scopeOf(ctx), *in.RestApiId, *in.DocumentationVersion)
	}))
}

// GetDocumentationVersions lists the versions of an API in order of name.
func (s *Service) GetDocumentationVersions(
	ctx context.Context, in *apigateway.GetDocumentationVersionsInput,
) (*apigateway.GetDocumentationVersionsOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetDocumentationVersionsOutput, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		items, next, err := store.Take(page, documentationVersions.All(tx, scope, page.After, *in.RestApiId))
		if err != nil {
			return nil, err
		}
		return &apigateway.GetDocumentationVersionsOutput{Items: items, Position: next}, nil
	})
}

// UpdateDocumentationVersion changes the description of a version.
func (s *Service) UpdateDocumentationVersion(
	ctx context.Context, in *apigateway.UpdateDocumentationVersionInput,
) (*apigateway.UpdateDocumentationVersionOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.UpdateDocumentationVersionOutput](update(ctx, s, func(tx store.Tx) (*types.DocumentationVersion, error) {
		version, err := findVersion(tx, scope, *in.RestApiId, *in.DocumentationVersion)
		if err != nil {
			return nil, err
		}
		if err := documentationVersionPatches.apply(version, in.PatchOperations); err != nil {
			return nil, err
		}
		return version, documentationVersions.Put(tx, scope, version, *in.RestApiId, *version.Version)
	}))
}

// DeleteDocumentationVersion deletes a version with what it froze.
func (s *Service) DeleteDocumentationVersion(
	ctx context.Context, in *apigateway.DeleteDocumentationVersionInput,
) (*apigateway.DeleteDocumentationVersionOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteDocumentationVersionOutput, error) {
		version, err := findVersion(tx, scope, *in.RestApiId, *in.DocumentationVersion)
		if err != nil {
			return nil, err
		}
		if err := frozenParts.Delete(tx, scope, *in.RestApiId, *version.Version); err != nil {
			return nil, err
		}
		return &apigateway.DeleteDocumentationVersionOutput{}, documentationVersions.Delete(tx, scope, *in.RestApiId, *version.Version)
	})
}
