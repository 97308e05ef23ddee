package restapi

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/apiid"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/tagging"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	minKeyValueChars = 20
	maxKeyValueChars = 128
	maxKeyNameChars  = 1024

	// keyTally is the id of the one record of apiKeyTallies.
	keyTally = "apikeys"
)

// errNoAPIKey, errKeyExists and errKeyTooShort are seen in public reports.
// Unverified: the other wordings.
var (
	errNoAPIKey     = wire.NotFound("Invalid API Key identifier specified")
	errKeyExists    = wire.Conflict("API Key already exists")
	errKeyTooShort  = wire.BadRequest("API Key value should be at least 20 characters")
	errKeyTooLong   = wire.BadRequest("API Key value should be at most 128 characters")
	errKeyChars     = wire.BadRequest("API Key value can only contain visible ASCII characters")
	errKeyName      = wire.BadRequest("API Key name should be at most 1024 characters")
	errStageKey     = wire.BadRequest("Invalid stage key specified. Must be {restApiId}/{stageName}")
	errTooManyKeys  = wire.LimitExceeded("Maximum number of API keys has been reached. Please contact AWS if you need additional API keys.")
	errKeyStageGone = wire.NotFound("Invalid stage identifier specified")
)

// apiKeyEdit is an update of an API key under way.
type apiKeyEdit struct {
	*types.ApiKey
	tx    store.Tx
	scope store.Scope
}

var apiKeyPatches = patchTable[apiKeyEdit]{
	refuse: refuseWithPaths[apiKeyEdit],
	rules: []patchRule[apiKeyEdit]{
		{path: "/name", replace: setText(func(e *apiKeyEdit) **string { return &e.Name })},
		{path: "/description", replace: setText(func(e *apiKeyEdit) **string { return &e.Description })},
		{path: "/enabled", replace: func(e *apiKeyEdit, p patch) error {
			e.Enabled = p.isTrue() // MI-16
			return nil
		}},
		{path: "/customerId", replace: setText(func(e *apiKeyEdit) **string { return &e.CustomerId })},
		{path: "/stages", add: addStageKey, remove: func(e *apiKeyEdit, p patch) error {
			e.StageKeys = withoutElement(e.StageKeys, p.text())
			return nil
		}},
	},
}

func addStageKey(e *apiKeyEdit, p patch) error {
	if err := checkStageKey(e.tx, e.scope, p.text()); err != nil {
		return err
	}
	e.StageKeys = withElement(e.StageKeys, p.text())
	return nil
}

// checkStageKey wants the stage that a stage key names. Stage keys are from before
// usage plans and admit nobody any more.
func checkStageKey(tx store.Tx, scope store.Scope, stageKey string) error {
	apiID, stageName, ok := strings.Cut(stageKey, "/")
	if !ok {
		return errStageKey
	}
	there, err := store.Exists(tx, stages, scope, apiID, stageName)
	if err == nil && !there {
		err = errKeyStageGone
	}
	return err
}

func findAPIKey(tx store.Tx, scope store.Scope, id string) (*types.ApiKey, error) {
	return store.Find(tx, apiKeys, scope, errNoAPIKey, id)
}

// shownAPIKey is a key as responses have it: stage keys if there are none (UP-12),
// its value only where it is asked for.
func shownAPIKey(key *types.ApiKey, withValue bool) *types.ApiKey {
	shown := *key
	if shown.StageKeys == nil {
		shown.StageKeys = []string{}
	}
	if !withValue {
		shown.Value = nil
	}
	return &shown
}

// withTags gives a key the empty tags that single responses show (MI-24).
func withTags(key *types.ApiKey) *types.ApiKey {
	if key.Tags == nil {
		key.Tags = map[string]string{}
	}
	return key
}

// checkAPIKey holds the rules for a key that need no state.
func checkAPIKey(key *types.ApiKey) error {
	value := aws.ToString(key.Value)
	switch {
	case len(value) < minKeyValueChars:
		return errKeyTooShort
	case len(value) > maxKeyValueChars:
		return errKeyTooLong
	case strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errKeyChars
	}
	return checkKeyName(key)
}

func checkKeyName(key *types.ApiKey) error {
	if len([]rune(aws.ToString(key.Name))) > maxKeyNameChars {
		return errKeyName
	}
	return nil
}

// CreateApiKey makes a key, with a value that is drawn unless one is sent. The id
// is distinct from the value, whatever the deprecated generateDistinctId says.
func (s *Service) CreateApiKey(ctx context.Context, in *apigateway.CreateApiKeyInput) (*apigateway.CreateApiKeyOutput, error) {
	scope, now := scopeOf(ctx), s.timestamp()
	key := &types.ApiKey{
		Id: aws.String(newAPIKeyID()), Value: nonEmpty(aws.ToString(in.Value)),
		Name: nonEmpty(aws.ToString(in.Name)), Description: nonEmpty(aws.ToString(in.Description)),
		CustomerId: nonEmpty(aws.ToString(in.CustomerId)), Enabled: in.Enabled,
		CreatedDate: now, LastUpdatedDate: now, Tags: maps.Clone(nonEmptyMap(in.Tags)),
	}
	if key.Value == nil {
		key.Value = aws.String(apiid.NewKeyValue())
	}
	if err := checkAPIKey(key); err != nil {
		return nil, err
	}
	if err := tagging.Check(in.Tags); err != nil {
		return nil, err
	}
	for _, stage := range in.StageKeys {
		key.StageKeys = withElement(key.StageKeys, fmt.Sprintf("%s/%s", aws.ToString(stage.RestApiId), aws.ToString(stage.StageName)))
	}
	return wire.Respond[apigateway.CreateApiKeyOutput](update(ctx, s, func(tx store.Tx) (*types.ApiKey, error) {
		for _, stageKey := range key.StageKeys {
			if err := checkStageKey(tx, scope, stageKey); err != nil {
				return nil, err
			}
		}
		return shownAPIKey(key, true), s.createAPIKey(tx, scope, key)
	}))
}

// createAPIKey stores a new key, whose value nobody else has.
func (s *Service) createAPIKey(tx store.Tx, scope store.Scope, key *types.ApiKey) error {
	taken, err := store.Exists(tx, apiKeyValues, scope, *key.Value)
	if err != nil {
		return err
	}
	if taken {
		return errKeyExists
	}
	if err := s.tallyAPIKeys(tx, scope, 1); err != nil {
		return err
	}
	if err := apiKeyValues.Put(tx, scope, &idRecord{ID: *key.Id}, *key.Value); err != nil {
		return err
	}
	return apiKeys.Put(tx, scope, key, *key.Id)
}

// tallyAPIKeys changes the count of keys: they may be too many to count each time.
func (s *Service) tallyAPIKeys(tx store.Tx, scope store.Scope, change int) error {
	tally, err := store.Find(tx, apiKeyTallies, scope, nil, keyTally)
	if err != nil {
		return err
	}
	if tally == nil {
		tally = &countRecord{}
	}
	tally.Count += change
	if tally.Count > s.limits.APIKeys && change > 0 {
		return errTooManyKeys
	}
	return apiKeyTallies.Put(tx, scope, tally, keyTally)
}

// GetApiKey returns a key, with its value when that is to be included.
func (s *Service) GetApiKey(ctx context.Context, in *apigateway.GetApiKeyInput) (*apigateway.GetApiKeyOutput, error) {
	return wire.Respond[apigateway.GetApiKeyOutput](view(ctx, s, func(tx store.Tx) (*types.ApiKey, error) {
		key, err := findAPIKey(tx, scopeOf(ctx), *in.ApiKey)
		if err != nil {
			return nil, err
		}
		return withTags(shownAPIKey(key, aws.ToBool(in.IncludeValue))), nil
	}))
}

// GetApiKeys lists the keys of the caller's account and region in order of id: all,
// or those whose name begins with a text, or those of a customer.
func (s *Service) GetApiKeys(ctx context.Context, in *apigateway.GetApiKeysInput) (*apigateway.GetApiKeysOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	wanted := func(key *types.ApiKey) bool {
		return strings.HasPrefix(aws.ToString(key.Name), aws.ToString(in.NameQuery)) &&
			(in.CustomerId == nil || aws.ToString(key.CustomerId) == *in.CustomerId)
	}
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetApiKeysOutput, error) {
		items, next, err := store.Take(page, store.Filtered(apiKeys.All(tx, scopeOf(ctx), page.After), wanted))
		if err != nil {
			return nil, err
		}
		for i := range items {
			items[i] = *shownAPIKey(&items[i], aws.ToBool(in.IncludeValues))
		}
		return &apigateway.GetApiKeysOutput{Items: items, Position: next}, nil
	})
}

// UpdateApiKey changes the settings of a key; its value stays for ever.
func (s *Service) UpdateApiKey(ctx context.Context, in *apigateway.UpdateApiKeyInput) (*apigateway.UpdateApiKeyOutput, error) {
	scope, now := scopeOf(ctx), s.timestamp()
	return wire.Respond[apigateway.UpdateApiKeyOutput](update(ctx, s, func(tx store.Tx) (*types.ApiKey, error) {
		key, err := findAPIKey(tx, scope, *in.ApiKey)
		if err != nil {
			return nil, err
		}
		if err := apiKeyPatches.apply(&apiKeyEdit{ApiKey: key, tx: tx, scope: scope}, in.PatchOperations); err != nil {
			return nil, err
		}
		if err := checkKeyName(key); err != nil {
			return nil, err
		}
		key.LastUpdatedDate = now
		return withTags(shownAPIKey(key, false)), apiKeys.Put(tx, scope, key, *key.Id)
	}))
}

// DeleteApiKey deletes a key, and takes it out of its usage plans.
func (s *Service) DeleteApiKey(ctx context.Context, in *apigateway.DeleteApiKeyInput) (*apigateway.DeleteApiKeyOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteApiKeyOutput, error) {
		key, err := findAPIKey(tx, scope, *in.ApiKey)
		if err != nil {
			return nil, err
		}
		plans, err := plansOfKey(tx, scope, *key.Id)
		if err != nil {
			return nil, err
		}
		for _, plan := range plans {
			if err := deletePlanKey(tx, scope, *plan.Id, *key.Id); err != nil {
				return nil, err
			}
		}
		if err := apiKeyValues.Delete(tx, scope, *key.Value); err != nil {
			return nil, err
		}
		if err := s.tallyAPIKeys(tx, scope, -1); err != nil {
			return nil, err
		}
		return &apigateway.DeleteApiKeyOutput{}, apiKeys.Delete(tx, scope, *key.Id)
	})
}
