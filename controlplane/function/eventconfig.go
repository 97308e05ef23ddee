package function

import (
	"context"
	"iter"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// The bounds of what an event invoke configuration may say.
const (
	minEventAgeSeconds = 60
	maxEventAgeSeconds = 21600
	maxRetryAttempts   = 2
)

// eventConfig is what PutFunctionEventInvokeConfig and UpdateFunctionEventInvokeConfig
// have in common, which is all of them.
type eventConfig = lambda.PutFunctionEventInvokeConfigInput

// PutFunctionEventInvokeConfig says how often and how long asynchronous invocations
// of a function, version or alias are tried, and which functions are told the
// result. What is not given has its default again.
func (s *Service) PutFunctionEventInvokeConfig(ctx context.Context, in *eventConfig) (*lambda.PutFunctionEventInvokeConfigOutput, error) {
	stored, err := s.changeEventConfig(ctx, "PutFunctionEventInvokeConfig", in, false)
	return respond[lambda.PutFunctionEventInvokeConfigOutput](stored, err)
}

// UpdateFunctionEventInvokeConfig changes members of a configuration for
// asynchronous invocation; those that are not given stay.
func (s *Service) UpdateFunctionEventInvokeConfig(
	ctx context.Context, in *lambda.UpdateFunctionEventInvokeConfigInput,
) (*lambda.UpdateFunctionEventInvokeConfigOutput, error) {
	stored, err := s.changeEventConfig(ctx, "UpdateFunctionEventInvokeConfig", &eventConfig{
		FunctionName: in.FunctionName, Qualifier: in.Qualifier, DestinationConfig: in.DestinationConfig,
		MaximumEventAgeInSeconds: in.MaximumEventAgeInSeconds, MaximumRetryAttempts: in.MaximumRetryAttempts,
	}, true)
	return respond[lambda.UpdateFunctionEventInvokeConfigOutput](stored, err)
}

func (s *Service) changeEventConfig(ctx context.Context, action string, in *eventConfig, merge bool) (*types.FunctionEventInvokeConfig, error) {
	r, err := own(ctx, action, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if err := s.checkEventConfig(r, in); err != nil {
		return nil, err
	}
	at := s.now()
	return update(ctx, s, func(tx store.Tx) (*types.FunctionEventInvokeConfig, error) {
		if _, err := findVersion(tx, r); err != nil {
			return nil, err
		}
		config := &types.FunctionEventInvokeConfig{}
		if merge {
			if config, err = findEventConfig(tx, r); err != nil {
				return nil, err
			}
		}
		config.FunctionArn, config.LastModified = aws.String(r.versionedARN()), &at
		set(&config.MaximumEventAgeInSeconds, in.MaximumEventAgeInSeconds)
		set(&config.MaximumRetryAttempts, in.MaximumRetryAttempts)
		setDestinations(config, in.DestinationConfig)
		return config, eventConfigs.Put(tx, r.scope, config, r.name, r.policyQualifier())
	})
}

// versionedARN is the ARN with the qualifier, $LATEST when there is none.
func (r reference) versionedARN() string { return r.arn() + ":" + r.policyQualifier() }

// setDestinations changes the destinations that are given; an empty one removes.
// Both members are always there, as AWS shows them.
func setDestinations(config *types.FunctionEventInvokeConfig, given *types.DestinationConfig) {
	next := &types.DestinationConfig{OnSuccess: &types.OnSuccess{}, OnFailure: &types.OnFailure{}}
	for _, from := range []*types.DestinationConfig{config.DestinationConfig, given} {
		if from != nil && from.OnSuccess != nil && from.OnSuccess.Destination != nil {
			next.OnSuccess.Destination = from.OnSuccess.Destination
		}
		if from != nil && from.OnFailure != nil && from.OnFailure.Destination != nil {
			next.OnFailure.Destination = from.OnFailure.Destination
		}
	}
	if aws.ToString(next.OnSuccess.Destination) == "" {
		next.OnSuccess.Destination = nil
	}
	if aws.ToString(next.OnFailure.Destination) == "" {
		next.OnFailure.Destination = nil
	}
	config.DestinationConfig = next
}

func (s *Service) checkEventConfig(r reference, in *eventConfig) error {
	if in.MaximumEventAgeInSeconds == nil && in.MaximumRetryAttempts == nil && in.DestinationConfig == nil {
		return invalidParameter("You must specify at least one of error handling or destination setting.")
	}
	if age := in.MaximumEventAgeInSeconds; age != nil {
		if err := checkRange("maximumEventAgeInSeconds", *age, minEventAgeSeconds, maxEventAgeSeconds); err != nil {
			return err
		}
	}
	if attempts := in.MaximumRetryAttempts; attempts != nil {
		if err := checkRange("maximumRetryAttempts", *attempts, 0, maxRetryAttempts); err != nil {
			return err
		}
	}
	if in.DestinationConfig == nil {
		return nil
	}
	if to := in.DestinationConfig.OnSuccess; to != nil {
		if err := s.checkDestination(r, aws.ToString(to.Destination)); err != nil {
			return err
		}
	}
	if to := in.DestinationConfig.OnFailure; to != nil {
		return s.checkDestination(r, aws.ToString(to.Destination))
	}
	return nil
}

func checkRange(member string, value, least, most int32) error {
	switch {
	case value < least:
		return violation(member, strconv.Itoa(int(value)), "Member must have value greater than or equal to "+strconv.Itoa(int(least)))
	case value > most:
		return violation(member, strconv.Itoa(int(value)), "Member must have value less than or equal to "+strconv.Itoa(int(most)))
	}
	return nil
}

// GetFunctionEventInvokeConfig returns the configuration for asynchronous
// invocation of a function, version or alias.
func (s *Service) GetFunctionEventInvokeConfig(
	ctx context.Context, in *lambda.GetFunctionEventInvokeConfigInput,
) (*lambda.GetFunctionEventInvokeConfigOutput, error) {
	r, err := own(ctx, "GetFunctionEventInvokeConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	config, err := view(ctx, s, func(tx store.Tx) (*types.FunctionEventInvokeConfig, error) { return findEventConfig(tx, r) })
	return respond[lambda.GetFunctionEventInvokeConfigOutput](config, err)
}

// DeleteFunctionEventInvokeConfig gives asynchronous invocations their defaults again.
func (s *Service) DeleteFunctionEventInvokeConfig(
	ctx context.Context, in *lambda.DeleteFunctionEventInvokeConfigInput,
) (*lambda.DeleteFunctionEventInvokeConfigOutput, error) {
	r, err := own(ctx, "DeleteFunctionEventInvokeConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx store.Tx) (*lambda.DeleteFunctionEventInvokeConfigOutput, error) {
		if _, err := findEventConfig(tx, r); err != nil {
			return nil, err
		}
		return &lambda.DeleteFunctionEventInvokeConfigOutput{}, eventConfigs.Delete(tx, r.scope, r.name, r.policyQualifier())
	})
}

// findEventConfig reads a configuration that has to exist.
func findEventConfig(tx store.Tx, r reference) (*types.FunctionEventInvokeConfig, error) {
	if _, err := findVersion(tx, r); err != nil {
		return nil, err
	}
	missing := notFound("The function " + r.versionedARN() + " doesn't have an EventInvokeConfig")
	return store.Find(tx, eventConfigs, r.scope, missing, r.name, r.policyQualifier())
}

// ListFunctionEventInvokeConfigs returns the configurations for asynchronous
// invocation of a function, its versions and aliases.
func (s *Service) ListFunctionEventInvokeConfigs(
	ctx context.Context, in *lambda.ListFunctionEventInvokeConfigsInput,
) (*lambda.ListFunctionEventInvokeConfigsOutput, error) {
	r, p, err := listOf(ctx, "ListFunctionEventInvokeConfigs", in.FunctionName, in.MaxItems, in.Marker)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.ListFunctionEventInvokeConfigsOutput, error) {
		list, next, err := takeUnder(tx, eventConfigs, r, p)
		return &lambda.ListFunctionEventInvokeConfigsOutput{FunctionEventInvokeConfigs: list, NextMarker: next}, err
	})
}

// listOf reads what a list of something that a function's qualifiers have asks for.
func listOf(ctx context.Context, action string, name *string, maxItems *int32, marker *string) (reference, page, error) {
	r, err := ownFunction(ctx, action, name)
	if err != nil {
		return reference{}, page{}, err
	}
	p, err := newPage(maxItems, marker)
	return r, p, err
}

// takeUnder collects one page of the records of c that belong to a function,
// which has to exist.
func takeUnder[T any](tx store.Tx, c store.Collection[T], r reference, p page) (list []T, next *string, err error) {
	if _, err := findFunction(tx, r); err != nil {
		return nil, nil, err
	}
	return take(p, under(tx, c, r, p.after))
}

func under[T any](tx store.Tx, c store.Collection[T], r reference, after string) iter.Seq2[keyed[T], error] {
	return func(yield func(keyed[T], error) bool) {
		for record, err := range c.All(tx, r.scope, after, r.name) {
			var item keyed[T]
			if err == nil {
				item = keyed[T]{key: record.ID[1], item: *record.Value}
			}
			if !yield(item, err) {
				return
			}
		}
	}
}
