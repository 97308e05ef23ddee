package rest

import "time"

// Trace records what the steps of an exchange did. It exists only when somebody
// observes, so that it costs nothing otherwise.
type Trace struct {
	Steps []TraceStep
}

// TraceStep is one step as it went.
type TraceStep struct {
	// Name is the step's name in the pipeline.
	Name     string
	Duration time.Duration
	// Decision is what the step decided and why; empty when there was no choice.
	Decision string
}

// decide notes what the running step decided.
func (x *Exchange) decide(decision string) {
	if x.Trace != nil && len(x.Trace.Steps) > 0 {
		x.Trace.Steps[len(x.Trace.Steps)-1].Decision = decision
	}
}

// traced runs one step and records it.
func (x *Exchange) traced(name string, run func() *Failure) *Failure {
	if x.Trace == nil {
		return run()
	}
	now := x.stage.env.Now
	start := now()
	x.Trace.Steps = append(x.Trace.Steps, TraceStep{Name: name})
	failure := run()
	last := &x.Trace.Steps[len(x.Trace.Steps)-1]
	last.Duration = now().Sub(start)
	if failure != nil {
		last.Decision = failure.Reason
	}
	return failure
}
