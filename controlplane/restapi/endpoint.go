package restapi

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var endpointTypes = enum{"EndpointTypes", []string{"REGIONAL", "EDGE", "PRIVATE"}} // the order of RA-34

var (
	errNoEndpointType = wire.BadRequest("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.") // RA-43
	errManyEndpoints  = wire.BadRequest("Cannot create an api with multiple Endpoint Types.")                     // RA-44
	errPrivateIPv4    = wire.BadRequest("Only dualstack ipAddressType is supported for Private APIs.")            // RA-32, RA-47
	errIPAddressType  = wire.BadRequest("ipAddressType must be either ipv4 or dualstack.")                        // RA-33
	errEndpointIDs    = wire.BadRequest("VPCEndpoints can only be specified with PRIVATE apis.")
	errPrivateToEdge  = wire.BadRequest("Cannot update endpoint from PRIVATE to EDGE.") // Unverified: the wording.
	errEndpointTypeOp = wire.BadRequest("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")
)

// newEndpoint checks the endpoint configuration of a new API and fills in what was
// not sent (RA-43..RA-50).
func newEndpoint(sent *types.EndpointConfiguration) (*types.EndpointConfiguration, error) {
	endpoint := types.EndpointConfiguration{Types: []types.EndpointType{types.EndpointTypeEdge}}
	if sent != nil {
		endpoint = *sent
		if endpoint.Types == nil {
			endpoint.Types = []types.EndpointType{types.EndpointTypeEdge}
		}
	}
	switch len(endpoint.Types) {
	case 0:
		return nil, errNoEndpointType
	case 1:
	default:
		return nil, errManyEndpoints
	}
	private := endpoint.Types[0] == types.EndpointTypePrivate
	if endpoint.IpAddressType == "" {
		endpoint.IpAddressType = types.IpAddressTypeIpv4
		if private {
			endpoint.IpAddressType = types.IpAddressTypeDualstack
		}
	}
	if private && endpoint.IpAddressType != types.IpAddressTypeDualstack {
		return nil, errPrivateIPv4
	}
	if !private && len(endpoint.VpcEndpointIds) > 0 {
		return nil, errEndpointIDs
	}
	if len(endpoint.VpcEndpointIds) == 0 {
		endpoint.VpcEndpointIds = nil
	}
	return &endpoint, nil
}

func replaceEndpointType(edit *apiEdit, p patch) error {
	value, err := endpointTypes.parse(p.text())
	if err != nil {
		return err
	}
	endpoint := edit.api.EndpointConfiguration
	endpoint.Types = []types.EndpointType{types.EndpointType(value)}
	if value == string(types.EndpointTypePrivate) {
		endpoint.IpAddressType = types.IpAddressTypeDualstack // RA-31
	}
	return nil
}

// refuseEndpointType answers add and remove: one type is all an API has, so AWS
// takes neither, though its message names them (RA-36).
func refuseEndpointType(*apiEdit, patch) error { return errEndpointTypeOp }

func replaceIPAddressType(edit *apiEdit, p patch) error {
	value := types.IpAddressType(p.text())
	if !slices.Contains(value.Values(), value) {
		return errIPAddressType
	}
	endpoint := edit.api.EndpointConfiguration
	if endpoint.Types[0] == types.EndpointTypePrivate && value != types.IpAddressTypeDualstack {
		return errPrivateIPv4
	}
	endpoint.IpAddressType = value
	return nil
}

// The id of a VPC endpoint stands in the value, of add and of remove alike.
func addVpcEndpoint(edit *apiEdit, p patch) error {
	endpoint := edit.api.EndpointConfiguration
	endpoint.VpcEndpointIds = withElement(endpoint.VpcEndpointIds, p.text())
	return nil
}

func removeVpcEndpoint(edit *apiEdit, p patch) error {
	endpoint := edit.api.EndpointConfiguration
	endpoint.VpcEndpointIds = withoutElement(endpoint.VpcEndpointIds, p.text())
	return nil
}

// checkEndpointChange holds the rules that depend on where an update started and ended.
func checkEndpointChange(before types.EndpointType, after *types.EndpointConfiguration) error {
	private := after.Types[0] == types.EndpointTypePrivate
	if before == types.EndpointTypePrivate && after.Types[0] == types.EndpointTypeEdge {
		return errPrivateToEdge
	}
	if !private && before != types.EndpointTypePrivate && len(after.VpcEndpointIds) > 0 {
		return errEndpointIDs
	}
	if !private {
		after.VpcEndpointIds = nil // they go with the private endpoint
	}
	return nil
}
