package restapi

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/openapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// modelURL is what a reference to a model begins with in a schema that an import made.
func modelURL(apiID string) string {
	return "https://apigateway.amazonaws.com/restapis/" + apiID + "/models/"
}

// unnamedAPI stands for the id of an API while its document is read.
const unnamedAPI = "{restapi_id}"

// ImportRestApi makes an API of a Swagger 2.0 or OpenAPI 3.0 document. What cannot be taken
// over is an error for all of the document, or a warning that the answer lists; with
// failonwarnings one warning is enough to make nothing at all.
func (s *Service) ImportRestApi(ctx context.Context, in *apigateway.ImportRestApiInput) (*apigateway.ImportRestApiOutput, error) {
	scope := scopeOf(ctx)
	doc, err := readDocument(scope, in.Body, in.Parameters, in.FailOnWarnings)
	if err != nil {
		return nil, err
	}
	create, err := apiOf(doc, in.Parameters)
	if err != nil {
		return nil, err
	}
	api, err := s.newAPI(scope, create)
	if err != nil {
		return nil, importFailure([]string{"Unable to create the API: " + errorMessage(err)}, nil)
	}
	ids := &idSource{}
	return wire.Respond[apigateway.ImportRestApiOutput](shownImport(doc, func(run *importRun) (*types.RestApi, error) {
		return update(ctx, s, func(tx store.Tx) (*types.RestApi, error) {
			*run = importRun{service: s, tx: tx, scope: scope, api: api, doc: doc, ids: ids.again()}
			if err := createAPI(tx, scope, api); err != nil {
				return nil, err
			}
			return api, run.do()
		})
	}))
}

// PutRestApi brings a document into an API: in mode merge what the document has is added,
// or takes the place of what has the same name; in mode overwrite the API has nothing else
// afterwards. Stages, deployments and the endpoint stay as they are.
func (s *Service) PutRestApi(ctx context.Context, in *apigateway.PutRestApiInput) (*apigateway.PutRestApiOutput, error) {
	scope := scopeOf(ctx)
	doc, err := readDocument(scope, in.Body, in.Parameters, in.FailOnWarnings)
	if err != nil {
		return nil, err
	}
	ids := &idSource{}
	out, err := wire.Respond[apigateway.PutRestApiOutput](shownImport(doc, func(run *importRun) (*types.RestApi, error) {
		return update(ctx, s, func(tx store.Tx) (*types.RestApi, error) {
			api, err := findAPI(tx, scope, *in.RestApiId)
			if err != nil {
				return nil, err
			}
			*run = importRun{service: s, tx: tx, scope: scope, api: api, doc: doc, ids: ids.again(), overwrite: in.Mode == types.PutModeOverwrite}
			if err := run.settings(); err != nil {
				return nil, err
			}
			if err := apis.Put(tx, scope, api, *api.Id); err != nil {
				return nil, err
			}
			return api, run.do()
		})
	}))
	if err == nil && out.Tags == nil {
		out.Tags = map[string]string{} // MI-24: it is an update
	}
	return out, err
}

// readDocument reads a document by the parameters of an import.
func readDocument(scope store.Scope, body []byte, parameters map[string]string, failOnWarnings bool) (*openapi.RestApi, error) {
	options := openapi.Options{
		Account: scope.Account, Region: scope.Region, ModelURL: modelURL(unnamedAPI),
		IgnoreDocumentation: parameters["ignore"] == "documentation",
	}
	switch mode := openapi.BasePathMode(strings.ToLower(parameters["basepath"])); mode {
	case "", openapi.BasePathIgnore, openapi.BasePathPrepend, openapi.BasePathSplit:
		options.BasePath = mode
	default:
		return nil, wire.BadRequest("Invalid basepath parameter specified. Valid options are ignore,prepend,split") // Unverified: the wording.
	}
	doc, err := openapi.Import(body, options)
	if err != nil {
		return nil, wire.BadRequest(err.Error())
	}
	if failOnWarnings && len(doc.Warnings) > 0 {
		return nil, importFailure(nil, doc.Warnings)
	}
	return doc, nil
}

// shownImport is the API that an import made, with its warnings, which nobody keeps.
func shownImport(doc *openapi.RestApi, do func(run *importRun) (*types.RestApi, error)) (*types.RestApi, error) {
	var run importRun
	api, err := shownAPI(do(&run))
	if err != nil {
		return nil, err
	}
	api.Warnings = doc.Warnings
	return api, nil
}

// importFailure is the error of an import, in AWS's words.
func importFailure(errs, warnings []string) error {
	const separator = "\n\t"
	switch {
	case len(errs) == 0:
		return wire.BadRequest("Warnings found during import:" + separator + strings.Join(warnings, separator))
	case len(warnings) == 0:
		return wire.BadRequest("Errors found during import:" + separator + strings.Join(errs, separator))
	default:
		return wire.BadRequest("Errors found during import:" + separator + strings.Join(errs, separator) +
			"\nAdditionally, these warnings were found:" + separator + strings.Join(warnings, separator))
	}
}

// apiOf is the API of a document, as CreateRestApi would be asked for it.
func apiOf(doc *openapi.RestApi, parameters map[string]string) (*apigateway.CreateRestApiInput, error) {
	size, err := compressionSize(doc.MinimumCompressionSize)
	if err != nil {
		return nil, err
	}
	if err := checkKeySource(doc.ApiKeySource); err != nil {
		return nil, err
	}
	in := &apigateway.CreateRestApiInput{
		Name: aws.String(doc.Name), Description: nonEmpty(doc.Description), Version: nonEmpty(doc.Version),
		ApiKeySource: types.ApiKeySourceType(doc.ApiKeySource), BinaryMediaTypes: doc.BinaryMediaTypes,
		MinimumCompressionSize: size, Policy: doc.Policy, SecurityPolicy: types.SecurityPolicy(doc.SecurityPolicy),
		EndpointAccessMode: types.EndpointAccessMode(doc.EndpointAccessMode), DisableExecuteApiEndpoint: aws.ToBool(doc.DisableExecuteApiEndpoint),
	}
	endpoint := &types.EndpointConfiguration{
		Types: []types.EndpointType{types.EndpointTypeEdge}, VpcEndpointIds: doc.VpcEndpointIds, IpAddressType: types.IpAddressType(doc.IpAddressType),
	}
	if text := parameters["endpointConfigurationTypes"]; text != "" {
		kind, err := endpointTypes.parse(text)
		if err != nil {
			return nil, err
		}
		endpoint.Types[0] = types.EndpointType(kind)
	}
	if text := parameters["vpcEndpointIds"]; text != "" {
		endpoint.VpcEndpointIds = strings.Split(text, ",")
	}
	in.EndpointConfiguration = endpoint
	return in, nil
}

func compressionSize(text *string) (*int32, error) {
	if text == nil || *text == "" {
		return nil, nil //nolint:nilnil // a document without a size
	}
	size, err := strconv.ParseInt(*text, 10, 32)
	if err != nil || !isCompressionSize(size) {
		return nil, errCompressionSize
	}
	return aws.Int32(int32(size)), nil
}

var keySources = enumOf("ApiKeySource", types.ApiKeySourceType("").Values())

func checkKeySource(source string) error {
	if source == "" {
		return nil
	}
	_, err := keySources.parse(source)
	return err
}

// idSource draws ids; each run of a transaction gets the same ones.
type idSource struct {
	drawn []string
	next  int
}

func (s *idSource) again() *idSource {
	s.next = 0
	return s
}

func (s *idSource) take() string {
	if s.next == len(s.drawn) {
		s.drawn = append(s.drawn, newResourceID())
	}
	s.next++
	return s.drawn[s.next-1]
}

// errorMessage is what a client is told of an error.
func errorMessage(err error) string {
	if known, ok := errors.AsType[*wire.Error](err); ok {
		return known.Message
	}
	return err.Error()
}

// settings brings the settings of the API as a whole into one that exists.
func (r *importRun) settings() error {
	doc, api := r.doc, r.api
	size, err := compressionSize(doc.MinimumCompressionSize)
	if err != nil {
		return err
	}
	if err := checkKeySource(doc.ApiKeySource); err != nil {
		return err
	}
	api.Name, api.Description, api.Version = aws.String(doc.Name), nonEmpty(doc.Description), nonEmpty(doc.Version)
	if doc.ApiKeySource != "" {
		api.ApiKeySource = types.ApiKeySourceType(doc.ApiKeySource)
	}
	if size != nil || r.overwrite {
		api.MinimumCompressionSize = size
	}
	if doc.Policy != nil || r.overwrite {
		if api.Policy, err = parsePolicy(doc.Policy, r.scope, *api.Id); err != nil {
			return err
		}
	}
	if r.overwrite {
		api.BinaryMediaTypes = nil
	}
	for _, mediaType := range doc.BinaryMediaTypes {
		api.BinaryMediaTypes = withElement(api.BinaryMediaTypes, mediaType)
	}
	if doc.DisableExecuteApiEndpoint != nil {
		api.DisableExecuteApiEndpoint = *doc.DisableExecuteApiEndpoint
	}
	if doc.SecurityPolicy != "" {
		api.SecurityPolicy = types.SecurityPolicy(doc.SecurityPolicy)
	}
	if doc.EndpointAccessMode != "" {
		api.EndpointAccessMode = types.EndpointAccessMode(doc.EndpointAccessMode)
	}
	if !legacySecurityPolicy[api.SecurityPolicy] && api.EndpointAccessMode == "" {
		return errEndpointAccess
	}
	if len(doc.VpcEndpointIds) > 0 {
		if api.EndpointConfiguration.Types[0] != types.EndpointTypePrivate {
			return errEndpointIDs
		}
		api.EndpointConfiguration.VpcEndpointIds = doc.VpcEndpointIds
	}
	return nil
}

// refuse notes what keeps the document from being imported.
func (r *importRun) refuse(err error, format string, args ...any) {
	r.errors = append(r.errors, "Unable to "+fmt.Sprintf(format, args...)+": "+errorMessage(err))
}
