package httpapi

import (
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// The collections of the service. Kinds begin with v2: REST APIs have kinds of the
// same names. What a record's id consists of stands behind it.
var (
	apis   = store.NewCollection("v2api", wire.Records[types.Api]{})     // api
	stages = store.NewCollection("v2stage", wire.Records[types.Stage]{}) // api, stage name
)
