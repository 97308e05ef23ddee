package domainname

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v1 "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/apiid"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const maxMappingKeyChars = 300

var mappingKeyPattern = regexp.MustCompile(`^[a-zA-Z0-9$\-_.+!*'()]+(?:/[a-zA-Z0-9$\-_.+!*'()]+)*$`)

// Unverified: the wordings, but for that of a key that is taken.
var (
	errNoMapping       = wire.NotFound("Invalid API mapping identifier specified")
	errMappingExists   = wire.Conflict("ApiMapping key already exists for this domain name")
	errMappingKey      = wire.BadRequest("API mapping key should not start with a '/' or have consecutive '/'s, and can contain only letters, numbers and the characters $-_.+!*'()/")
	errMappedAPI       = wire.NotFound("Invalid API identifier specified")
	errMappedStage     = wire.BadRequest("Invalid stage identifier specified")
	errMixed           = wire.BadRequest("A custom domain name cannot be mapped to WebSocket APIs and to REST or HTTP APIs")
	errSocketKey       = wire.BadRequest("API mapping keys of WebSocket APIs have one level")
	errMappingsByRules = wire.BadRequest("API mappings cannot be created for a domain name with the routing mode ROUTING_RULE_ONLY")
)

// derivedID is the id of a mapping that the first version made: it has none there.
func derivedID(domain, basePath string) string {
	sum := sha256.Sum256([]byte(domain + "\n" + basePath))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:6])
}

// mappingIDsOf returns the ids of a domain name's mappings by their base paths.
func mappingIDsOf(tx store.Tx, scope store.Scope, domain string) (map[string]string, error) {
	byPath := map[string]string{}
	for record, err := range mappingIDs.All(tx, scope, "", domain) {
		if err != nil {
			return nil, err
		}
		byPath[record.Value.BasePath] = record.ID[len(record.ID)-1]
	}
	return byPath, nil
}

func shownMapping(domain string, m *v1.BasePathMapping, ids map[string]string) *types.ApiMapping {
	key := aws.ToString(m.BasePath)
	id := ids[key]
	if id == "" {
		id = derivedID(domain, key)
	}
	if key == None {
		key = ""
	}
	return &types.ApiMapping{ApiId: m.RestApiId, Stage: m.Stage, ApiMappingId: &id, ApiMappingKey: &key}
}

// findMapping returns the mapping with an id.
func findMapping(tx store.Tx, scope store.Scope, domain, id string) (*v1.BasePathMapping, map[string]string, error) {
	ids, err := mappingIDsOf(tx, scope, domain)
	if err != nil {
		return nil, nil, err
	}
	for record, err := range Mappings.All(tx, scope, "", domain) {
		if err != nil {
			return nil, nil, err
		}
		if *shownMapping(domain, record.Value, ids).ApiMappingId == id {
			return record.Value, ids, nil
		}
	}
	return nil, nil, errNoMapping
}

// check checks a mapping, new or changed, with its domain name.
func (s *Service) check(tx store.Tx, scope store.Scope, domain string, m *v1.BasePathMapping) error {
	key := aws.ToString(m.BasePath)
	if key == "" {
		key = None
		m.BasePath = aws.String(None)
	}
	if key != None && (len(key) > maxMappingKeyChars || !mappingKeyPattern.MatchString(key)) {
		return errMappingKey
	}
	protocol, err := s.protocol(tx, scope, aws.ToString(m.RestApiId), aws.ToString(m.Stage))
	if err != nil {
		return err
	}
	if protocol == WebSocket && strings.Contains(key, "/") {
		return errSocketKey
	}
	for other, err := range Mappings.All(tx, scope, "", domain) {
		if err != nil {
			return err
		}
		otherProtocol, _, err := s.find(tx, scope, aws.ToString(other.Value.RestApiId), "")
		if err != nil {
			return err
		}
		if otherProtocol != "" && (otherProtocol == WebSocket) != (protocol == WebSocket) {
			return errMixed
		}
	}
	return nil
}

// protocol is the kind of an API that has a stage.
func (s *Service) protocol(tx store.Tx, scope store.Scope, apiID, stage string) (Protocol, error) {
	protocol, hasStage, err := s.find(tx, scope, apiID, stage)
	switch {
	case err != nil:
		return "", err
	case protocol == "":
		return "", errMappedAPI
	case !hasStage:
		return "", errMappedStage
	}
	return protocol, nil
}

func (s *Service) find(tx store.Tx, scope store.Scope, apiID, stage string) (Protocol, bool, error) {
	for _, finder := range s.config.Stages {
		protocol, hasStage, err := finder(tx, scope, apiID, stage)
		if err != nil || protocol != "" {
			return protocol, hasStage, err
		}
	}
	return "", false, nil
}

// create stores a mapping whose key is free, and its id.
func create(tx store.Tx, scope store.Scope, domain, id string, m *v1.BasePathMapping) error {
	taken, err := store.Exists(tx, Mappings, scope, domain, *m.BasePath)
	if err != nil {
		return err
	}
	if taken {
		return errMappingExists
	}
	if err := mappingIDs.Put(tx, scope, &mappingID{BasePath: *m.BasePath}, domain, id); err != nil {
		return err
	}
	return Mappings.Put(tx, scope, m, domain, *m.BasePath)
}

// CreateApiMapping maps a key of a domain name to a stage of an API.
func (s *Service) CreateApiMapping(ctx context.Context, in *apigatewayv2.CreateApiMappingInput) (*apigatewayv2.CreateApiMappingOutput, error) {
	scope, id := scopeOf(ctx), apiid.New(6)
	return wire.Respond[apigatewayv2.CreateApiMappingOutput](update(ctx, s, func(tx store.Tx) (*types.ApiMapping, error) {
		domain, err := findDomain(tx, scope, in.DomainName, nil)
		if err != nil {
			return nil, err
		}
		if domain.RoutingMode == v1.RoutingModeRoutingRuleOnly {
			return nil, errMappingsByRules
		}
		key := Key(domain.DomainName, domain.DomainNameId)
		m := &v1.BasePathMapping{BasePath: in.ApiMappingKey, RestApiId: in.ApiId, Stage: in.Stage}
		if err := s.check(tx, scope, key, m); err != nil {
			return nil, err
		}
		return shownMapping(key, m, map[string]string{*m.BasePath: id}), create(tx, scope, key, id, m)
	}))
}

// GetApiMapping returns a mapping.
func (s *Service) GetApiMapping(ctx context.Context, in *apigatewayv2.GetApiMappingInput) (*apigatewayv2.GetApiMappingOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigatewayv2.GetApiMappingOutput](view(ctx, s, func(tx store.Tx) (*types.ApiMapping, error) {
		if _, err := findDomain(tx, scope, in.DomainName, nil); err != nil {
			return nil, err
		}
		m, ids, err := findMapping(tx, scope, *in.DomainName, *in.ApiMappingId)
		if err != nil {
			return nil, err
		}
		return shownMapping(*in.DomainName, m, ids), nil
	}))
}

// GetApiMappings lists the mappings of a domain name in order of key.
func (s *Service) GetApiMappings(ctx context.Context, in *apigatewayv2.GetApiMappingsInput) (*apigatewayv2.GetApiMappingsOutput, error) {
	page, err := newPage(in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigatewayv2.GetApiMappingsOutput, error) {
		if _, err := findDomain(tx, scope, in.DomainName, nil); err != nil {
			return nil, err
		}
		ids, err := mappingIDsOf(tx, scope, *in.DomainName)
		if err != nil {
			return nil, err
		}
		items, next, err := store.Take(page, Mappings.All(tx, scope, page.After, *in.DomainName))
		if err != nil {
			return nil, err
		}
		out := &apigatewayv2.GetApiMappingsOutput{Items: []types.ApiMapping{}, NextToken: next}
		for i := range items {
			out.Items = append(out.Items, *shownMapping(*in.DomainName, &items[i], ids))
		}
		return out, nil
	})
}

// UpdateApiMapping changes what is sent of a mapping; its id stays.
func (s *Service) UpdateApiMapping(ctx context.Context, in *apigatewayv2.UpdateApiMappingInput) (*apigatewayv2.UpdateApiMappingOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigatewayv2.UpdateApiMappingOutput](update(ctx, s, func(tx store.Tx) (*types.ApiMapping, error) {
		if _, err := findDomain(tx, scope, in.DomainName, nil); err != nil {
			return nil, err
		}
		domain, id := *in.DomainName, *in.ApiMappingId
		m, _, err := findMapping(tx, scope, domain, id)
		if err != nil {
			return nil, err
		}
		if err := removeMapping(tx, scope, domain, id, m); err != nil {
			return nil, err
		}
		if in.ApiMappingKey != nil {
			m.BasePath = in.ApiMappingKey
		}
		if in.ApiId != nil {
			m.RestApiId = in.ApiId
		}
		if in.Stage != nil {
			m.Stage = in.Stage
		}
		if err := s.check(tx, scope, domain, m); err != nil {
			return nil, err
		}
		return shownMapping(domain, m, map[string]string{*m.BasePath: id}), create(tx, scope, domain, id, m)
	}))
}

func removeMapping(tx store.Tx, scope store.Scope, domain, id string, m *v1.BasePathMapping) error {
	if err := mappingIDs.Delete(tx, scope, domain, id); err != nil {
		return err
	}
	return Mappings.Delete(tx, scope, domain, *m.BasePath)
}

// DeleteApiMapping deletes a mapping.
func (s *Service) DeleteApiMapping(ctx context.Context, in *apigatewayv2.DeleteApiMappingInput) (*apigatewayv2.DeleteApiMappingOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigatewayv2.DeleteApiMappingOutput, error) {
		if _, err := findDomain(tx, scope, in.DomainName, nil); err != nil {
			return nil, err
		}
		m, _, err := findMapping(tx, scope, *in.DomainName, *in.ApiMappingId)
		if err != nil {
			return nil, err
		}
		return &apigatewayv2.DeleteApiMappingOutput{}, removeMapping(tx, scope, *in.DomainName, *in.ApiMappingId, m)
	})
}
