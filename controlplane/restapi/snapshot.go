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
}

func (snapshotRecords) Marshal(snapshot *deployed.RestApi) ([]byte, error) {
	record := snapshotJSON{DeploymentID: snapshot.DeploymentID}
	var err error
	if record.RestApi, err = wire.Marshal(&snapshot.Api); err != nil {
		return nil, fmt.Errorf("encode API: %w", err)
	}
	record.Resources = make([]json.RawMessage, len(snapshot.Resources))
	for i := range snapshot.Resources {
		if record.Resources[i], err = wire.Marshal(&snapshot.Resources[i]); err != nil {
			return nil, fmt.Errorf("encode resource: %w", err)
		}
	}
	return json.Marshal(record)
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
	snapshot.Resources = make([]types.Resource, len(record.Resources))
	for i, data := range record.Resources {
		if err := wire.Unmarshal(data, &snapshot.Resources[i]); err != nil {
			return fmt.Errorf("decode resource: %w", err)
		}
	}
	return nil
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
	return snapshot, nil
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
