package httpapi

import (
	"github.com/stagedoor-dev/stagedoor/controlplane/domainname"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// FindStage is the [domainname.StageFinder] of HTTP and WebSocket APIs.
func FindStage(tx store.Tx, scope store.Scope, apiID, stage string) (domainname.Protocol, bool, error) {
	api, err := store.Find(tx, apis, scope, nil, apiID)
	if err != nil || api == nil {
		return "", false, err
	}
	hasStage, err := store.Exists(tx, stages, scope, apiID, stage)
	return domainname.Protocol(api.ProtocolType), hasStage, err
}
