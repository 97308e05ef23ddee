package restapi

import (
	"github.com/stagedoor-dev/stagedoor/controlplane/domainname"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// FindStage is the [domainname.StageFinder] of REST APIs.
func FindStage(tx store.Tx, scope store.Scope, apiID, stage string) (domainname.Protocol, bool, error) {
	there, err := store.Exists(tx, apis, scope, apiID)
	if err != nil || !there {
		return "", false, err
	}
	hasStage, err := store.Exists(tx, stages, scope, apiID, stage)
	return domainname.Rest, hasStage, err
}
