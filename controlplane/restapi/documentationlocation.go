package restapi

import (
	"fmt"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// locationFields says which members the location of a type can have. The name is
// required where there is one.
type locationFields struct{ path, method, name, statusCode bool }

var locationsOf = map[types.DocumentationPartType]locationFields{
	types.DocumentationPartTypeApi:            {},
	types.DocumentationPartTypeAuthorizer:     {name: true},
	types.DocumentationPartTypeModel:          {name: true},
	types.DocumentationPartTypeResource:       {path: true},
	types.DocumentationPartTypeMethod:         {path: true, method: true},
	types.DocumentationPartTypePathParameter:  {path: true, method: true, name: true},
	types.DocumentationPartTypeQueryParameter: {path: true, method: true, name: true},
	types.DocumentationPartTypeRequestHeader:  {path: true, method: true, name: true},
	types.DocumentationPartTypeRequestBody:    {path: true, method: true},
	types.DocumentationPartTypeResponse:       {path: true, method: true, statusCode: true},
	types.DocumentationPartTypeResponseHeader: {path: true, method: true, name: true, statusCode: true},
	types.DocumentationPartTypeResponseBody:   {path: true, method: true, statusCode: true},
}

// settleLocation checks a location and fills in the path (DO-14); a method or status
// code that is not there stands for any, and stays away (DO-01).
func settleLocation(location *types.DocumentationPartLocation) error {
	fields, ok := locationsOf[location.Type]
	if !ok {
		return errPartsLocation
	}
	for _, member := range []struct {
		name    string
		value   **string
		allowed bool
	}{
		{"path", &location.Path, fields.path},
		{"method", &location.Method, fields.method},
		{"name", &location.Name, fields.name},
		{"statusCode", &location.StatusCode, fields.statusCode},
	} {
		*member.value = nonEmpty(aws.ToString(*member.value))
		if *member.value != nil && !member.allowed {
			// Unverified: the wording.
			return wire.BadRequest(fmt.Sprintf("Invalid documentation part location specified. The member %s is not valid for type %s", member.name, location.Type))
		}
	}
	if fields.name && location.Name == nil {
		// Unverified: the wording.
		return wire.BadRequest(fmt.Sprintf("Invalid documentation part location specified. The member name is required for type %s", location.Type))
	}
	if fields.path && location.Path == nil {
		location.Path = aws.String("/")
	}
	return nil
}

// locationKey is the same for two locations that mean the same.
func locationKey(location *types.DocumentationPartLocation) string {
	anyOf := func(s *string) string {
		if s == nil {
			return "*"
		}
		return *s
	}
	return strings.Join([]string{
		string(location.Type), aws.ToString(location.Path), anyOf(location.Method), aws.ToString(location.Name), anyOf(location.StatusCode),
	}, "\x00")
}

// undocumentedParts yields the locations of an API that have no part, after the one
// with the given key, in order of their keys.
func undocumentedParts(tx store.Tx, scope store.Scope, apiID, after string) (iter.Seq2[store.Record[types.DocumentationPart], error], error) {
	locations, err := apiLocations(tx, scope, apiID)
	if err != nil {
		return nil, err
	}
	for record, err := range documentationParts.All(tx, scope, "", apiID) {
		if err != nil {
			return nil, err
		}
		delete(locations, locationKey(record.Value.Location))
	}
	return func(yield func(store.Record[types.DocumentationPart], error) bool) {
		for _, key := range sortedKeys(locations) {
			if key <= after {
				continue
			}
			location := locations[key]
			if !yield(store.Record[types.DocumentationPart]{ID: []string{key}, Value: &types.DocumentationPart{Location: &location}}, nil) {
				return
			}
		}
	}, nil
}

// apiLocations returns every location of an API that can be documented, by its key.
func apiLocations(tx store.Tx, scope store.Scope, apiID string) (map[string]types.DocumentationPartLocation, error) {
	found := map[string]types.DocumentationPartLocation{}
	add := func(location types.DocumentationPartLocation) { found[locationKey(&location)] = location }
	add(types.DocumentationPartLocation{Type: types.DocumentationPartTypeApi})
	for record, err := range models.All(tx, scope, "", apiID) {
		if err != nil {
			return nil, err
		}
		add(types.DocumentationPartLocation{Type: types.DocumentationPartTypeModel, Name: record.Value.Name})
	}
	for record, err := range authorizers.All(tx, scope, "", apiID) {
		if err != nil {
			return nil, err
		}
		add(types.DocumentationPartLocation{Type: types.DocumentationPartTypeAuthorizer, Name: record.Value.Name})
	}
	for record, err := range resources.All(tx, scope, "", apiID) {
		if err != nil {
			return nil, err
		}
		add(types.DocumentationPartLocation{Type: types.DocumentationPartTypeResource, Path: record.Value.Path})
		for verb, method := range record.Value.ResourceMethods {
			addMethodLocations(add, *record.Value.Path, verb, method)
		}
	}
	return found, nil
}

// parameterTypes are the types of parts for the parameters of a method, by how a
// parameter's name begins.
var parameterTypes = map[string]types.DocumentationPartType{
	"method.request.path.":        types.DocumentationPartTypePathParameter,
	"method.request.querystring.": types.DocumentationPartTypeQueryParameter,
	"method.request.header.":      types.DocumentationPartTypeRequestHeader,
}

func addMethodLocations(add func(types.DocumentationPartLocation), path, verb string, method types.Method) {
	at := func(partType types.DocumentationPartType, name, status string) {
		add(types.DocumentationPartLocation{Type: partType, Path: &path, Method: &verb, Name: nonEmpty(name), StatusCode: nonEmpty(status)})
	}
	at(types.DocumentationPartTypeMethod, "", "")
	if len(method.RequestModels) > 0 {
		at(types.DocumentationPartTypeRequestBody, "", "")
	}
	for parameter := range method.RequestParameters {
		for prefix, partType := range parameterTypes {
			if name, ok := strings.CutPrefix(parameter, prefix); ok {
				at(partType, name, "")
			}
		}
	}
	for status, response := range method.MethodResponses {
		at(types.DocumentationPartTypeResponse, "", status)
		if len(response.ResponseModels) > 0 {
			at(types.DocumentationPartTypeResponseBody, "", status)
		}
		for parameter := range response.ResponseParameters {
			if name, ok := strings.CutPrefix(parameter, "method.response.header."); ok {
				at(types.DocumentationPartTypeResponseHeader, name, status)
			}
		}
	}
}
