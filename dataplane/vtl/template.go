package vtl

import (
	"cmp"
	"errors"
	"fmt"
)

// Template is a parsed template. It is immutable and safe for concurrent use.
type Template struct {
	root  block
	scope *names
	// size is that of the text, a guess of the output's.
	size int
}

// names gives each variable of a template its slot.
type names struct {
	slots  map[string]int
	macros map[string]*macro
}

// macro returns the macro of a name, defined or not yet.
func (n *names) macro(name string) *macro {
	m := n.macros[name]
	if m == nil {
		m = &macro{}
		if n.macros == nil {
			n.macros = map[string]*macro{}
		}
		n.macros[name] = m
	}
	return m
}

// cloneMacros copies the macros; those that are not defined can be defined apart.
func (n *names) cloneMacros() map[string]*macro {
	cloned := make(map[string]*macro, len(n.macros))
	for name, m := range n.macros {
		if m.defined {
			cloned[name] = m
		}
	}
	return cloned
}

func (n *names) slot(name string) int {
	slot, ok := n.slots[name]
	if !ok {
		slot = len(n.slots)
		n.slots[name] = slot
	}
	return slot
}

// Slots of the objects that every template has.
const (
	slotInput = iota
	slotUtil
	slotContext
	slotStageVariables
)

func newNames() *names {
	return &names{slots: map[string]int{"input": slotInput, "util": slotUtil, "context": slotContext, "stageVariables": slotStageVariables}}
}

// Scope is what a template finds in its context. Nil objects are not defined.
type Scope struct {
	Input, Context, StageVariables Object
	// Variables are further variables, by name.
	Variables map[string]any
}

// Limits bound an execution; zero fields stand for the defaults.
type Limits struct {
	// LoopIterations is the most iterations of one #foreach, which then simply ends, as
	// on AWS; 1,000 by default.
	LoopIterations int
	// Steps is the most iterations and calls of an execution; 1,000,000 by default.
	Steps int
	// OutputBytes is the most bytes of the output, and of any text or list on the way;
	// 10 MiB by default.
	OutputBytes int
	// Work is the most bytes and items that are gone through in all, by printing,
	// comparing and calling methods; 16 times OutputBytes by default.
	Work int
	// MacroDepth is how deep macros, blocks and #evaluate may nest; 20 by default.
	MacroDepth int
}

func (l Limits) withDefaults() Limits {
	return Limits{
		LoopIterations: cmp.Or(l.LoopIterations, 1000),
		Steps:          cmp.Or(l.Steps, 1_000_000),
		OutputBytes:    cmp.Or(l.OutputBytes, 10<<20),
		Work:           cmp.Or(l.Work, 16*cmp.Or(l.OutputBytes, 10<<20)),
		MacroDepth:     cmp.Or(l.MacroDepth, 20),
	}
}

// ErrLimit is wrapped by errors about a limit that an execution has reached.
var ErrLimit = errors.New("limit of mapping templates exceeded")

// ErrEvaluation is wrapped by errors of evaluating a template, for instance an index
// outside a list: what is an exception in Java.
var ErrEvaluation = errors.New("mapping template cannot be evaluated")

func exception(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrEvaluation, fmt.Sprintf(format, args...))
}

func exceeded(what string) error { return fmt.Errorf("%w: %s", ErrLimit, what) }

// Execute renders the template and appends the text to out. The error wraps [ErrLimit] or
// [ErrEvaluation], or is one of a host object; the text is of no use then.
func (t *Template) Execute(out []byte, scope *Scope, limits Limits) ([]byte, error) {
	if out == nil {
		out = make([]byte, 0, t.size+t.size/2)
	}
	s := &state{out: out, start: len(out), vars: make([]any, len(t.scope.slots)), names: t.scope, limits: limits.withDefaults()}
	s.vars[slotUtil] = utilities{}
	if scope != nil {
		s.define(slotInput, scope.Input)
		s.define(slotContext, scope.Context)
		s.define(slotStageVariables, scope.StageVariables)
		s.variables = scope.Variables
		for name, value := range scope.Variables {
			if slot, ok := t.scope.slots[name]; ok {
				s.vars[slot] = value
			}
		}
	}
	_, err := t.root.render(s)
	return s.out, err
}

// state is an execution under way.
type state struct {
	out   []byte
	start int
	vars  []any
	// variables are those of the scope, for #evaluate.
	variables map[string]any
	// names has the slots of vars; #evaluate gives the execution its own.
	names    *names
	ownNames bool
	limits   Limits
	steps    int
	work     int
	depth    int
	loop     *loop
	unset    *unset
}

func (s *state) define(slot int, object Object) {
	if object != nil {
		s.vars[slot] = object
	}
}

// step counts an iteration or a call.
func (s *state) step() error {
	if s.steps++; s.steps > s.limits.Steps {
		return exceeded(fmt.Sprintf("more than %d steps", s.limits.Steps))
	}
	return nil
}

// charge counts bytes or items that are gone through. Steps alone would not bound the
// time: each may go through a large value.
func (s *state) charge(n int) error {
	if s.work += n; s.work > s.limits.Work {
		return exceeded("too much work")
	}
	return nil
}

// enter counts one level of nesting; leave is its end.
func (s *state) enter() error {
	if s.depth++; s.depth > s.limits.MacroDepth {
		return exceeded(fmt.Sprintf("macros nest deeper than %d", s.limits.MacroDepth))
	}
	return s.step()
}

func (s *state) leave() { s.depth-- }

// checkOutput is called after each write.
func (s *state) checkOutput() error {
	if len(s.out)-s.start > s.limits.OutputBytes {
		return exceeded(fmt.Sprintf("more than %d bytes of output", s.limits.OutputBytes))
	}
	return nil
}

// checkSize refuses a text or list that is too large.
func (s *state) checkSize(n int) error {
	if n > s.limits.OutputBytes {
		return exceeded(fmt.Sprintf("a value of more than %d bytes", s.limits.OutputBytes))
	}
	return nil
}

// capture returns what render writes.
func (s *state) capture(render func() error) (string, error) {
	mark := len(s.out)
	err := render()
	text := string(s.out[mark:])
	s.out = s.out[:mark]
	if err == nil {
		err = s.charge(len(text))
	}
	return text, err
}
