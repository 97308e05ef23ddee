package rest

import (
	"maps"
	"slices"
	"strings"
)

// template is one compiled mapping template.
type template struct {
	contentType string
	text        []byte
	// isDynamic tells that the text has references or directives, which need an
	// engine that is not there yet.
	isDynamic bool
}

// templates are the templates of a request or of a response, by content type.
type templates []template

// compileTemplates sorts templates by content type.
func compileTemplates(byType map[string]string) templates {
	compiled := make(templates, 0, len(byType))
	for _, contentType := range slices.Sorted(maps.Keys(byType)) {
		text := byType[contentType]
		compiled = append(compiled, template{contentType: contentType, text: []byte(text), isDynamic: strings.ContainsAny(text, "$#")})
	}
	return compiled
}

func (t templates) find(contentType string) *template {
	for i := range t {
		if strings.EqualFold(t[i].contentType, contentType) {
			return &t[i]
		}
	}
	return nil
}

// forAccept returns the template of a response: the one for the accepted type, else
// the one for application/json, else the first; nil when there is none and the body
// passes through.
func (t templates) forAccept(accept string) *template {
	if len(t) == 0 {
		return nil
	}
	if found := t.find(accept); found != nil {
		return found
	}
	if found := t.find(applicationJSON); found != nil {
		return found
	}
	return &t[0]
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
