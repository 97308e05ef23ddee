package restapi

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// snapshotRecords stores what a deployment froze: one JSON object put together
// from the wire JSON of its parts.
type snapshotRecords struct{}

type snapshotJSON struct {
	DeploymentID string            `json:"deploymentId"`
	RestApi      json.RawMessage   `json:"restApi"`
	Resources    []json.RawMessage `json:"resources"`

	// Absent from snapshots that were stored before there were these.
	Models            []json.RawMessage `json:"models,omitempty"`
	RequestValidators []json.RawMessage `json:"requestValidators,omitempty"`
	Authorizers       []json.RawMessage `json:"authorizers,omitempty"`
	GatewayResponses  []json.RawMessage `json:"gatewayResponses,omitempty"`
}

func (snapshotRecords) Marshal(snapshot *deployed.RestApi) ([]byte, error) {
	record := snapshotJSON{DeploymentID: snapshot.DeploymentID}
	var err error
	if record.RestApi, err = wire.Marshal(&snapshot.Api); err != nil {
		return nil, fmt.Errorf("encode API: %w", err)
	}
	return marshalSnapshot(record, snapshot)
}

func marshalSnapshot(record snapshotJSON, snapshot *deployed.RestApi) ([]byte, error) {
	var err error
	if record.Resources, err = marshalParts("resource", snapshot.Resources); err != nil {
		return nil, err
	}
	if record.Models, err = marshalParts("model", snapshot.Models); err != nil {
		return nil, err
	}
	if record.RequestValidators, err = marshalParts("request validator", snapshot.RequestValidators); err != nil {
		return nil, err
	}
	if record.Authorizers, err = marshalParts("authorizer", snapshot.Authorizers); err != nil {
		return nil, err
	}
	if record.GatewayResponses, err = marshalParts("gateway response", snapshot.GatewayResponses); err != nil {
		return nil, err
	}
	return json.Marshal(record)
}

func marshalParts[T any](kind string, parts []T) ([]json.RawMessage, error) {
	encoded := make([]json.RawMessage, len(parts))
	for i := range parts {
		var err error
		if encoded[i], err = wire.Marshal(&parts[i]); err != nil {
			return nil, fmt.Errorf("encode %s: %w", kind, err)
		}
	}
	return encoded, nil
}

func unmarshalParts[T any](kind string, encoded []json.RawMessage) ([]T, error) {
	if len(encoded) == 0 {
		return nil, nil
	}
	parts := make([]T, len(encoded))
	for i, data := range encoded {
		if err := wire.Unmarshal(data, &parts[i]); err != nil {
			return nil, fmt.Errorf("decode %s: %w", kind, err)
		}
	}
	return parts, nil
}

func (snapshotRecords) Unmarshal(data []byte, snapshot *deployed.RestApi) error {
	var record snapshotJSON
	if err := json.Unmarshal(data, &record); err != nil {
		return err
	}
	snapshot.DeploymentID = record.DeploymentID
	if err := wire.Unmarshal(record.RestApi, &snapshot.Api); err != nil {
		return fmt.Errorf("decode API: %w", err)
	}
	return unmarshalSnapshot(&record, snapshot)
}

func unmarshalSnapshot(record *snapshotJSON, snapshot *deployed.RestApi) (err error) {
	if snapshot.Resources, err = unmarshalParts[types.Resource]("resource", record.Resources); err != nil {
		return err
	}
	if snapshot.Models, err = unmarshalParts[types.Model]("model", record.Models); err != nil {
		return err
	}
	if snapshot.RequestValidators, err = unmarshalParts[types.RequestValidator]("request validator", record.RequestValidators); err != nil {
		return err
	}
	if snapshot.Authorizers, err = unmarshalParts[types.Authorizer]("authorizer", record.Authorizers); err != nil {
		return err
	}
	snapshot.GatewayResponses, err = unmarshalParts[types.GatewayResponse]("gateway response", record.GatewayResponses)
	return err
}

// takeSnapshot collects what a deployment of the API freezes. It wants at least
// one method, and an integration for each.
func takeSnapshot(tx store.Tx, scope store.Scope, api *types.RestApi, deploymentID string) (*deployed.RestApi, error) {
	snapshot := &deployed.RestApi{DeploymentID: deploymentID, Api: *api}
	methods := 0
	for record, err := range resources.All(tx, scope, "", *api.Id) {
		if err != nil {
			return nil, err
		}
		for _, method := range record.Value.ResourceMethods {
			methods++
			if method.MethodIntegration == nil {
				return nil, errUndeployable
			}
		}
		snapshot.Resources = append(snapshot.Resources, *record.Value)
	}
	if methods == 0 {
		return nil, errNoMethods
	}
	return snapshot, addShared(tx, scope, snapshot)
}

// addShared adds to a snapshot what the API's methods share.
func addShared(tx store.Tx, scope store.Scope, snapshot *deployed.RestApi) (err error) {
	id := *snapshot.Api.Id
	if snapshot.Models, err = store.Collect(models.All(tx, scope, "", id)); err != nil {
		return err
	}
	if snapshot.RequestValidators, err = store.Collect(validators.All(tx, scope, "", id)); err != nil {
		return err
	}
	if snapshot.Authorizers, err = store.Collect(authorizers.All(tx, scope, "", id)); err != nil {
		return err
	}
	snapshot.GatewayResponses, err = store.Collect(gatewayResponses.All(tx, scope, "", id))
	return err
}

// summary is a deployment's apiSummary: what each method of each path demands.
func summary(snapshot *deployed.RestApi) map[string]map[string]types.MethodSnapshot {
	paths := map[string]map[string]types.MethodSnapshot{}
	for _, resource := range snapshot.Resources {
		for verb, method := range resource.ResourceMethods {
			if paths[*resource.Path] == nil {
				paths[*resource.Path] = map[string]types.MethodSnapshot{}
			}
			paths[*resource.Path][verb] = types.MethodSnapshot{
				AuthorizationType: method.AuthorizationType,
				ApiKeyRequired:    method.ApiKeyRequired != nil && *method.ApiKeyRequired,
			}
		}
	}
	return paths
}
