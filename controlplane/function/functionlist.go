package function

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// configurations are the items of a list of versions.
type configurations = iter.Seq2[keyed[types.FunctionConfiguration], error]

// ListFunctions returns $LATEST of each function, or all versions of each.
func (s *Service) ListFunctions(ctx context.Context, in *lambda.ListFunctionsInput) (*lambda.ListFunctionsOutput, error) {
	p, err := newPage(in.MaxItems, in.Marker)
	if err != nil {
		return nil, err
	}
	if in.FunctionVersion != "" && in.FunctionVersion != types.FunctionVersionAll {
		return nil, enumViolation("functionVersion", in.FunctionVersion, in.FunctionVersion.Values())
	}
	if aws.ToString(in.MasterRegion) != "" {
		// Only replicas of Lambda@Edge functions have one, and here are none.
		return &lambda.ListFunctionsOutput{Functions: []types.FunctionConfiguration{}}, nil
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.ListFunctionsOutput, error) {
		items := allFunctions(tx, scopeOf(ctx), p.after)
		if in.FunctionVersion == types.FunctionVersionAll {
			items = allVersions(tx, scopeOf(ctx), p.after)
		}
		list, next, err := take(p, items)
		if err != nil {
			return nil, err
		}
		return &lambda.ListFunctionsOutput{Functions: list, NextMarker: next}, nil
	})
}

func allFunctions(tx store.Tx, scope store.Scope, after string) configurations {
	return func(yield func(keyed[types.FunctionConfiguration], error) bool) {
		for record, err := range functions.All(tx, scope, after) {
			var item keyed[types.FunctionConfiguration]
			if err == nil {
				item.key, item.item = record.ID[0], listed(record.Value.Config)
			}
			if !yield(item, err) {
				return
			}
		}
	}
}

// allVersions yields the versions of one function after the other; its keys are
// "{name}:{version}".
func allVersions(tx store.Tx, scope store.Scope, after string) configurations {
	return func(yield func(keyed[types.FunctionConfiguration], error) bool) {
		name, version, _ := strings.Cut(after, ":")
		if name != "" {
			first, err := findOrNil(tx, functions, scope, name)
			if err != nil {
				yield(keyed[types.FunctionConfiguration]{}, err)
				return
			}
			if first != nil && !yieldVersions(tx, scope, first, version, yield) {
				return
			}
		}
		for record, err := range functions.All(tx, scope, name) {
			if err != nil {
				yield(keyed[types.FunctionConfiguration]{}, err)
				return
			}
			if !yieldVersions(tx, scope, record.Value, "", yield) {
				return
			}
		}
	}
}

// yieldVersions yields $LATEST and the published versions of a function, from
// the one that follows version after; it returns false when the reader has enough.
func yieldVersions(
	tx store.Tx, scope store.Scope, first *functionRecord, after string, yield func(keyed[types.FunctionConfiguration], error) bool,
) bool {
	r := reference{scope: scope, name: *first.Config.FunctionName}
	published, err := versionsOf(tx, r)
	if err != nil {
		return yield(keyed[types.FunctionConfiguration]{}, err) && false
	}
	start, err := strconv.Atoi(after)
	if err != nil {
		start = -1 // from $LATEST, whose number is 0
	}
	for _, record := range append([]*functionRecord{first}, published...) {
		if versionNumber(record) <= start {
			continue
		}
		config := listed(record.Config)
		config.FunctionArn = aws.String(r.arn() + ":" + *config.Version)
		item := keyed[types.FunctionConfiguration]{key: fmt.Sprintf("%s:%d", r.name, versionNumber(record)), item: config}
		if !yield(item, nil) {
			return false
		}
	}
	return true
}

// ListVersionsByFunction returns $LATEST and the published versions of a
// function in the order of their numbers.
func (s *Service) ListVersionsByFunction(ctx context.Context, in *lambda.ListVersionsByFunctionInput) (*lambda.ListVersionsByFunctionOutput, error) {
	r, err := own(ctx, "ListVersionsByFunction", in.FunctionName, nil)
	if err != nil {
		return nil, err
	}
	p, err := newPage(in.MaxItems, in.Marker)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.ListVersionsByFunctionOutput, error) {
		first, err := findFunction(tx, r)
		if err != nil {
			return nil, err
		}
		_, after, _ := strings.Cut(p.after, ":")
		list, next, err := take(p, func(yield func(keyed[types.FunctionConfiguration], error) bool) {
			yieldVersions(tx, r.scope, first, after, yield)
		})
		if err != nil {
			return nil, err
		}
		return &lambda.ListVersionsByFunctionOutput{Versions: list, NextMarker: next}, nil
	})
}
