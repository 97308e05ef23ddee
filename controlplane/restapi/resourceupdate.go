package restapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// resourceEdit is an update of a resource under way: where it is to stand.
type resourceEdit struct {
	root               bool
	parentID, pathPart string
	// hasResource looks an id up in the API.
	hasResource func(id string) error
}

var resourcePatches = patchTable[resourceEdit]{
	refuse: refuseWithPaths[resourceEdit],
	rules: []patchRule[resourceEdit]{ // in the order of RM-09
		{path: "/parentId", replace: replaceParent},
		{path: "/pathPart", replace: replacePathPart},
	},
}

func replaceParent(edit *resourceEdit, p patch) error {
	if edit.root {
		return errMoveRoot
	}
	edit.parentID = p.text()
	return edit.hasResource(edit.parentID)
}

func replacePathPart(edit *resourceEdit, p patch) error {
	if edit.root {
		return errRenameRoot
	}
	edit.pathPart = p.text()
	return nil
}

// UpdateResource renames a resource or moves it below another one; the paths of
// all below it change with it.
func (s *Service) UpdateResource(ctx context.Context, in *apigateway.UpdateResourceInput) (*apigateway.UpdateResourceOutput, error) {
	return wire.Respond[apigateway.UpdateResourceOutput](update(ctx, s, func(tx store.Tx) (*types.Resource, error) {
		resource, err := updateResource(tx, scopeOf(ctx), *in.RestApiId, *in.ResourceId, in.PatchOperations)
		if err != nil {
			return nil, err
		}
		return shownResource(resource, nil), nil
	}))
}

func updateResource(tx store.Tx, scope store.Scope, apiID, id string, operations []types.PatchOperation) (*types.Resource, error) {
	resource, err := findResource(tx, scope, apiID, id)
	if err != nil {
		return nil, err
	}
	edit := resourceEdit{
		root:     isRoot(resource),
		parentID: aws.ToString(resource.ParentId),
		pathPart: aws.ToString(resource.PathPart),
		hasResource: func(id string) error {
			_, err := findResource(tx, scope, apiID, id)
			return err
		},
	}
	if err := resourcePatches.apply(&edit, operations); err != nil {
		return nil, err
	}
	if edit.parentID == aws.ToString(resource.ParentId) && edit.pathPart == aws.ToString(resource.PathPart) {
		return resource, nil
	}
	return moveResource(tx, scope, apiID, resource, edit.parentID, edit.pathPart)
}

// moveResource gives a resource another place, if the rules allow it there.
func moveResource(tx store.Tx, scope store.Scope, apiID string, resource *types.Resource, parentID, pathPart string) (*types.Resource, error) {
	if err := checkAcyclic(tx, scope, apiID, *resource.Id, parentID); err != nil {
		return nil, err
	}
	parent, err := findResource(tx, scope, apiID, parentID)
	if err != nil {
		return nil, err
	}
	if err := checkChild(parent, pathPart); err != nil {
		return nil, err
	}
	if err := checkSiblings(tx, scope, apiID, parentID, pathPart, *resource.Id); err != nil {
		return nil, err
	}
	moved, err := subtree(tx, scope, apiID, *resource.Id)
	if err != nil {
		return nil, err
	}
	if isGreedy(pathPart) && len(moved) > 1 {
		return nil, errBelowGreedy(pathPart)
	}
	if err := children.Delete(tx, scope, apiID, *resource.ParentId, childSlot(*resource.PathPart)); err != nil {
		return nil, err
	}
	top := moved[0]
	top.ParentId, top.PathPart = aws.String(parentID), aws.String(pathPart)
	paths := map[string]string{parentID: *parent.Path}
	for _, r := range moved {
		r.Path = aws.String(joinPath(paths[*r.ParentId], *r.PathPart))
		paths[*r.Id] = *r.Path
		if err := putResource(tx, scope, apiID, r); err != nil {
			return nil, err
		}
	}
	return top, nil
}

// checkAcyclic walks from the new parent up to the root, which must not lead
// through the resource itself (RM-15).
func checkAcyclic(tx store.Tx, scope store.Scope, apiID, id, parentID string) error {
	for above := parentID; ; {
		if above == id {
			return errCyclic
		}
		resource, err := findResource(tx, scope, apiID, above)
		if err != nil {
			return err
		}
		if isRoot(resource) {
			return nil
		}
		above = *resource.ParentId
	}
}
