package httpapi

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/openapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/tagging"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Unverified: the wordings.
var (
	errBasepath        = wire.BadRequest("Invalid basepath specified. Valid options are ignore, prepend, split")
	errImportWebSocket = wire.BadRequest("Import and export are supported for protocol type HTTP only")
)

// ImportApi makes an HTTP API of an OpenAPI 3.0 document. What cannot be imported is an
// error for all of the document, or a warning that the answer lists; with
// failOnWarnings one warning is enough to make nothing at all.
func (s *Service) ImportApi(ctx context.Context, in *apigatewayv2.ImportApiInput) (*apigatewayv2.ImportApiOutput, error) {
	scope := scopeOf(ctx)
	doc, err := readDocument(scope, in.Body, in.Basepath, in.FailOnWarnings)
	if err != nil {
		return nil, err
	}
	if doc.Name == "" {
		return nil, wire.BadRequest(openapi.ErrNoTitle.Error())
	}
	api, err := s.newAPI(scope, &apigatewayv2.CreateApiInput{
		Name: &doc.Name, Description: nonEmpty(&doc.Description), Version: nonEmpty(&doc.Version), ProtocolType: types.ProtocolTypeHttp,
		CorsConfiguration: doc.Cors, DisableExecuteApiEndpoint: doc.DisableExecuteApiEndpoint,
		IpAddressType: types.IpAddressType(doc.IpAddressType), Tags: doc.Tags,
	})
	if err != nil {
		return nil, importFailure([]string{"Unable to create the API: " + errorMessage(err)}, doc.Warnings)
	}
	return wire.Respond[apigatewayv2.ImportApiOutput](s.shownImport(doc)(update(ctx, s, func(tx store.Tx) (*types.Api, error) {
		a := apiTx{tx: tx, scope: scope, api: api}
		if err := s.createAPI(a); err != nil {
			return nil, err
		}
		return api, s.importParts(a, doc)
	})))
}

// ReimportApi makes an HTTP API equal to an OpenAPI 3.0 document: its routes,
// integrations, authorizers and CORS settings are replaced, its stages stay.
func (s *Service) ReimportApi(ctx context.Context, in *apigatewayv2.ReimportApiInput) (*apigatewayv2.ReimportApiOutput, error) {
	doc, err := readDocument(scopeOf(ctx), in.Body, in.Basepath, in.FailOnWarnings)
	if err != nil {
		return nil, err
	}
	return wire.Respond[apigatewayv2.ReimportApiOutput](s.shownImport(doc)(change(ctx, s, *in.ApiId, func(a apiTx) (*types.Api, error) {
		if !a.isHTTP() {
			return nil, errImportWebSocket
		}
		if err := importSettings(a, doc); err != nil {
			return nil, importFailure([]string{"Unable to update the API: " + errorMessage(err)}, doc.Warnings)
		}
		for _, deleteUnder := range []func(store.Tx, store.Scope, ...string) error{
			routeResponses.DeleteUnder, routeKeys.DeleteUnder, routes.DeleteUnder, integrations.DeleteUnder, authorizers.DeleteUnder,
		} {
			if err := deleteUnder(a.tx, a.scope, a.id()); err != nil {
				return nil, err
			}
		}
		if err := put(a, apis, a.api); err != nil {
			return nil, err
		}
		return a.api, s.importParts(a, doc)
	})))
}

// readDocument reads a document by the parameters of an import.
func readDocument(scope store.Scope, body, basepath *string, failOnWarnings *bool) (*openapi.HttpApi, error) {
	mode := openapi.BasePathMode(strings.ToLower(aws.ToString(basepath)))
	switch mode {
	case "", openapi.BasePathIgnore, openapi.BasePathPrepend, openapi.BasePathSplit:
	default:
		return nil, errBasepath
	}
	doc, err := openapi.ImportHTTP([]byte(aws.ToString(body)), openapi.Options{Account: scope.Account, Region: scope.Region, BasePath: mode})
	if err != nil {
		return nil, wire.BadRequest(err.Error())
	}
	if checkCORS(doc.Cors) != nil {
		doc.Cors = nil
		doc.Warnings = append(doc.Warnings, openapi.CorsMalformed)
	}
	if len(doc.Errors) > 0 {
		return nil, importFailure(doc.Errors, doc.Warnings)
	}
	if aws.ToBool(failOnWarnings) && len(doc.Warnings) > 0 {
		return nil, importFailure(nil, doc.Warnings)
	}
	return doc, nil
}

// shownImport makes the answer of an import, with infos and warnings, which nobody
// keeps.
func (s *Service) shownImport(doc *openapi.HttpApi) func(*types.Api, error) (*types.Api, error) {
	return func(api *types.Api, err error) (*types.Api, error) {
		if _, err := s.shownAPI(api, err); err != nil {
			return nil, err
		}
		shown := *api
		shown.Warnings, shown.ImportInfo = doc.Warnings, doc.Infos
		return &shown, nil
	}
}

// importFailure is the error of an import, in AWS's words.
func importFailure(errs, warnings []string) error {
	const separator = "\n\t"
	message := ""
	if len(errs) > 0 {
		message = "Errors found during import:" + separator + strings.Join(errs, separator)
	}
	if len(errs) > 0 && len(warnings) > 0 {
		message += "\n"
	}
	if len(warnings) > 0 {
		message += "Warnings found during import:" + separator + strings.Join(warnings, separator)
	}
	return wire.BadRequest(message)
}

// errorMessage is what a client is told of an error.
func errorMessage(err error) string {
	if known, ok := errors.AsType[*wire.Error](err); ok {
		return known.Message
	}
	return err.Error()
}

// importSettings brings the settings of the API as a whole into one that exists. The
// endpoint stays as it is where the document is silent.
func importSettings(a apiTx, doc *openapi.HttpApi) error {
	api := a.api
	if doc.Name != "" {
		api.Name = &doc.Name
	}
	api.Description, api.Version = nonEmpty(&doc.Description), nonEmpty(&doc.Version)
	api.CorsConfiguration = doc.Cors
	if doc.DisableExecuteApiEndpoint != nil {
		api.DisableExecuteApiEndpoint = doc.DisableExecuteApiEndpoint
	}
	if doc.IpAddressType != "" {
		api.IpAddressType = types.IpAddressType(doc.IpAddressType)
	}
	if len(doc.Tags) > 0 {
		if err := tagging.Check(doc.Tags); err != nil {
			return err
		}
		api.Tags = doc.Tags // those of the document alone, as Terraform's provider has found
	}
	return checkAPI(api)
}

// importRun brings the parts of a document into an API without any.
type importRun struct {
	service *Service
	a       apiTx
	doc     *openapi.HttpApi
	errors  []string
	// authorizers are ids by name, integrations ids by index.
	authorizers  map[string]string
	integrations []string
}

func (s *Service) importParts(a apiTx, doc *openapi.HttpApi) error {
	r := &importRun{service: s, a: a, doc: doc, authorizers: map[string]string{}}
	for _, step := range []func() error{r.addAuthorizers, r.addIntegrations, r.addRoutes} {
		if err := step(); err != nil {
			return err
		}
	}
	if len(r.errors) > 0 {
		return importFailure(r.errors, doc.Warnings)
	}
	return nil
}

// refuse notes an error that the document is to blame for, and returns any other.
func (r *importRun) refuse(err error, format string, args ...any) error {
	known, ok := errors.AsType[*wire.Error](err)
	if err == nil || !ok || known.Status == http.StatusTooManyRequests || known.Status >= http.StatusInternalServerError {
		return err
	}
	r.errors = append(r.errors, "Unable to create "+fmt.Sprintf(format, args...)+": "+known.Message)
	return nil
}

func (r *importRun) addAuthorizers() error {
	for _, authorizer := range r.doc.Authorizers {
		authorizer.AuthorizerId = aws.String(newAuthorizerID())
		r.authorizers[*authorizer.Name] = *authorizer.AuthorizerId
		if err := r.refuse(r.service.createAuthorizer(r.a, &authorizer), "authorizer '%s'", *authorizer.Name); err != nil {
			return err
		}
	}
	return nil
}

func (r *importRun) addIntegrations() error {
	for i := range r.doc.Integrations {
		integration := r.doc.Integrations[i].Integration
		integration.IntegrationId = aws.String(newIntegrationID())
		integration.RequestParameters = maps.Clone(integration.RequestParameters)
		r.integrations = append(r.integrations, *integration.IntegrationId)
		if err := r.refuse(r.service.createIntegration(r.a, &integration), "integration for %s", r.doc.Integrations[i].Of); err != nil {
			return err
		}
	}
	return nil
}

func (r *importRun) addRoutes() error {
	if len(r.errors) > 0 {
		return nil // they would fail for what they refer to
	}
	for i := range r.doc.Routes {
		from := &r.doc.Routes[i]
		route := from.Route
		route.RouteId = aws.String(newRouteID())
		if from.Integration >= 0 {
			route.Target = aws.String(targetPrefix + r.integrations[from.Integration])
		}
		if from.Authorizer != "" {
			route.AuthorizerId = aws.String(r.authorizers[from.Authorizer])
		}
		if err := r.refuse(r.service.createRoute(r.a, &route), "route '%s'", *route.RouteKey); err != nil {
			return err
		}
	}
	return nil
}
