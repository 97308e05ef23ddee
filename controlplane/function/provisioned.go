package function

import (
	"context"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// provisionedRecord is the provisioned concurrency of a version or alias.
type provisionedRecord struct {
	Requested    int32
	LastModified string
}

// PutProvisionedConcurrencyConfig asks for environments of a version or alias that
// are kept warm. A runner that is a [Provisioner] is told their number; with
// another, which starts environments when they are needed, the answer is the same.
func (s *Service) PutProvisionedConcurrencyConfig(
	ctx context.Context, in *lambda.PutProvisionedConcurrencyConfigInput,
) (*lambda.PutProvisionedConcurrencyConfigOutput, error) {
	r, err := provisionable(ctx, "PutProvisionedConcurrencyConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if in.ProvisionedConcurrentExecutions == nil {
		return nil, violation("provisionedConcurrentExecutions", "null", "Member must not be null")
	}
	if err := checkRange("provisionedConcurrentExecutions", *in.ProvisionedConcurrentExecutions, 1, 1<<31-1); err != nil {
		return nil, err
	}
	record := &provisionedRecord{Requested: *in.ProvisionedConcurrentExecutions, LastModified: s.now().UTC().Format("2006-01-02T15:04:05-0700")}
	shown, err := update(ctx, s, func(tx store.Tx) (*types.ProvisionedConcurrencyConfigListItem, error) {
		if _, err := findVersion(tx, r); err != nil {
			return nil, err
		}
		if err := s.checkProvisioned(tx, r, record); err != nil {
			return nil, err
		}
		item := provisionedItem(r, record)
		return &item, provisions.Put(tx, r.scope, record, r.name, r.qualifier)
	})
	return respond[lambda.PutProvisionedConcurrencyConfigOutput](shown, err)
}

// checkProvisioned refuses more than what is reserved for the function, or more
// than the account has left.
func (s *Service) checkProvisioned(tx store.Tx, r reference, record *provisionedRecord) error {
	reserved, err := findOrNil(tx, concurrencies, r.scope, r.name)
	if err != nil {
		return err
	}
	own, others := int64(record.Requested), int64(0)
	for other, err := range provisions.All(tx, r.scope, "") {
		if err != nil {
			return err
		}
		switch {
		case other.ID[0] != r.name:
			others += int64(other.Value.Requested)
		case other.ID[1] != r.qualifier:
			own += int64(other.Value.Requested)
		}
	}
	if reserved != nil {
		if own > int64(aws.ToInt32(reserved.ReservedConcurrentExecutions)) {
			return invalidParameter("Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
		}
		return nil
	}
	taken, err := reservedBy(tx, r.scope, r.name)
	if err != nil {
		return err
	}
	return s.checkUnreserved(s.concurrency-taken-others-own, "ConcurrentExecutions")
}

// provisionedItem is a configuration as the API shows it: all that was asked for
// is there.
func provisionedItem(r reference, record *provisionedRecord) types.ProvisionedConcurrencyConfigListItem {
	return types.ProvisionedConcurrencyConfigListItem{
		FunctionArn:                              aws.String(r.qualifiedARN()),
		LastModified:                             &record.LastModified,
		RequestedProvisionedConcurrentExecutions: &record.Requested,
		AllocatedProvisionedConcurrentExecutions: &record.Requested,
		AvailableProvisionedConcurrentExecutions: &record.Requested,
		Status:                                   types.ProvisionedConcurrencyStatusEnumReady,
	}
}

// provisionable names a version or alias, which alone can have provisioned
// concurrency.
func provisionable(ctx context.Context, action string, name, qualifier *string) (reference, error) {
	r, err := own(ctx, action, name, qualifier)
	if err != nil {
		return reference{}, err
	}
	if r.qualifier == "" || strings.HasPrefix(r.qualifier, "$") {
		return reference{}, invalidParameter("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
	}
	return r, nil
}

// GetProvisionedConcurrencyConfig returns the provisioned concurrency of a version
// or alias.
func (s *Service) GetProvisionedConcurrencyConfig(
	ctx context.Context, in *lambda.GetProvisionedConcurrencyConfigInput,
) (*lambda.GetProvisionedConcurrencyConfigOutput, error) {
	r, err := provisionable(ctx, "GetProvisionedConcurrencyConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	shown, err := view(ctx, s, func(tx store.Tx) (*types.ProvisionedConcurrencyConfigListItem, error) {
		if _, err := findVersion(tx, r); err != nil {
			return nil, err
		}
		record, err := store.Find(tx, provisions, r.scope, provisionedNotFound(), r.name, r.qualifier)
		if err != nil {
			return nil, err
		}
		item := provisionedItem(r, record)
		return &item, nil
	})
	return respond[lambda.GetProvisionedConcurrencyConfigOutput](shown, err)
}

func provisionedNotFound() *wire.Error {
	return userFault(http.StatusNotFound, "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function")
}

// DeleteProvisionedConcurrencyConfig ends provisioned concurrency; it is no error
// when there is none.
func (s *Service) DeleteProvisionedConcurrencyConfig(
	ctx context.Context, in *lambda.DeleteProvisionedConcurrencyConfigInput,
) (*lambda.DeleteProvisionedConcurrencyConfigOutput, error) {
	r, err := provisionable(ctx, "DeleteProvisionedConcurrencyConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx store.Tx) (*lambda.DeleteProvisionedConcurrencyConfigOutput, error) {
		if _, err := findVersion(tx, r); err != nil {
			return nil, err
		}
		return &lambda.DeleteProvisionedConcurrencyConfigOutput{}, provisions.Delete(tx, r.scope, r.name, r.qualifier)
	})
}

// ListProvisionedConcurrencyConfigs returns the provisioned concurrency of a
// function's versions and aliases.
func (s *Service) ListProvisionedConcurrencyConfigs(
	ctx context.Context, in *lambda.ListProvisionedConcurrencyConfigsInput,
) (*lambda.ListProvisionedConcurrencyConfigsOutput, error) {
	r, p, err := listOf(ctx, "ListProvisionedConcurrencyConfigs", in.FunctionName, in.MaxItems, in.Marker)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.ListProvisionedConcurrencyConfigsOutput, error) {
		if _, err := findFunction(tx, r); err != nil {
			return nil, err
		}
		list, next, err := take(p, func(yield func(keyed[types.ProvisionedConcurrencyConfigListItem], error) bool) {
			for record, err := range provisions.All(tx, r.scope, p.after, r.name) {
				var item keyed[types.ProvisionedConcurrencyConfigListItem]
				if err == nil {
					of := r
					of.qualifier = record.ID[1]
					item.key, item.item = of.qualifier, provisionedItem(of, record.Value)
				}
				if !yield(item, err) {
					return
				}
			}
		})
		return &lambda.ListProvisionedConcurrencyConfigsOutput{ProvisionedConcurrencyConfigs: list, NextMarker: next}, err
	})
}

// provisionedOf sums what is provisioned of each version of a function, by its
// number or by aliases that point to it. The share that an alias sends to another
// version changes nothing.
func provisionedOf(tx store.Tx, r reference) (map[string]int, error) {
	sums := map[string]int{}
	for record, err := range provisions.All(tx, r.scope, "", r.name) {
		if err != nil {
			return nil, err
		}
		version := record.ID[1]
		if isAlias(version) {
			alias, err := findOrNil(tx, aliases, r.scope, r.name, version)
			if err != nil {
				return nil, err
			}
			if alias == nil {
				continue
			}
			version = *alias.FunctionVersion
		}
		sums[version] += int(record.Value.Requested)
	}
	return sums, nil
}
