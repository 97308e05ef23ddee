package restapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// enum is a set of values that the service checks itself, where the model gives
// it a plain string (RM-32) or where the value comes from a PATCH (RA-34).
type enum struct {
	name   string
	values []string
}

// parse returns value when it is in the set, else AWS's error for the set.
func (e enum) parse(value string) (string, error) {
	if value == "" {
		return "", wire.BadRequest(fmt.Sprintf("Enumeration value for %s must be non-empty", e.name))
	}
	if !slices.Contains(e.values, value) {
		return "", wire.BadRequest(fmt.Sprintf("Invalid %s specified. Valid options are %s", e.name, strings.Join(e.values, ",")))
	}
	return value, nil
}

// enumOf makes the set of an SDK enum.
func enumOf[T ~string](name string, values []T) enum {
	e := enum{name: name}
	for _, v := range values {
		e.values = append(e.values, string(v))
	}
	return e
}
