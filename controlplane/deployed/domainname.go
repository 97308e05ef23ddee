package deployed

import (
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	v2types "github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

// DomainName is a custom domain name with its live mappings.
type DomainName struct {
	// Account and Region own the name.
	Account, Region string
	// Key tells names apart within account and region: private ones need not be unique.
	Key string
	// Domain has the settings.
	Domain types.DomainName
	// Mappings say which stages serve its base paths.
	Mappings []types.BasePathMapping
	// Rules are its routing rules.
	Rules []v2types.RoutingRule
}
