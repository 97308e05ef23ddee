package rest

import "github.com/aws/aws-sdk-go-v2/service/apigateway/types"

// step is one named step of a pipeline. It reads and fills the exchange; a failure
// ends it.
type step struct {
	name string
	run  func(x *Exchange) *Failure
	// isIntegration tells that a response from the cache stands in for the step.
	isIntegration bool
}

// guards returns the steps that decide whether a call reaches the execution of its
// method, in order. Steps that have nothing to do for the method are left out, here as
// below.
func (c *compiler) guards(r *resource, m *types.Method) []step {
	steps := []step{{name: "payload limit", run: limitPayload}}
	steps = append(steps, c.stageGuards()...)
	steps = append(steps, c.methodGuards(m)...)
	return append(steps, c.throttle(r, m)...)
}

// execution returns the steps of a method behind its guards, in order.
func (c *compiler) execution(r *resource, m *types.Method) []step {
	steps := c.decompression()
	steps = append(steps, c.requestValidation(m)...)
	steps = append(steps, c.cached(r, m, c.integration(r, m))...)
	return append(steps, c.compression()...)
}

// run executes steps until one fails.
func (x *Exchange) run(steps []step) *Failure {
	for i := range steps {
		if steps[i].isIntegration && x.cache.isHit {
			continue
		}
		if failure := x.traced(steps[i].name, func() *Failure { return steps[i].run(x) }); failure != nil {
			return failure
		}
	}
	return nil
}
