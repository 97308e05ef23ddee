package function

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// activationWait is how long a call waits for the create or update before it to
// end. On AWS such a call fails at once; here the wait is over in a moment, so
// that a script without waiters works each time it is run.
const activationWait = 5 * time.Second

// lastUpdateCreating is AWS's reason code of an update that is under way; the SDK
// has no name for it.
const lastUpdateCreating types.LastUpdateStatusReasonCode = "Creating"

// beginCreate makes config one of a function that is being created: it is
// invoked once it is Active.
func beginCreate(config *types.FunctionConfiguration) {
	config.State, config.StateReasonCode = types.StatePending, types.StateReasonCodeCreating
	config.StateReason = aws.String("The function is being created.")
	config.LastUpdateStatus, config.LastUpdateStatusReason, config.LastUpdateStatusReasonCode = "", nil, ""
}

// beginUpdate makes config one of a function that is being updated.
func beginUpdate(config *types.FunctionConfiguration) {
	config.LastUpdateStatus, config.LastUpdateStatusReasonCode = types.LastUpdateStatusInProgress, lastUpdateCreating
	config.LastUpdateStatusReason = aws.String("The function is being created.")
}

// activate ends a create or an update; it returns false when none is under way.
// The RevisionId stays. Unverified: AWS may change it.
func activate(config *types.FunctionConfiguration) bool {
	if !changing(config) {
		return false
	}
	config.State, config.StateReason, config.StateReasonCode = types.StateActive, nil, ""
	config.LastUpdateStatus = types.LastUpdateStatusSuccessful
	config.LastUpdateStatusReason, config.LastUpdateStatusReasonCode = nil, ""
	return true
}

// changing tells whether a create or an update of config is under way.
func changing(config *types.FunctionConfiguration) bool {
	return config.State == types.StatePending || config.LastUpdateStatus == types.LastUpdateStatusInProgress
}

// checkSettled refuses a change of a function that is being created or updated.
func checkSettled(config *types.FunctionConfiguration) error {
	switch {
	case config.State == types.StatePending:
		return statePending()
	case changing(config):
		return conflict("The operation cannot be performed at this time. An update is in progress for resource: " + *config.FunctionArn)
	default:
		return nil
	}
}

func statePending() error {
	return conflict("The operation cannot be performed at this time. The function is currently in the following state: " + string(types.StatePending))
}

// activateLater ends the create or update of the function that r names. Code
// and configuration are in place by then, so that nothing is left to wait for: as
// soon as the call has returned, invocations get what it has made.
func (s *Service) activateLater(r reference) {
	s.chores.start(func(ctx context.Context) {
		err := s.store.Update(ctx, func(tx store.Tx) error { return activateFunction(tx, r) })
		if err != nil && ctx.Err() == nil {
			s.logger.Error("a function could not be made active", "function", r.name, "error", err)
		}
	})
}

// activateFunction makes $LATEST and the version published last active: others
// cannot be changing.
func activateFunction(tx store.Tx, r reference) error {
	first, err := findOrNil(tx, functions, r.scope, r.name)
	if err != nil || first == nil {
		return err
	}
	if activate(&first.Config) {
		if err := functions.Put(tx, r.scope, first, r.name); err != nil {
			return err
		}
	}
	counter, err := findOrNil(tx, counters, r.scope, r.name)
	if err != nil || counter == nil {
		return err
	}
	last, err := findOrNil(tx, versions, r.scope, r.name, counter.number())
	if err != nil || last == nil || !activate(&last.Config) {
		return err
	}
	return versions.Put(tx, r.scope, last, r.name, counter.number())
}

// activateStored makes every function active that an earlier service has left in
// the middle of a create or an update.
func activateStored(ctx context.Context, s store.Store) error {
	return s.Update(ctx, func(tx store.Tx) error {
		var left []reference
		for record, err := range functions.Each(tx) {
			if err != nil {
				return err
			}
			if changing(&record.Value.Config) {
				left = append(left, reference{scope: record.Scope, name: record.ID[0]})
			}
		}
		for _, r := range left {
			if err := activateFunction(tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// awaitSettled waits until the function that r names is neither created nor
// updated. When it takes too long it returns nil, and the transaction that
// follows finds out.
func (s *Service) awaitSettled(ctx context.Context, r reference) error {
	deadline := time.Now().Add(activationWait)
	for {
		p := s.index.lookup(functionKey{r.scope, r.name})
		if p == nil || !p.changing {
			return nil
		}
		if !p.awaitReplacement(ctx, deadline) {
			return ctx.Err()
		}
	}
}

// awaitReplacement waits for a change of what is published; it returns false when
// the deadline or the end of ctx comes first.
func (p *published) awaitReplacement(ctx context.Context, deadline time.Time) bool {
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case <-p.replaced:
		return true
	case <-timer.C:
		return false
	case <-ctx.Done():
		return false
	}
}
