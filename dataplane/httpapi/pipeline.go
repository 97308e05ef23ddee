package httpapi

// step is one named step of a pipeline. It reads and fills the exchange; a failure ends
// it.
type step struct {
	name string
	run  func(x *Exchange) *Failure
}

// steps returns the steps of a route, in order. Steps that have nothing to do for it are
// left out.
//
// Unverified: that a route is throttled before its authorizer is asked.
func (c *compiler) steps(r *route) []step {
	steps := []step{{name: "payload limit", run: limitPayload}}
	steps = append(steps, c.throttle(r)...)
	steps = append(steps, c.authorizer(r)...)
	return append(steps, c.integration(r)...)
}

// refusal is a step that always fails.
func refusal(name string, failure *Failure) step {
	return step{name: name, run: func(*Exchange) *Failure { return failure }}
}

// run executes steps until one fails.
func (x *Exchange) run(steps []step) *Failure {
	for i := range steps {
		if failure := x.traced(&steps[i]); failure != nil {
			return failure
		}
	}
	return nil
}
