package store

import "context"

// ViewResult runs fn as [Store.View] does and returns its result.
func ViewResult[T any](ctx context.Context, s Store, fn func(Tx) (T, error)) (T, error) {
	return result(fn, func(run func(Tx) error) error { return s.View(ctx, run) })
}

// UpdateResult runs fn as [Store.Update] does, perhaps more than once, and returns
// the result of the run that was committed.
func UpdateResult[T any](ctx context.Context, s Store, fn func(Tx) (T, error)) (T, error) {
	return result(fn, func(run func(Tx) error) error { return s.Update(ctx, run) })
}

func result[T any](fn func(Tx) (T, error), transact func(func(Tx) error) error) (T, error) {
	var last T
	err := transact(func(tx Tx) error {
		var err error
		last, err = fn(tx)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return last, nil
}
