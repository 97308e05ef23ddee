package rest

import (
	"maps"
	"slices"
	"strings"
)

// template is a compiled mapping template. This is the seam between the pipeline and
// the template engine: what an exchange knows goes in, text comes out.
type template interface {
	// Execute renders the template. payload is what it transforms, as text: the body of
	// the method request or of the integration response.
	Execute(x *Exchange, payload []byte) ([]byte, *Failure)
}

// compileTemplate compiles the text of a template; what says whose it is.
func compileTemplate(text, what string) template {
	if strings.ContainsAny(text, "$#") {
		return unsupportedTemplate(what)
	}
	return literalTemplate(text)
}

// literalTemplate is a template without references and directives.
type literalTemplate []byte

// Execute implements template.
func (t literalTemplate) Execute(*Exchange, []byte) ([]byte, *Failure) { return t, nil }

// unsupportedTemplate stands for one that needs an engine which is not there yet.
type unsupportedTemplate string

// Execute implements template.
func (t unsupportedTemplate) Execute(*Exchange, []byte) ([]byte, *Failure) {
	return nil, unsupported(string(t) + " template with references or directives")
}

// typedTemplate is the template of a content type.
type typedTemplate struct {
	template

	contentType string
	isEmpty     bool
}

func (t typedTemplate) mediaType() string { return t.contentType }

// templates are the templates of a request or of a response, by content type.
type templates []typedTemplate

// compileTemplates compiles templates in the order of their content types; what is
// "request" or "response".
func compileTemplates(byType map[string]string, what string) templates {
	compiled := make(templates, 0, len(byType))
	for _, contentType := range slices.Sorted(maps.Keys(byType)) {
		text := byType[contentType]
		compiled = append(compiled, typedTemplate{compileTemplate(text, what), contentType, text == ""})
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
