package restapi

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/openapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// importRun brings a document into an API, within one transaction.
type importRun struct {
	service *Service
	tx      store.Tx
	scope   store.Scope
	api     *types.RestApi
	doc     *openapi.RestApi
	ids     *idSource
	// overwrite leaves nothing that the document does not have.
	overwrite bool

	// errors are what keeps the document from being imported.
	errors []string
	// validatorIDs and authorizerIDs are by name.
	validatorIDs, authorizerIDs map[string]string
	tree                        *importTree
}

// do imports all of the document. Its error lists everything that is wrong with it.
func (r *importRun) do() error {
	for _, step := range []func() error{r.models, r.validators, r.authorizers, r.gatewayResponses, r.resources, r.documentation} {
		if err := step(); err != nil {
			return err
		}
	}
	if len(r.errors) > 0 {
		return importFailure(r.errors, r.doc.Warnings)
	}
	return nil
}

// putEach puts the records that the document has; in mode overwrite the others of the
// collection are deleted. A record that the API has under the same name keeps its key.
func putEach[T any](r *importRun, collection store.Collection[T], keyOf func(*T) string, nameOf func(*T) string, records []T, put func(record *T, existing *T) error) error {
	existing, err := store.Collect(collection.All(r.tx, r.scope, "", *r.api.Id))
	if err != nil {
		return err
	}
	byName := make(map[string]*T, len(existing))
	for i := range existing {
		byName[nameOf(&existing[i])] = &existing[i]
	}
	kept := make(map[string]bool, len(records))
	for i := range records {
		kept[nameOf(&records[i])] = true
	}
	if r.overwrite {
		for i := range existing {
			if kept[nameOf(&existing[i])] {
				continue
			}
			if err := collection.Delete(r.tx, r.scope, *r.api.Id, keyOf(&existing[i])); err != nil {
				return err
			}
		}
	}
	for i := range records {
		record := records[i] // a transaction may run again
		if err := put(&record, byName[nameOf(&record)]); err != nil {
			return err
		}
	}
	return nil
}

func (r *importRun) models() error {
	name := func(m *types.Model) string { return aws.ToString(m.Name) }
	return putEach(r, models, name, name, r.doc.Models, func(m, existing *types.Model) error {
		m.Schema = aws.String(strings.ReplaceAll(aws.ToString(m.Schema), modelURL(unnamedAPI), modelURL(*r.api.Id)))
		if m.Id = aws.String(r.ids.take()); existing != nil {
			m.Id = existing.Id
		}
		if err := checkModel(m); err != nil {
			r.refuse(err, "create model '%s'", *m.Name)
			return nil
		}
		return models.Put(r.tx, r.scope, m, *r.api.Id, *m.Name)
	})
}

func (r *importRun) validators() error {
	r.validatorIDs = map[string]string{}
	if !r.overwrite {
		for record, err := range validators.All(r.tx, r.scope, "", *r.api.Id) {
			if err != nil {
				return err
			}
			r.validatorIDs[aws.ToString(record.Value.Name)] = *record.Value.Id
		}
	}
	id := func(v *types.RequestValidator) string { return *v.Id }
	name := func(v *types.RequestValidator) string { return aws.ToString(v.Name) }
	return putEach(r, validators, id, name, r.doc.Validators, func(v, existing *types.RequestValidator) error {
		if v.Id = aws.String(r.ids.take()); existing != nil {
			v.Id = existing.Id
		}
		if name(v) == "" {
			r.refuse(errValidatorName, "create request validator '%s'", name(v))
			return nil
		}
		r.validatorIDs[name(v)] = *v.Id
		return validators.Put(r.tx, r.scope, v, *r.api.Id, *v.Id)
	})
}

func (r *importRun) authorizers() error {
	r.authorizerIDs = map[string]string{}
	id := func(a *types.Authorizer) string { return *a.Id }
	name := func(a *types.Authorizer) string { return aws.ToString(a.Name) }
	err := putEach(r, authorizers, id, name, r.doc.Authorizers, func(a, existing *types.Authorizer) error {
		if a.Id = aws.String(r.ids.take()); existing != nil {
			a.Id = existing.Id
		}
		a.ProviderARNs = slices.Clone(a.ProviderARNs)
		if !slices.Contains(a.Type.Values(), a.Type) {
			r.refuse(errAuthorizerType, "create authorizer '%s'", name(a))
			return nil
		}
		err := putAuthorizer(r.tx, r.scope, *r.api.Id, a)
		if refused := r.refusal(err); refused != nil {
			r.refuse(refused, "create authorizer '%s'", name(a))
			return nil
		}
		r.authorizerIDs[name(a)] = *a.Id
		return err
	})
	if err != nil {
		return err
	}
	number, err := store.Count(r.tx, authorizers, r.scope, *r.api.Id)
	if err == nil && number > r.service.limits.AuthorizersPerAPI {
		err = errTooManyAuthorizers
	}
	return err
}

// refusal is err when it is the client's; an error of the store is none.
func (*importRun) refusal(err error) error {
	if _, isAPIError := errors.AsType[*wire.Error](err); isAPIError {
		return err
	}
	return nil
}

func (r *importRun) gatewayResponses() error {
	kind := func(g *types.GatewayResponse) string { return string(g.ResponseType) }
	return putEach(r, gatewayResponses, kind, kind, r.doc.GatewayResponses, func(g, _ *types.GatewayResponse) error {
		if !slices.Contains(g.ResponseType.Values(), g.ResponseType) {
			r.refuse(errGatewayResponseType, "put gateway response '%s'", kind(g))
			return nil
		}
		g.ResponseParameters, g.ResponseTemplates = maps.Clone(g.ResponseParameters), maps.Clone(g.ResponseTemplates)
		settleGatewayResponse(g)
		if err := checkGatewayResponse(g); err != nil {
			r.refuse(err, "put gateway response '%s'", kind(g))
			return nil
		}
		return gatewayResponses.Put(r.tx, r.scope, g, *r.api.Id, kind(g))
	})
}

func (r *importRun) documentation() error {
	parts := make([]types.DocumentationPart, 0, len(r.doc.DocumentationParts))
	for _, part := range r.doc.DocumentationParts {
		location := *part.Location
		part.Location = &location
		if err := checkPart(&part); err != nil {
			r.refuse(err, "create documentation part of type '%s'", location.Type)
			continue
		}
		parts = append(parts, part)
	}
	ids := make([]string, len(parts))
	for i := range ids {
		ids[i] = r.ids.take()
	}
	slices.Sort(ids) // listed in the order of the document
	for i := range parts {
		parts[i].Id = &ids[i]
	}
	if err := replaceParts(r.tx, r.scope, *r.api.Id, parts, r.overwrite); err != nil {
		return err
	}
	number, err := store.Count(r.tx, documentationParts, r.scope, *r.api.Id)
	if err == nil && number > r.service.limits.DocumentationPartsPerAPI {
		err = errTooManyParts
	}
	return err
}
