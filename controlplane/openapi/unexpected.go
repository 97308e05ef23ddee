package openapi

import (
	"fmt"
	"strings"
)

// words makes a set of the words in a text.
func words(text string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		set[word] = true
	}
	return set
}

// vocabulary is what the objects of a version of the specification have.
type vocabulary struct{ document, info, contact, license, components, path, operation map[string]bool }

var (
	swagger2 = vocabulary{
		document:  words("swagger info host basePath schemes consumes produces paths definitions parameters responses securityDefinitions security tags externalDocs"),
		info:      words("title description termsOfService contact license version"),
		contact:   words("name url email"),
		license:   words("name url"),
		path:      words("$ref get put post delete options head patch parameters"),
		operation: words("tags summary description externalDocs operationId consumes produces parameters responses schemes deprecated security"),
	}
	openapi3 = vocabulary{
		document:   words("openapi info servers paths components security tags externalDocs"),
		info:       words("title description termsOfService contact license version"),
		contact:    words("name url email"),
		license:    words("name url"),
		components: words("schemas responses parameters examples requestBodies headers securitySchemes links callbacks"),
		path:       words("$ref summary description get put post delete options head patch trace servers parameters"),
		// isDefaultRoute is what exports of HTTP APIs write.
		operation: words("tags summary description externalDocs operationId parameters requestBody responses callbacks deprecated security servers isDefaultRoute"),
	}
)

// unexpected returns warnings for attributes that the specification does not have, where
// documents most often carry them: at the document, its info and components, its paths and operations.
// They are spelt as AWS's parser spells them, see the test for Terraform's failOnWarnings.
func unexpected(root *Value, v vocabulary) []string {
	var warnings []string
	check := func(of *Value, known map[string]bool, place string) {
		for _, m := range of.members() {
			if !known[m.Name] && !strings.HasPrefix(m.Name, "x-") {
				warnings = append(warnings, fmt.Sprintf("Parse issue: attribute %s%s is unexpected", place, m.Name))
			}
		}
	}
	check(root, v.document, "")
	check(root.Get("info"), v.info, "info.")
	check(root.at("info", "contact"), v.contact, "info.contact.")
	check(root.at("info", "license"), v.license, "info.license.")
	if v.components != nil {
		check(root.Get("components"), v.components, "components.")
	}
	for _, path := range root.Get("paths").members() {
		if strings.HasPrefix(path.Name, "x-") {
			continue
		}
		check(path.Value, v.path, "paths.'"+path.Name+"'.")
		for _, operation := range path.Value.members() {
			if verbs[operation.Name] != "" {
				check(operation.Value, v.operation, "paths.'"+path.Name+"'("+operation.Name+").")
			}
		}
	}
	return warnings
}
