package function

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// CreateAlias names a version of a function.
func (s *Service) CreateAlias(ctx context.Context, in *lambda.CreateAliasInput) (*lambda.CreateAliasOutput, error) {
	r, err := ownAlias(ctx, "CreateAlias", in.FunctionName, in.Name)
	if err != nil {
		return nil, err
	}
	alias := types.AliasConfiguration{
		AliasArn:        aws.String(r.qualifiedARN()),
		Name:            in.Name,
		Description:     aws.String(aws.ToString(in.Description)),
		FunctionVersion: aws.String(aws.ToString(in.FunctionVersion)),
		RevisionId:      aws.String(newUUID()),
		RoutingConfig:   routing(in.RoutingConfig),
	}
	if err := checkRouting(&alias); err != nil {
		return nil, err
	}
	created, err := update(ctx, s, func(tx store.Tx) (*types.AliasConfiguration, error) {
		if err := checkTargets(tx, r, &alias); err != nil {
			return nil, err
		}
		existing, err := findOrNil(tx, aliases, r.scope, r.name, r.qualifier)
		if err != nil {
			return nil, err
		}
		if existing != nil {
			return nil, conflict("Alias already exists: " + r.qualifiedARN())
		}
		return &alias, aliases.Put(tx, r.scope, &alias, r.name, r.qualifier)
	})
	return respond[lambda.CreateAliasOutput](created, err)
}

// GetAlias returns an alias.
func (s *Service) GetAlias(ctx context.Context, in *lambda.GetAliasInput) (*lambda.GetAliasOutput, error) {
	r, err := ownAlias(ctx, "GetAlias", in.FunctionName, in.Name)
	if err != nil {
		return nil, err
	}
	alias, err := view(ctx, s, func(tx store.Tx) (*types.AliasConfiguration, error) { return findAlias(tx, r) })
	return respond[lambda.GetAliasOutput](alias, err)
}

// UpdateAlias changes members of an alias; those that are not given stay.
func (s *Service) UpdateAlias(ctx context.Context, in *lambda.UpdateAliasInput) (*lambda.UpdateAliasOutput, error) {
	r, err := ownAlias(ctx, "UpdateAlias", in.FunctionName, in.Name)
	if err != nil {
		return nil, err
	}
	revisionID := newUUID()
	updated, err := update(ctx, s, func(tx store.Tx) (*types.AliasConfiguration, error) {
		alias, err := findAlias(tx, r)
		if err != nil {
			return nil, err
		}
		if err := checkRevision(in.RevisionId, alias.RevisionId); err != nil {
			return nil, err
		}
		set(&alias.Description, in.Description)
		set(&alias.FunctionVersion, in.FunctionVersion)
		if in.RoutingConfig != nil {
			alias.RoutingConfig = routing(in.RoutingConfig)
		}
		alias.RevisionId = &revisionID
		if err := checkRouting(alias); err != nil {
			return nil, err
		}
		if err := checkTargets(tx, r, alias); err != nil {
			return nil, err
		}
		return alias, aliases.Put(tx, r.scope, alias, r.name, r.qualifier)
	})
	return respond[lambda.UpdateAliasOutput](updated, err)
}

// DeleteAlias deletes an alias with its policy; it is no error when there is none.
func (s *Service) DeleteAlias(ctx context.Context, in *lambda.DeleteAliasInput) (*lambda.DeleteAliasOutput, error) {
	r, err := ownAlias(ctx, "DeleteAlias", in.FunctionName, in.Name)
	if err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx store.Tx) (*lambda.DeleteAliasOutput, error) {
		if _, err := store.Find(tx, functions, r.scope, functionNotFound(r.arn()), r.name); err != nil {
			return nil, err
		}
		if err := aliases.Delete(tx, r.scope, r.name, r.qualifier); err != nil {
			return nil, err
		}
		return &lambda.DeleteAliasOutput{}, deleteQualified(tx, r)
	})
}

// ListAliases returns the aliases of a function, or those of one version.
func (s *Service) ListAliases(ctx context.Context, in *lambda.ListAliasesInput) (*lambda.ListAliasesOutput, error) {
	r, err := ownFunction(ctx, "ListAliases", in.FunctionName)
	if err != nil {
		return nil, err
	}
	p, err := newPage(in.MaxItems, in.Marker)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.ListAliasesOutput, error) {
		if _, err := findFunction(tx, r); err != nil {
			return nil, err
		}
		list, next, err := take(p, aliasesOf(tx, r, p.after, aws.ToString(in.FunctionVersion)))
		if err != nil {
			return nil, err
		}
		return &lambda.ListAliasesOutput{Aliases: list, NextMarker: next}, nil
	})
}

// aliasesOf yields the aliases that send calls to version, all when it is empty.
func aliasesOf(tx store.Tx, r reference, after, version string) iter.Seq2[keyed[types.AliasConfiguration], error] {
	return func(yield func(keyed[types.AliasConfiguration], error) bool) {
		for record, err := range aliases.All(tx, r.scope, after, r.name) {
			if err != nil {
				yield(keyed[types.AliasConfiguration]{}, err)
				return
			}
			if _, weighted := weightsOf(record.Value)[version]; version != "" && !weighted && *record.Value.FunctionVersion != version {
				continue
			}
			if !yield(keyed[types.AliasConfiguration]{key: *record.Value.Name, item: *record.Value}, nil) {
				return
			}
		}
	}
}

// ownAlias names an alias of a function of the caller's.
func ownAlias(ctx context.Context, action string, name, alias *string) (reference, error) {
	r, err := ownFunction(ctx, action, name)
	if err != nil {
		return reference{}, err
	}
	if !isAlias(aws.ToString(alias)) || !all(*alias, isWordByte) {
		return reference{}, violation("name", aws.ToString(alias),
			"Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)")
	}
	r.qualifier = *alias
	return r, nil
}

func findAlias(tx store.Tx, r reference) (*types.AliasConfiguration, error) {
	return store.Find(tx, aliases, r.scope, aliasNotFound(r.qualifiedARN()), r.name, r.qualifier)
}
