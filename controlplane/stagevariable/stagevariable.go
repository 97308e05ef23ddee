// Package stagevariable holds the rules for the variables of a stage, which REST,
// HTTP and WebSocket APIs share.
package stagevariable

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	maxVariables  = 100
	maxNameChars  = 64
	maxValueChars = 512
)

var (
	namePattern  = regexp.MustCompile(`^[a-zA-Z0-9_]+$`)
	valuePattern = regexp.MustCompile(`^[A-Za-z0-9\-._~:/?#&=, ]+$`)

	errMany = wire.BadRequest(fmt.Sprintf("Stage variables are limited to %d", maxVariables)) // Unverified: the wording.
)

// Check holds the rules for all variables of a stage: BadRequestException names the
// first that breaks one. The two spaces in the messages are AWS's.
func Check(variables map[string]string) error {
	if len(variables) > maxVariables {
		return errMany
	}
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if !namePattern.MatchString(name) || len(name) > maxNameChars {
			return wire.BadRequest("Invalid stage variable name: " + name + ".  Please use names with only word characters.")
		}
		if value := variables[name]; !valuePattern.MatchString(value) || len(value) > maxValueChars {
			return InvalidValue(value)
		}
	}
	return nil
}

// InvalidValue is the error for a value that breaks the rules.
func InvalidValue(value string) error {
	return wire.BadRequest("Invalid stage variable value: " + value + ".  Please use values with alphanumeric characters" +
		" and the symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','.")
}
