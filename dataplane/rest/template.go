package rest

import (
	"maps"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/vtl"
)

// template is a compiled mapping template. This is the seam between the pipeline and
// the template engine: what an exchange knows goes in, text comes out.
type template interface {
	// Execute renders the template. payload is what it transforms, as text: the body of
	// the method request or of the integration response.
	Execute(x *Exchange, payload []byte) ([]byte, *Failure)
}

// The two kinds of templates.
const (
	requestTemplate  = "request"
	responseTemplate = "response"
)

// compileTemplate compiles the text of a template of a kind.
func (c *compiler) compileTemplate(text, kind string) template {
	if !strings.ContainsAny(text, "$#") {
		return literalTemplate(text)
	}
	parsed, err := vtl.Parse(text)
	if err != nil {
		failure := transformFailure(kind, err)
		return brokenTemplate{failure}
	}
	return &velocityTemplate{Template: parsed, kind: kind, variables: c.templateVariables()}
}

// templateVariables returns $stageVariables, one for all templates of the stage.
func (c *compiler) templateVariables() *vtl.StageVariables {
	if c.variables == nil {
		c.variables = vtl.NewStageVariables(c.stage.snapshot.Stage.Variables)
	}
	return c.variables
}

// transformFailure is the failure of a template that cannot be read or evaluated.
func transformFailure(kind string, cause error) *Failure {
	failure := configurationError("Unable to transform " + kind)
	failure.Cause = cause
	return failure
}

// literalTemplate is a template without references and directives.
type literalTemplate []byte

// Execute implements template.
func (t literalTemplate) Execute(*Exchange, []byte) ([]byte, *Failure) { return t, nil }

// brokenTemplate is one that cannot be read: whatever needs it fails.
type brokenTemplate struct{ failure *Failure }

// Execute implements template.
func (t brokenTemplate) Execute(*Exchange, []byte) ([]byte, *Failure) { return nil, t.failure }

// typedTemplate is the template of a content type.
type typedTemplate struct {
	template

	contentType string
	isEmpty     bool
}

func (t typedTemplate) mediaType() string { return t.contentType }

// templates are the templates of a request or of a response, by content type.
type templates []typedTemplate

// compileTemplates compiles templates of a kind in the order of their content types.
func (c *compiler) compileTemplates(byType map[string]string, kind string) templates {
	compiled := make(templates, 0, len(byType))
	for _, contentType := range slices.Sorted(maps.Keys(byType)) {
		text := byType[contentType]
		compiled = append(compiled, typedTemplate{c.compileTemplate(text, kind), contentType, text == ""})
	}
	return compiled
}

// typed is a template that is for a content type.
type typed interface{ mediaType() string }

func findType[T typed](all []T, contentType string) *T {
	for i := range all {
		if strings.EqualFold(all[i].mediaType(), contentType) {
			return &all[i]
		}
	}
	return nil
}

// forAccept returns the template of a response: the one for the accepted type, else
// the one for application/json, else the first; nil when there is none.
func forAccept[T typed](all []T, accept string) *T {
	if len(all) == 0 {
		return nil
	}
	if found := findType(all, accept); found != nil {
		return found
	}
	if found := findType(all, applicationJSON); found != nil {
		return found
	}
	return &all[0]
}

// The values of passthroughBehavior; WHEN_NO_MATCH is the default.
const (
	passWhenNoTemplates = "WHEN_NO_TEMPLATES"
	passNever           = "NEVER"
)

// passes reports whether a body of a type that has no template reaches the
// integration as it is.
func (t templates) passes(behaviour string) bool {
	switch behaviour {
	case passNever:
		return false
	case passWhenNoTemplates:
		return len(t) == 0
	default:
		return true
	}
}
