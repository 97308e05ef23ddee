package restapi

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	// errNoPart also answers an unknown API id (DO-07, DO-08, MI-11).
	errNoPart        = wire.NotFound("Invalid Documentation part identifier specified")
	errPartContent   = wire.BadRequest("Invalid documentation part properties specified. The properties must be a JSON object")                                                  // Unverified: the wording.
	errTooManyParts  = wire.LimitExceeded("Maximum number of Documentation parts for this API has been reached. Please contact AWS if you need additional Documentation parts.") // Unverified: the wording.
	errPartsLocation = wire.BadRequest("Invalid documentation part location specified. The location must have a type")                                                           // Unverified: the wording.
)

var documentationPartPatches = patchTable[types.DocumentationPart]{
	refuse: refuseWithPaths[types.DocumentationPart], // DO-10, DO-11
	rules: []patchRule[types.DocumentationPart]{
		{path: "/properties", replace: setText(func(p *types.DocumentationPart) **string { return &p.Properties })},
	},
}

func findPart(tx store.Tx, scope store.Scope, apiID, id string) (*types.DocumentationPart, error) {
	return store.Find(tx, documentationParts, scope, errNoPart, apiID, id)
}

// checkPart holds the rules for a part that need no state, and fills in its path.
// What the properties say is not checked (DO-19).
func checkPart(part *types.DocumentationPart) error {
	if err := settleLocation(part.Location); err != nil {
		return err
	}
	if !isJSONObject(aws.ToString(part.Properties)) {
		return errPartContent
	}
	return nil
}

// createPart stores a new part, where there is none for its location.
func (s *Service) createPart(tx store.Tx, scope store.Scope, apiID string, part *types.DocumentationPart) error {
	number := 0
	for other, err := range documentationParts.All(tx, scope, "", apiID) {
		if err != nil {
			return err
		}
		if locationKey(other.Value.Location) == locationKey(part.Location) {
			return errPartExists(part.Location)
		}
		number++
	}
	if number >= s.limits.DocumentationPartsPerAPI {
		return errTooManyParts
	}
	return documentationParts.Put(tx, scope, part, apiID, *part.Id)
}

// errPartExists is the error for a location that has a part. Unverified: the wording.
func errPartExists(location *types.DocumentationPartLocation) error {
	text := func(s *string) string {
		if s == nil {
			return "null"
		}
		return *s
	}
	return wire.Conflict(fmt.Sprintf("Documentation part already exists for the specified location: type '%s', name '%s', method '%s', path '%s', statusCode '%s'.",
		location.Type, text(location.Name), text(location.Method), text(location.Path), text(location.StatusCode)))
}

// CreateDocumentationPart documents a part of an API.
func (s *Service) CreateDocumentationPart(ctx context.Context, in *apigateway.CreateDocumentationPartInput) (*apigateway.CreateDocumentationPartOutput, error) {
	scope := scopeOf(ctx)
	location := *in.Location
	part := &types.DocumentationPart{Id: aws.String(newPartID()), Location: &location, Properties: in.Properties}
	return wire.Respond[apigateway.CreateDocumentationPartOutput](update(ctx, s, func(tx store.Tx) (*types.DocumentationPart, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err // DO-05
		}
		if err := checkPart(part); err != nil {
			return nil, err
		}
		return part, s.createPart(tx, scope, *in.RestApiId, part)
	}))
}

// GetDocumentationPart returns a part.
func (s *Service) GetDocumentationPart(ctx context.Context, in *apigateway.GetDocumentationPartInput) (*apigateway.GetDocumentationPartOutput, error) {
	return wire.Respond[apigateway.GetDocumentationPartOutput](view(ctx, s, func(tx store.Tx) (*types.DocumentationPart, error) {
		return findPart(tx, scopeOf(ctx), *in.RestApiId, *in.DocumentationPartId)
	}))
}

// GetDocumentationParts lists the parts of an API in order of id: all, or those of a
// type, a path, or whose name contains a text. Undocumented, it lists the locations
// that have no part, without an id.
func (s *Service) GetDocumentationParts(ctx context.Context, in *apigateway.GetDocumentationPartsInput) (*apigateway.GetDocumentationPartsOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	wanted := func(part *types.DocumentationPart) bool {
		location := part.Location
		return (in.Type == "" || location.Type == in.Type) &&
			(aws.ToString(in.Path) == "" || aws.ToString(location.Path) == *in.Path) &&
			strings.Contains(aws.ToString(location.Name), aws.ToString(in.NameQuery))
	}
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetDocumentationPartsOutput, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err // DO-06
		}
		parts := documentationParts.All(tx, scope, page.After, *in.RestApiId)
		if in.LocationStatus == types.LocationStatusTypeUndocumented {
			if parts, err = undocumentedParts(tx, scope, *in.RestApiId, page.After); err != nil {
				return nil, err
			}
		}
		items, next, err := store.Take(page, store.Filtered(parts, wanted))
		if err != nil {
			return nil, err
		}
		return &apigateway.GetDocumentationPartsOutput{Items: items, Position: next}, nil
	})
}

// UpdateDocumentationPart changes what a part says.
func (s *Service) UpdateDocumentationPart(ctx context.Context, in *apigateway.UpdateDocumentationPartInput) (*apigateway.UpdateDocumentationPartOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.UpdateDocumentationPartOutput](update(ctx, s, func(tx store.Tx) (*types.DocumentationPart, error) {
		part, err := findPart(tx, scope, *in.RestApiId, *in.DocumentationPartId)
		if err != nil {
			return nil, err
		}
		if err := documentationPartPatches.apply(part, in.PatchOperations); err != nil {
			return nil, err
		}
		if err := checkPart(part); err != nil {
			return nil, err
		}
		return part, documentationParts.Put(tx, scope, part, *in.RestApiId, *part.Id)
	}))
}

// DeleteDocumentationPart deletes a part. Here an unknown API is reported as such (DO-09).
func (s *Service) DeleteDocumentationPart(ctx context.Context, in *apigateway.DeleteDocumentationPartInput) (*apigateway.DeleteDocumentationPartOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteDocumentationPartOutput, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		if _, err := findPart(tx, scope, *in.RestApiId, *in.DocumentationPartId); err != nil {
			return nil, err
		}
		return &apigateway.DeleteDocumentationPartOutput{}, documentationParts.Delete(tx, scope, *in.RestApiId, *in.DocumentationPartId)
	})
}
