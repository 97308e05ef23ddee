package restapi

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/openapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	errGatewayResponseType = wire.BadRequest("Invalid response type specified")        // Unverified: the wording.
	errAuthorizerType      = wire.BadRequest("Invalid authorizer type specified")      // Unverified: the wording.
	errIntegrationType     = wire.BadRequest("Invalid integration type specified")     // Unverified: the wording.
	errContentHandling     = wire.BadRequest("Invalid contentHandling specified")      // Unverified: the wording.
	errConnectionType      = wire.BadRequest("Invalid connectionType specified")       // Unverified: the wording.
	errTransferMode        = wire.BadRequest("Invalid responseTransferMode specified") // Unverified: the wording.
	errUnknownValidator    = wire.BadRequest("Invalid Request Validator name specified")
)

// importTree is the tree of resources that an import makes: each record is written once,
// however many methods it has.
type importTree struct {
	byPath map[string]*types.Resource
	// slots are the children of a resource by their place: parent id, then slot.
	slots map[string]map[string]*types.Resource
	// order has the resources as they were added, parents before children.
	order []*types.Resource
	// known are the resources that the API had, by path.
	known map[string]*types.Resource
}

func (t *importTree) add(resource *types.Resource) {
	t.byPath[*resource.Path] = resource
	t.order = append(t.order, resource)
	if isRoot(resource) {
		return
	}
	slots := t.slots[*resource.ParentId]
	if slots == nil {
		slots = map[string]*types.Resource{}
		t.slots[*resource.ParentId] = slots
	}
	slots[childSlot(*resource.PathPart)] = resource
}

// resources makes the resources of the document with their methods.
func (r *importRun) resources() error {
	existing, err := store.Collect(resources.All(r.tx, r.scope, "", *r.api.Id))
	if err != nil {
		return err
	}
	r.tree = &importTree{byPath: map[string]*types.Resource{}, slots: map[string]map[string]*types.Resource{}, known: map[string]*types.Resource{}}
	slices.SortStableFunc(existing, func(a, b types.Resource) int { return strings.Count(*a.Path, "/") - strings.Count(*b.Path, "/") })
	for i := range existing {
		resource := &existing[i]
		r.tree.known[*resource.Path] = resource
		if isRoot(resource) || !r.overwrite {
			if r.overwrite {
				resource.ResourceMethods = nil
			}
			r.tree.add(resource)
		}
	}
	for i := range r.doc.Paths {
		path := &r.doc.Paths[i]
		resource, err := r.resource(path.Path)
		if err != nil {
			r.refuse(err, "create resource at path '%s'", path.Path)
			continue
		}
		for j := range path.Methods {
			if err := r.method(resource, &path.Methods[j]); err != nil {
				return err
			}
		}
	}
	if len(r.tree.order) > r.service.limits.ResourcesPerAPI {
		return errTooManyResources
	}
	return r.putTree()
}

func (r *importRun) putTree() error {
	id := *r.api.Id
	for _, deleteUnder := range []func(store.Tx, store.Scope, ...string) error{resources.DeleteUnder, children.DeleteUnder} {
		if err := deleteUnder(r.tx, r.scope, id); err != nil {
			return err
		}
	}
	for _, resource := range r.tree.order {
		if err := putResource(r.tx, r.scope, id, resource); err != nil {
			return err
		}
	}
	return tallies.Put(r.tx, r.scope, &tallyRecord{Resources: len(r.tree.order)}, id)
}

// resource returns the resource at a path, made with those above it where it is new.
func (r *importRun) resource(path string) (*types.Resource, error) {
	if path == "" {
		path = "/"
	}
	if found := r.tree.byPath[path]; found != nil {
		return found, nil
	}
	cut := strings.LastIndexByte(path, '/')
	if cut < 0 {
		return nil, errPathPart
	}
	parent, err := r.resource(path[:cut])
	if err != nil {
		return nil, err
	}
	part := path[cut+1:]
	if err := checkChild(parent, part); err != nil {
		return nil, err
	}
	if sibling := r.tree.slots[*parent.Id][childSlot(part)]; sibling != nil {
		return nil, errSibling(*sibling.PathPart, part)
	}
	resource := &types.Resource{Id: aws.String(r.ids.take()), ParentId: parent.Id, PathPart: aws.String(part), Path: aws.String(path)}
	if known := r.tree.known[path]; known != nil {
		resource.Id = known.Id
	}
	r.tree.add(resource)
	return resource, nil
}

// method puts a method with all that belongs to it, in place of one that was there.
func (r *importRun) method(resource *types.Resource, m *openapi.Method) error {
	method := types.Method{
		HttpMethod: m.HttpMethod, AuthorizationType: m.AuthorizationType, ApiKeyRequired: m.ApiKeyRequired,
		AuthorizationScopes: m.AuthorizationScopes, OperationName: m.OperationName,
		RequestModels: maps.Clone(m.RequestModels), RequestParameters: maps.Clone(m.RequestParameters),
	}
	verb := *m.HttpMethod
	if m.Authorizer != "" {
		method.AuthorizerId = nonEmpty(r.authorizerIDs[m.Authorizer])
	}
	if m.Validator != "" {
		id, ok := r.validatorIDs[m.Validator]
		if !ok {
			r.refuse(errUnknownValidator, "put method '%s' on resource at path '%s'", verb, *resource.Path)
			return nil
		}
		method.RequestValidatorId = &id
	}
	ref := methodRef{scope: r.scope, apiID: *r.api.Id, resourceID: *resource.Id, verb: verb}
	err := checkMethod(r.tx, ref, &method)
	if refused := r.refusal(err); refused != nil {
		// An authorizer that could not be made is told of already.
		r.refuse(refused, "put method '%s' on resource at path '%s'", verb, *resource.Path)
		return nil
	} else if err != nil {
		return err
	}
	if err := r.methodResponses(ref, resource, &method, m); err != nil {
		return err
	}
	r.integration(resource, &method, m)
	if resource.ResourceMethods == nil {
		resource.ResourceMethods = map[string]types.Method{}
	}
	resource.ResourceMethods[verb] = method
	return nil
}

func (r *importRun) methodResponses(ref methodRef, resource *types.Resource, method *types.Method, m *openapi.Method) error {
	for _, status := range sortedKeys(m.MethodResponses) {
		response := m.MethodResponses[status]
		err := checkModels(r.tx, ref, response.ResponseModels)
		if err == nil {
			err = checkResponseParameters(response.ResponseParameters)
		}
		if refused := r.refusal(err); refused != nil {
			r.refuse(refused, "put method response '%s' on '%s' for resource at path '%s'", status, ref.verb, *resource.Path)
			continue
		} else if err != nil {
			return err
		}
		if method.MethodResponses == nil {
			method.MethodResponses = map[string]types.MethodResponse{}
		}
		method.MethodResponses[status] = response
	}
	return nil
}

// integrationVerb is the verb of an integration; a document may leave it out, where it
// is the method's own, and POST for functions. Unverified.
func integrationVerb(method *types.Method, read *types.Integration) *string {
	switch {
	case aws.ToString(read.HttpMethod) != "":
		return read.HttpMethod
	case read.Type == types.IntegrationTypeAwsProxy:
		return aws.String(http.MethodPost)
	case read.Type == types.IntegrationTypeMock:
		return nil
	default:
		return method.HttpMethod
	}
}

func (r *importRun) integration(resource *types.Resource, method *types.Method, m *openapi.Method) {
	read := m.MethodIntegration
	if read == nil {
		return
	}
	in := &apigateway.PutIntegrationInput{
		ResourceId: resource.Id, Type: read.Type, IntegrationHttpMethod: integrationVerb(method, read), Uri: read.Uri, Credentials: read.Credentials,
		ConnectionType: read.ConnectionType, ConnectionId: read.ConnectionId, IntegrationTarget: read.IntegrationTarget,
		ContentHandling: read.ContentHandling, PassthroughBehavior: read.PassthroughBehavior,
		RequestParameters: maps.Clone(read.RequestParameters), RequestTemplates: maps.Clone(read.RequestTemplates),
		ResponseTransferMode: read.ResponseTransferMode, TlsConfig: read.TlsConfig,
		CacheNamespace: read.CacheNamespace, CacheKeyParameters: slices.Clone(read.CacheKeyParameters),
	}
	if read.TimeoutInMillis != 0 {
		in.TimeoutInMillis = aws.Int32(read.TimeoutInMillis)
	}
	integration := newIntegration(in)
	err := checkIntegrationEnums(integration)
	if err == nil {
		err = r.service.checkIntegration(method, integration)
	}
	if err != nil {
		r.refuse(err, "put integration on '%s' for resource at path '%s'", *method.HttpMethod, *resource.Path)
		return
	}
	method.MethodIntegration = integration
	for _, response := range m.Responses {
		if err := addIntegrationResponse(method, response); err != nil {
			r.refuse(err, "put integration response on '%s' for resource at path '%s'", *method.HttpMethod, *resource.Path)
		}
	}
}

// addIntegrationResponse checks a response and adds it to the integration of a method.
func addIntegrationResponse(method *types.Method, response types.IntegrationResponse) error {
	response.ResponseParameters = nonEmptyMap(maps.Clone(response.ResponseParameters))
	response.ResponseTemplates = nonEmptyMap(maps.Clone(response.ResponseTemplates))
	status := aws.ToString(response.StatusCode)
	switch {
	case !statusCodePattern.MatchString(status):
		return errNoStatusCode
	case response.ContentHandling != "" && !slices.Contains(response.ContentHandling.Values(), response.ContentHandling):
		return errContentHandling
	}
	if err := checkContentTypes(response.ResponseTemplates); err != nil {
		return err
	}
	if err := checkResponseMappings(method, status, response.ResponseParameters); err != nil {
		return err
	}
	integration := method.MethodIntegration
	if err := checkSelectionPattern(integration, &response); err != nil {
		return err
	}
	if integration.IntegrationResponses == nil {
		integration.IntegrationResponses = map[string]types.IntegrationResponse{}
	}
	integration.IntegrationResponses[status] = response
	return nil
}

// checkIntegrationEnums checks what the wire checks in requests.
func checkIntegrationEnums(i *types.Integration) error {
	switch {
	case !slices.Contains(i.Type.Values(), i.Type):
		return errIntegrationType
	case i.ContentHandling != "" && !slices.Contains(i.ContentHandling.Values(), i.ContentHandling):
		return errContentHandling
	case i.ConnectionType != "" && !slices.Contains(i.ConnectionType.Values(), i.ConnectionType):
		return errConnectionType
	case i.ResponseTransferMode != "" && !slices.Contains(i.ResponseTransferMode.Values(), i.ResponseTransferMode):
		return errTransferMode
	}
	return nil
}
