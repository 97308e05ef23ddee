package function

import (
	"context"
	"strconv"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

const (
	// DefaultConcurrentExecutions is the number of concurrent executions of an account
	// and region, unless AWS raises it.
	DefaultConcurrentExecutions = 1000
	// minUnreserved of them cannot be reserved.
	minUnreserved = 100
)

// checkUnreserved refuses what leaves fewer than the minimum of unreserved executions; in
// an account with less than that none can be reserved.
func (s *Service) checkUnreserved(left int64, reservation string) error {
	minimum := min(minUnreserved, s.concurrency)
	if left >= minimum {
		return nil
	}
	return invalidParameter("Specified " + reservation + " for function decreases account's UnreservedConcurrentExecution below its minimum value of [" +
		strconv.FormatInt(minimum, 10) + "].")
}

// PutFunctionConcurrency reserves concurrency for a function, which caps it, too:
// 0 throttles every invocation.
func (s *Service) PutFunctionConcurrency(ctx context.Context, in *lambda.PutFunctionConcurrencyInput) (*lambda.PutFunctionConcurrencyOutput, error) {
	r, err := ownFunction(ctx, "PutFunctionConcurrency", in.FunctionName)
	if err != nil {
		return nil, err
	}
	if in.ReservedConcurrentExecutions == nil {
		return nil, violation("reservedConcurrentExecutions", "null", "Member must not be null")
	}
	if *in.ReservedConcurrentExecutions < 0 {
		return nil, violation("reservedConcurrentExecutions", strconv.Itoa(int(*in.ReservedConcurrentExecutions)),
			"Member must have value greater than or equal to 0")
	}
	reserved := &types.Concurrency{ReservedConcurrentExecutions: in.ReservedConcurrentExecutions}
	stored, err := update(ctx, s, func(tx store.Tx) (*types.Concurrency, error) {
		if _, err := findFunction(tx, r); err != nil {
			return nil, err
		}
		others, err := reservedBy(tx, r.scope, r.name)
		if err != nil {
			return nil, err
		}
		if err := s.checkUnreserved(s.concurrency-others-int64(*in.ReservedConcurrentExecutions), "ReservedConcurrentExecutions"); err != nil {
			return nil, err
		}
		return reserved, concurrencies.Put(tx, r.scope, reserved, r.name)
	})
	return respond[lambda.PutFunctionConcurrencyOutput](stored, err)
}

// reservedBy sums the reservations of an account and region, without those of
// the function named except.
func reservedBy(tx store.Tx, scope store.Scope, except string) (int64, error) {
	var sum int64
	for record, err := range concurrencies.All(tx, scope, "") {
		if err != nil {
			return 0, err
		}
		if record.ID[0] != except {
			sum += int64(aws.ToInt32(record.Value.ReservedConcurrentExecutions))
		}
	}
	return sum, nil
}

// GetFunctionConcurrency returns what is reserved for a function; nothing when
// there is no reservation.
func (s *Service) GetFunctionConcurrency(ctx context.Context, in *lambda.GetFunctionConcurrencyInput) (*lambda.GetFunctionConcurrencyOutput, error) {
	r, err := ownFunction(ctx, "GetFunctionConcurrency", in.FunctionName)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.GetFunctionConcurrencyOutput, error) {
		if _, err := findFunction(tx, r); err != nil {
			return nil, err
		}
		reserved, err := findOrNil(tx, concurrencies, r.scope, r.name)
		if err != nil || reserved == nil {
			return &lambda.GetFunctionConcurrencyOutput{}, err
		}
		return &lambda.GetFunctionConcurrencyOutput{ReservedConcurrentExecutions: reserved.ReservedConcurrentExecutions}, nil
	})
}

// DeleteFunctionConcurrency ends a reservation.
func (s *Service) DeleteFunctionConcurrency(ctx context.Context, in *lambda.DeleteFunctionConcurrencyInput) (*lambda.DeleteFunctionConcurrencyOutput, error) {
	r, err := ownFunction(ctx, "DeleteFunctionConcurrency", in.FunctionName)
	if err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx store.Tx) (*lambda.DeleteFunctionConcurrencyOutput, error) {
		if _, err := findFunction(tx, r); err != nil {
			return nil, err
		}
		return &lambda.DeleteFunctionConcurrencyOutput{}, concurrencies.Delete(tx, r.scope, r.name)
	})
}

// unlimited is the limit of a function without a reservation.
const unlimited = -1

// The reasons of a TooManyRequestsException.
const (
	reservedExceeded   = "ReservedFunctionConcurrentInvocationLimitExceeded"
	unreservedExceeded = "ConcurrentInvocationLimitExceeded"
)

// limiter counts the invocations of a function that run, all versions together, and
// keeps them within its reserved concurrency, or without one within what the account
// has left for all functions without.
type limiter struct {
	running atomic.Int64
	limit   atomic.Int64
	account *accountLimiter
}

// accountLimiter is what the functions of an account and region without a reservation
// share.
type accountLimiter struct {
	running atomic.Int64
	// limit is the account's concurrency.
	limit int64
	// reserved is what reservations take from it.
	reserved atomic.Int64
}

// acquire counts one more invocation. Its release is to be called once; when a limit
// is reached there is none but a reason.
func (l *limiter) acquire() (release func(), reason string) {
	limit := l.limit.Load()
	if limit == unlimited {
		if l.account.running.Add(1) > l.account.limit-l.account.reserved.Load() {
			l.account.running.Add(-1)
			return nil, unreservedExceeded
		}
		l.running.Add(1)
		return l.releaseUnreserved, ""
	}
	if l.running.Add(1) > limit {
		l.running.Add(-1)
		return nil, reservedExceeded
	}
	return l.release, ""
}

func (l *limiter) release() { l.running.Add(-1) }

func (l *limiter) releaseUnreserved() {
	l.running.Add(-1)
	l.account.running.Add(-1)
}

// setLimit changes the reservation, which is taken from the account's share.
func (l *limiter) setLimit(limit int64) {
	before := l.limit.Swap(limit)
	l.account.reserved.Add(max(limit, 0) - max(before, 0))
}
