package restapi

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// apiEdit is an update of an API under way.
type apiEdit struct {
	api   *types.RestApi
	scope store.Scope
}

var (
	apiKeySources       = enumOf("ApiKeySourceType", types.ApiKeySourceType("").Values())
	securityPolicies    = enumOf("SecurityPolicy", types.SecurityPolicy("").Values())
	endpointAccessModes = enumOf("EndpointAccessMode", types.EndpointAccessMode("").Values())
)

var apiPatches = patchTable[apiEdit]{
	refuse: refuseShort[apiEdit],
	rules: []patchRule[apiEdit]{
		{path: "/name", replace: replaceAPIName},
		{path: "/description", add: setText(apiDescription), replace: setText(apiDescription), remove: clearText(apiDescription)},
		{path: "/version", replace: setText(func(e *apiEdit) **string { return &e.api.Version })},
		{path: "/policy", replace: replacePolicy, remove: clearText(func(e *apiEdit) **string { return &e.api.Policy })},
		{path: "/apiKeySource", replace: replaceAPIKeySource},
		{path: "/disableExecuteApiEndpoint", replace: func(e *apiEdit, p patch) error {
			e.api.DisableExecuteApiEndpoint = p.isTrue()
			return nil
		}},
		{path: "/minimumCompressionSize", replace: replaceCompressionSize},
		{path: "/binaryMediaTypes/{type}", add: addMediaType, replace: replaceMediaType, remove: removeMediaType},
		{path: "/securityPolicy", replace: replaceSecurityPolicy},
		{path: "/endpointAccessMode", replace: replaceEndpointAccessMode},
		{path: "/endpointConfiguration/types/{type}", add: refuseEndpointType, replace: replaceEndpointType, remove: refuseEndpointType},
		{path: "/endpointConfiguration/ipAddressType", replace: replaceIPAddressType},
		{path: "/endpointConfiguration/vpcEndpointIds", add: addVpcEndpoint, remove: removeVpcEndpoint},
	},
}

func apiDescription(e *apiEdit) **string { return &e.api.Description }

// UpdateRestApi changes the settings of an API. Those that are deployed (policy,
// media types, compression, key source) show at run time after the next deployment.
func (s *Service) UpdateRestApi(ctx context.Context, in *apigateway.UpdateRestApiInput) (*apigateway.UpdateRestApiOutput, error) {
	scope := scopeOf(ctx)
	out, err := wire.Respond[apigateway.UpdateRestApiOutput](shownAPI(update(ctx, s, func(tx store.Tx) (*types.RestApi, error) {
		return updateAPI(tx, scope, *in.RestApiId, in.PatchOperations)
	})))
	if err == nil && out.Tags == nil {
		out.Tags = map[string]string{} // RA-16
	}
	return out, err
}

func updateAPI(tx store.Tx, scope store.Scope, id string, operations []types.PatchOperation) (*types.RestApi, error) {
	api, err := findAPI(tx, scope, id)
	if err != nil {
		return nil, err
	}
	before := api.EndpointConfiguration.Types[0]
	if err := apiPatches.apply(&apiEdit{api: api, scope: scope}, operations); err != nil {
		return nil, err
	}
	if err := checkEndpointChange(before, api.EndpointConfiguration); err != nil {
		return nil, err
	}
	if !legacySecurityPolicy[api.SecurityPolicy] && api.EndpointAccessMode == "" {
		return nil, errEndpointAccess
	}
	return api, apis.Put(tx, scope, api, id)
}

func replaceAPIName(edit *apiEdit, p patch) error {
	if p.text() == "" {
		return errEmptyAPIName
	}
	edit.api.Name = aws.String(p.text())
	return nil
}

func replacePolicy(edit *apiEdit, p patch) (err error) {
	edit.api.Policy, err = parsePolicy(p.value, edit.scope, *edit.api.Id)
	return err
}

func replaceAPIKeySource(edit *apiEdit, p patch) error {
	value, err := apiKeySources.parse(p.text())
	edit.api.ApiKeySource = types.ApiKeySourceType(value)
	return err
}

func replaceSecurityPolicy(edit *apiEdit, p patch) error {
	value, err := securityPolicies.parse(p.text())
	edit.api.SecurityPolicy = types.SecurityPolicy(value)
	return err
}

func replaceEndpointAccessMode(edit *apiEdit, p patch) (err error) {
	edit.api.EndpointAccessMode, err = parseEndpointAccessMode(p)
	return err
}

// parseEndpointAccessMode reads a mode; "" is none: Terraform sends that with a security
// policy that has no modes.
func parseEndpointAccessMode(p patch) (types.EndpointAccessMode, error) {
	if p.text() == "" {
		return "", nil
	}
	value, err := endpointAccessModes.parse(p.text())
	return types.EndpointAccessMode(value), err
}

// replaceCompressionSize sets the size, 0 included (RA-23); "" switches
// compression off (RA-22).
func replaceCompressionSize(edit *apiEdit, p patch) error {
	if p.text() == "" {
		edit.api.MinimumCompressionSize = nil
		return nil
	}
	size, err := strconv.ParseInt(p.text(), 10, 32)
	if err != nil || !isCompressionSize(size) {
		return errCompressionSize // RA-24, RA-25
	}
	edit.api.MinimumCompressionSize = aws.Int32(int32(size))
	return nil
}

// The media type is the path segment; a value counts only in replace (RA-15, RA-19).
func addMediaType(edit *apiEdit, p patch) error {
	edit.api.BinaryMediaTypes = withElement(edit.api.BinaryMediaTypes, p.name())
	return nil
}

func replaceMediaType(edit *apiEdit, p patch) error {
	edit.api.BinaryMediaTypes = withoutElement(edit.api.BinaryMediaTypes, p.name())
	if p.text() != "" {
		edit.api.BinaryMediaTypes = withElement(slices.Clone(edit.api.BinaryMediaTypes), p.text()) // RA-17: at the end
	}
	return nil
}

func removeMediaType(edit *apiEdit, p patch) error {
	edit.api.BinaryMediaTypes = withoutElement(edit.api.BinaryMediaTypes, p.name())
	return nil
}
