package restapi

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// cloneAPI fills a new API with the resources, methods, models, validators,
// authorizers, gateway responses and documentation parts of another one. ids are
// for its resources, drawn beforehand; ids of models, validators and authorizers
// are unique only within an API and stay, so methods keep referring to them.
func cloneAPI(tx store.Tx, scope store.Scope, sourceID string, target *types.RestApi, ids []string) error {
	source, err := findAPI(tx, scope, sourceID)
	if err != nil {
		return err
	}
	if err := cloneRecords(tx, scope, models, sourceID, *target.Id); err != nil {
		return err
	}
	if err := cloneRecords(tx, scope, validators, sourceID, *target.Id); err != nil {
		return err
	}
	if err := cloneRecords(tx, scope, authorizers, sourceID, *target.Id); err != nil {
		return err
	}
	if err := cloneRecords(tx, scope, gatewayResponses, sourceID, *target.Id); err != nil {
		return err
	}
	if err := cloneRecords(tx, scope, documentationParts, sourceID, *target.Id); err != nil {
		return err
	}
	tree, err := subtree(tx, scope, sourceID, *source.RootResourceId)
	if err != nil {
		return err
	}
	if len(tree) > len(ids) {
		return errTooManyResources
	}
	newIDs := map[string]string{*source.RootResourceId: *target.RootResourceId}
	for i, resource := range tree {
		oldID := *resource.Id
		if !isRoot(resource) {
			newIDs[oldID] = ids[i]
			resource.ParentId = aws.String(newIDs[*resource.ParentId])
		}
		resource.Id = aws.String(newIDs[oldID])
		for _, method := range resource.ResourceMethods {
			if in := method.MethodIntegration; in != nil && aws.ToString(in.CacheNamespace) == oldID {
				in.CacheNamespace = resource.Id
			}
		}
		if err := putResource(tx, scope, *target.Id, resource); err != nil {
			return err
		}
	}
	return tallies.Put(tx, scope, &tallyRecord{Resources: len(tree)}, *target.Id)
}

// cloneRecords copies the records below one API to another.
func cloneRecords[T any](tx store.Tx, scope store.Scope, c store.Collection[T], sourceID, targetID string) error {
	var found []store.Record[T]
	for record, err := range c.All(tx, scope, "", sourceID) {
		if err != nil {
			return err
		}
		found = append(found, record)
	}
	for _, record := range found {
		if err := c.Put(tx, scope, record.Value, targetID, record.ID[1]); err != nil {
			return err
		}
	}
	return nil
}
