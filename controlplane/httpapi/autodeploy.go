package httpapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

const noRoutes = "Unable to deploy API because no routes exist in this API"

// Unverified: the wordings.
const (
	autoDescription = "Automatic deployment triggered by changes to the Api configuration"
	failedMessage   = "Deployment attempt failed: %s"
)

// deployedBy is the status message of a stage that an automatic deployment succeeded on.
func deployedBy(deploymentID string) string {
	return fmt.Sprintf("Successfully deployed stage with deployment ID '%s'", deploymentID)
}

// markChanged notes that the API differs from what its auto-deploy stages have as
// their deployment. They serve the change at once (see [stageFeed]); the deployment
// is stored by [settle] when somebody looks, so that a thousand changes in a row do
// not make a thousand deployments.
func markChanged(a apiTx, next pendingRecord) error {
	for record, err := range stages.All(a.tx, a.scope, "", a.id()) {
		if err != nil {
			return err
		}
		if aws.ToBool(record.Value.AutoDeploy) {
			return put(a, pendings, &next)
		}
	}
	return nil
}

// settle stores the pending deployment of an API, if it has one, and moves its
// auto-deploy stages to it. When it cannot be built, they keep their deployment.
func settle(a apiTx) error {
	pending, err := find(a, pendings, nil)
	if err != nil || pending == nil {
		return err
	}
	all, err := all(a, stages)
	if err != nil {
		return err
	}
	message := deployedBy(pending.DeploymentID)
	failure := deploy(a, &types.Deployment{
		AutoDeployed: aws.Bool(true), CreatedDate: &pending.CreatedDate,
		DeploymentId: &pending.DeploymentID, Description: aws.String(autoDescription),
	})
	if failure != nil {
		if !errors.Is(failure, errNoRoutes) {
			return failure
		}
		message = fmt.Sprintf(failedMessage, noRoutes)
	}
	for i := range all {
		stage := &all[i]
		if !aws.ToBool(stage.AutoDeploy) {
			continue
		}
		if failure == nil {
			stage.DeploymentId = &pending.DeploymentID
		}
		stage.LastDeploymentStatusMessage, stage.LastUpdatedDate = &message, &pending.CreatedDate
		if err := put(a, stages, stage, *stage.StageName); err != nil {
			return err
		}
	}
	return remove(a, pendings)
}

// readSettled is [read] for what shows deployments: a pending one is stored first.
func readSettled[T any](ctx context.Context, s *Service, apiID string, fn func(apiTx) (T, error)) (T, error) {
	type answer struct {
		result  T
		pending bool
	}
	first, err := read(ctx, s, apiID, func(a apiTx) (answer, error) {
		pending, err := find(a, pendings, nil)
		if err != nil || pending != nil {
			return answer{pending: pending != nil}, err
		}
		result, err := fn(a)
		return answer{result: result}, err
	})
	if err != nil || !first.pending {
		return first.result, err
	}
	return editSettled(ctx, s, apiID, fn)
}

// editSettled is [edit] for what changes stages or deployments: a pending deployment
// is stored first.
func editSettled[T any](ctx context.Context, s *Service, apiID string, fn func(apiTx) (T, error)) (T, error) {
	return edit(ctx, s, apiID, func(a apiTx) (result T, err error) {
		if err := settle(a); err != nil {
			return result, err
		}
		return fn(a)
	})
}

// deploy stores a deployment with the snapshot of the API as it is now;
// BadRequestException when the API has no route.
func deploy(a apiTx, deployment *types.Deployment) error {
	snapshot, err := newSnapshot(a)
	if err != nil {
		return err
	}
	if len(snapshot.Routes) == 0 {
		return errNoRoutes
	}
	snapshot.DeploymentID = *deployment.DeploymentId
	deployment.DeploymentStatus = types.DeploymentStatusDeployed
	if err := put(a, deployments, deployment, *deployment.DeploymentId); err != nil {
		return err
	}
	return put(a, snapshots, snapshot, *deployment.DeploymentId)
}

// newSnapshot reads the configuration of the API as it is now.
func newSnapshot(a apiTx) (*deployed.Api, error) {
	snapshot := &deployed.Api{}
	for _, part := range snapshotParts {
		if err := part.read(a, snapshot); err != nil {
			return nil, err
		}
	}
	return snapshot, nil
}

// snapshotPart reads the records of one kind into a snapshot.
type snapshotPart struct {
	// owns reports whether a key is that of such a record, and of which API.
	owns func(key string) (store.Scope, []string, bool)
	read func(apiTx, *deployed.Api) error
}

// snapshotParts are all parts of a snapshot.
var snapshotParts = []snapshotPart{
	{apis.Owner, func(a apiTx, s *deployed.Api) error {
		s.Api = *a.api
		return nil
	}},
	{routes.Owner, func(a apiTx, s *deployed.Api) (err error) {
		s.Routes, err = all(a, routes)
		return err
	}},
	{integrations.Owner, func(a apiTx, s *deployed.Api) (err error) {
		s.Integrations, err = all(a, integrations)
		return err
	}},
	{authorizers.Owner, func(a apiTx, s *deployed.Api) (err error) {
		s.Authorizers, err = all(a, authorizers)
		return err
	}},
	{models.Owner, func(a apiTx, s *deployed.Api) (err error) {
		s.Models, err = all(a, models)
		return err
	}},
	{routeResponses.Owner, func(a apiTx, s *deployed.Api) (err error) {
		s.RouteResponses, err = byParent(a, routeResponses)
		return err
	}},
	{integrationResponses.Owner, func(a apiTx, s *deployed.Api) (err error) {
		s.IntegrationResponses, err = byParent(a, integrationResponses)
		return err
	}},
}

// byParent returns the responses of an API by the id of what they belong to.
func byParent[T any](a apiTx, c store.Collection[T]) (map[string][]T, error) {
	var found map[string][]T
	for record, err := range c.All(a.tx, a.scope, "", a.id()) {
		if err != nil {
			return nil, err
		}
		if found == nil {
			found = map[string][]T{}
		}
		found[record.ID[1]] = append(found[record.ID[1]], *record.Value)
	}
	return found, nil
}

// firstBy returns the least of what keep wants, by a text, for messages that name one.
func firstBy[T any](items []T, keep func(*T) bool, text func(*T) string) (string, bool) {
	var found []string
	for i := range items {
		if keep(&items[i]) {
			found = append(found, text(&items[i]))
		}
	}
	if len(found) == 0 {
		return "", false
	}
	return slices.MinFunc(found, cmp.Compare[string]), true
}
