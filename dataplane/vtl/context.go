package vtl

import "fmt"

// ContextVariables returns a variable by its name behind "$context.".
type ContextVariables interface {
	ContextVariable(name string) (string, bool)
}

// Overrides are what a template has assigned to $context.requestOverride or
// $context.responseOverride, in the order of the assignments.
type Overrides struct {
	Header, Path, Querystring []Override
	// Status is that of the response, WholePath the path of a private integration; empty
	// when they were not assigned.
	Status, WholePath string
}

// Override is the new value of a parameter.
type Override struct{ Name, Value string }

// Context is $context. It serves one execution.
type Context struct {
	Variables ContextVariables
	// Request and Response collect overrides; nil where they have no effect.
	Request, Response *Overrides
}

// groups are the variables that have others below them.
var groups = map[string]bool{
	"authorizer": true, "authorizer.claims": true, "customDomain": true, "error": true,
	"identity": true, "identity.clientCert": true, "identity.clientCert.validity": true,
}

// Property implements [Object].
func (c *Context) Property(name string) any {
	switch name {
	case "requestOverride":
		return overrideGroup(c.Request, true)
	case "responseOverride":
		return overrideGroup(c.Response, false)
	}
	return contextGroup{c.Variables, ""}.Property(name)
}

// Call implements [Object].
func (c *Context) Call(name string, args []any) (any, bool, error) { return getter(c, name, args) }

// getter is the one method of the objects below $context.
func getter(o Object, name string, args []any) (any, bool, error) {
	if name != "get" || len(args) != 1 {
		return nil, false, nil
	}
	return o.Property(textOf(args[0])), true, nil
}

// contextGroup is $context and the groups below it.
type contextGroup struct {
	variables ContextVariables
	prefix    string
}

// Property implements [Object]. Variables that are not set are missing: they print as
// nothing.
func (g contextGroup) Property(name string) any {
	name = g.prefix + name
	if value, ok := g.variables.ContextVariable(name); ok {
		return value
	}
	if groups[name] {
		return contextGroup{g.variables, name + "."}
	}
	return missing{}
}

// Call implements [Object].
func (g contextGroup) Call(name string, args []any) (any, bool, error) { return getter(g, name, args) }

// overrides is $context.requestOverride and $context.responseOverride.
type overrides struct {
	to        *Overrides
	isRequest bool
}

func overrideGroup(to *Overrides, isRequest bool) any {
	if to == nil {
		return missing{}
	}
	return overrides{to, isRequest}
}

// Property implements [Object].
func (o overrides) Property(name string) any {
	switch {
	case name == "header":
		return overriddenParameters{&o.to.Header}
	case name == "path" && o.isRequest:
		return overriddenParameters{&o.to.Path}
	case name == "querystring" && o.isRequest:
		return overriddenParameters{&o.to.Querystring}
	default:
		return missing{}
	}
}

// Call implements [Object].
func (o overrides) Call(name string, args []any) (any, bool, error) { return getter(o, name, args) }

// SetProperty implements [Assignable].
func (o overrides) SetProperty(name string, value any) error {
	target := &o.to.Status
	switch {
	case name == "status" && !o.isRequest:
	case name == "path" && o.isRequest:
		target = &o.to.WholePath
	default:
		return nil
	}
	if *target != "" {
		return overriddenTwice(name)
	}
	*target = textOf(value)
	return nil
}

// overriddenParameters are the parameters of one place.
type overriddenParameters struct{ to *[]Override }

// Property implements [Object].
func (p overriddenParameters) Property(name string) any {
	for _, override := range *p.to {
		if override.Name == name {
			return override.Value
		}
	}
	return missing{}
}

// Call implements [Object].
func (p overriddenParameters) Call(name string, args []any) (any, bool, error) {
	return getter(p, name, args)
}

// SetProperty implements [Assignable].
func (p overriddenParameters) SetProperty(name string, value any) error {
	for _, override := range *p.to {
		if override.Name == name {
			return overriddenTwice(name)
		}
	}
	*p.to = append(*p.to, Override{name, textOf(value)})
	return nil
}

func overriddenTwice(name string) error {
	return fmt.Errorf("%w: %s is overridden twice", ErrEvaluation, name)
}
