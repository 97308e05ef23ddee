package restapi

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	// errNoResource also answers an unknown API id, because a resource is looked up
	// by both ids at once (RM-30, IN-11, MI-08).
	errNoResource = wire.NotFound("Invalid Resource identifier specified")

	errTooManyResources = wire.LimitExceeded("Maximum number of Resources for this API has been reached. Please contact AWS if you need additional Resources.")
	errDeleteRoot       = wire.BadRequest("Root resource cannot be deleted.")          // Unverified: the wording.
	errMoveRoot         = wire.BadRequest("Root resource cannot update its parentId.") // RM-18
	errRenameRoot       = wire.BadRequest("Root resource cannot update its pathPart.") // RM-17
	errCyclic           = wire.BadRequest("Resources cannot be cyclical.")             // RM-15
	errNoPathPart       = wire.BadRequest("Resource's path part must be specified")    // seen in public reports
)

// embedMethods is the value of the embed parameter that asks for methods.
const embedMethods = "methods"

func findResource(tx store.Tx, scope store.Scope, apiID, id string) (*types.Resource, error) {
	return store.Find(tx, resources, scope, errNoResource, apiID, id)
}

// isRoot: the root is the one resource without a parent (RM-01).
func isRoot(resource *types.Resource) bool { return resource.ParentId == nil }

// shownResource is a resource as responses have it: its methods are named, and
// spelled out only when they are asked to be embedded.
func shownResource(resource *types.Resource, embed []string) *types.Resource {
	if slices.Contains(embed, embedMethods) {
		return resource
	}
	shown := *resource
	if resource.ResourceMethods != nil {
		shown.ResourceMethods = namesOnly(resource.ResourceMethods)
	}
	return &shown
}

func namesOnly(methods map[string]types.Method) map[string]types.Method {
	names := make(map[string]types.Method, len(methods))
	for verb := range methods {
		names[verb] = types.Method{}
	}
	return names
}

// CreateResource adds a resource below another.
func (s *Service) CreateResource(ctx context.Context, in *apigateway.CreateResourceInput) (*apigateway.CreateResourceOutput, error) {
	id := newResourceID()
	return wire.Respond[apigateway.CreateResourceOutput](update(ctx, s, func(tx store.Tx) (*types.Resource, error) {
		return s.createResource(tx, scopeOf(ctx), *in.RestApiId, *in.ParentId, aws.ToString(in.PathPart), id)
	}))
}

func (s *Service) createResource(tx store.Tx, scope store.Scope, apiID, parentID, pathPart, id string) (*types.Resource, error) {
	parent, err := findResource(tx, scope, apiID, parentID)
	if err != nil {
		return nil, err
	}
	if err := checkChild(parent, pathPart); err != nil {
		return nil, err
	}
	if err := checkSiblings(tx, scope, apiID, parentID, pathPart, id); err != nil {
		return nil, err
	}
	tally, err := tallies.Get(tx, scope, apiID)
	if err != nil {
		return nil, err
	}
	if tally.Resources >= s.limits.ResourcesPerAPI {
		return nil, errTooManyResources
	}
	tally.Resources++
	resource := &types.Resource{
		Id: aws.String(id), ParentId: aws.String(parentID), PathPart: aws.String(pathPart),
		Path: aws.String(joinPath(*parent.Path, pathPart)),
	}
	if err := tallies.Put(tx, scope, tally, apiID); err != nil {
		return nil, err
	}
	return resource, putResource(tx, scope, apiID, resource)
}

// putResource stores a resource and its place below its parent.
func putResource(tx store.Tx, scope store.Scope, apiID string, resource *types.Resource) error {
	if !isRoot(resource) {
		child := childRecord{ID: *resource.Id, PathPart: *resource.PathPart}
		if err := children.Put(tx, scope, &child, apiID, *resource.ParentId, childSlot(child.PathPart)); err != nil {
			return err
		}
	}
	return resources.Put(tx, scope, resource, apiID, *resource.Id)
}

// GetResource returns a resource, with its methods when they are to be embedded.
func (s *Service) GetResource(ctx context.Context, in *apigateway.GetResourceInput) (*apigateway.GetResourceOutput, error) {
	return wire.Respond[apigateway.GetResourceOutput](view(ctx, s, func(tx store.Tx) (*types.Resource, error) {
		resource, err := findResource(tx, scopeOf(ctx), *in.RestApiId, *in.ResourceId)
		if err != nil {
			return nil, err
		}
		return shownResource(resource, in.Embed), nil
	}))
}

// GetResources lists the resources of an API in order of id.
func (s *Service) GetResources(ctx context.Context, in *apigateway.GetResourcesInput) (*apigateway.GetResourcesOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetResourcesOutput, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		items, next, err := store.Take(page, resources.All(tx, scope, page.After, *in.RestApiId))
		if err != nil {
			return nil, err
		}
		for i := range items {
			items[i] = *shownResource(&items[i], in.Embed)
		}
		return &apigateway.GetResourcesOutput{Items: items, Position: next}, nil
	})
}

// DeleteResource deletes a resource and all below it (RM-05).
func (s *Service) DeleteResource(ctx context.Context, in *apigateway.DeleteResourceInput) (*apigateway.DeleteResourceOutput, error) {
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteResourceOutput, error) {
		return &apigateway.DeleteResourceOutput{}, deleteResource(tx, scopeOf(ctx), *in.RestApiId, *in.ResourceId)
	})
}

func deleteResource(tx store.Tx, scope store.Scope, apiID, id string) error {
	resource, err := findResource(tx, scope, apiID, id)
	if err != nil {
		return err
	}
	if isRoot(resource) {
		return errDeleteRoot
	}
	doomed, err := subtree(tx, scope, apiID, id)
	if err != nil {
		return err
	}
	for _, r := range doomed {
		if err := resources.Delete(tx, scope, apiID, *r.Id); err != nil {
			return err
		}
		if err := children.Delete(tx, scope, apiID, *r.ParentId, childSlot(*r.PathPart)); err != nil {
			return err
		}
	}
	tally, err := tallies.Get(tx, scope, apiID)
	if err != nil {
		return err
	}
	tally.Resources -= len(doomed)
	return tallies.Put(tx, scope, tally, apiID)
}

// subtree returns a resource and all below it, parents before children.
func subtree(tx store.Tx, scope store.Scope, apiID, id string) ([]*types.Resource, error) {
	resource, err := findResource(tx, scope, apiID, id)
	if err != nil {
		return nil, err
	}
	found := []*types.Resource{resource}
	for i := 0; i < len(found); i++ {
		for child, err := range children.All(tx, scope, "", apiID, *found[i].Id) {
			if err != nil {
				return nil, err
			}
			resource, err := findResource(tx, scope, apiID, child.Value.ID)
			if err != nil {
				return nil, err
			}
			found = append(found, resource)
		}
	}
	return found, nil
}
