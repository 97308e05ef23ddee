package parameter

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Action is what a mapping does to its target.
type Action uint8

// The actions. Those that overwrite or append make what there is not.
const (
	Append Action = iota
	Overwrite
	Remove
)

// Location is where a target is.
type Location uint8

// The locations of targets.
const (
	Header Location = iota
	Querystring
	Path
	StatusCode
)

// Mapping is one compiled mapping.
type Mapping struct {
	Action   Action
	Location Location
	// Name is that of a header or of a query parameter.
	Name  string
	Value Expression
}

var actions = map[string]Action{"append": Append, "overwrite": Overwrite, "remove": Remove}

// ParseRequest compiles requestParameters, in the order of their keys. It fails when one
// is invalid: a mapping that is left out may be one that guards.
func ParseRequest(parameters, stageVariables map[string]string) ([]Mapping, error) {
	return parseAll(parameters, Request, stageVariables)
}

// ParseResponse compiles responseParameters: by the status that they are for.
func ParseResponse(byStatus map[string]map[string]string, stageVariables map[string]string) (map[int][]Mapping, error) {
	compiled := make(map[int][]Mapping, len(byStatus))
	for text, parameters := range byStatus {
		status, err := strconv.Atoi(text)
		if err != nil || status < 200 || status > 599 {
			return nil, fmt.Errorf("%q is no status for response parameters", text)
		}
		if compiled[status], err = parseAll(parameters, Response, stageVariables); err != nil {
			return nil, err
		}
	}
	return compiled, nil
}

func parseAll(parameters map[string]string, scope Scope, stageVariables map[string]string) ([]Mapping, error) {
	compiled := make([]Mapping, 0, len(parameters))
	for _, key := range slices.Sorted(maps.Keys(parameters)) {
		mapping, err := parseKey(key, scope)
		if err != nil {
			return nil, err
		}
		if mapping.Action != Remove {
			if mapping.Value, err = Parse(parameters[key], scope, stageVariables); err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
		}
		compiled = append(compiled, mapping)
	}
	return compiled, nil
}

// parseKey reads the key of a mapping: {action}:{location}.
func parseKey(key string, scope Scope) (Mapping, error) {
	invalid := fmt.Errorf("%q is no key of a parameter mapping", key)
	verb, target, _ := strings.Cut(key, ":")
	action, ok := actions[verb]
	if !ok {
		return Mapping{}, invalid
	}
	switch {
	case scope == Request && target == "path" && action == Overwrite:
		return Mapping{Action: action, Location: Path}, nil
	case scope == Response && target == "statuscode" && action == Overwrite:
		return Mapping{Action: action, Location: StatusCode}, nil
	}
	if name, ok := strings.CutPrefix(target, "header."); ok && name != "" {
		if IsReserved(name) {
			return Mapping{}, fmt.Errorf("the header %s is reserved and cannot be mapped", name)
		}
		return Mapping{Action: action, Location: Header, Name: name}, nil
	}
	if name, ok := strings.CutPrefix(target, "querystring."); ok && name != "" && scope == Request {
		return Mapping{Action: action, Location: Querystring, Name: name}, nil
	}
	return Mapping{}, invalid
}

// reserved are the headers that cannot be mapped, in lower case.
var reserved = map[string]bool{
	"authorization": true, "connection": true, "content-encoding": true, "content-length": true, "content-location": true,
	"forwarded": true, "keep-alive": true, "origin": true, "proxy-authenticate": true, "proxy-authorization": true, "te": true,
	"trailers": true, "transfer-encoding": true, "upgrade": true, "x-forwarded-for": true, "x-forwarded-host": true,
	"x-forwarded-proto": true, "via": true,
}

// IsReserved reports whether a header cannot be mapped.
func IsReserved(name string) bool {
	name = strings.ToLower(name)
	return reserved[name] || slices.ContainsFunc([]string{"access-control-", "apigw-", "x-amz-", "x-amzn-"}, func(prefix string) bool {
		return strings.HasPrefix(name, prefix)
	})
}
