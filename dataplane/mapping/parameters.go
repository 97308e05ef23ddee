package mapping

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Parameter is one compiled mapping.
type Parameter struct {
	Target Target
	Source Expression
}

// ParseRequestParameters compiles requestParameters of an integration, in the order
// of their targets. It fails when one is invalid: a mapping that is left out may be
// one that guards.
func ParseRequestParameters(parameters map[string]string) ([]Parameter, error) {
	return parse(parameters, func(p Parameter) bool {
		return p.Target.Place < MethodResponseHeader && p.Source.source < ResponseHeader
	})
}

// ParseResponseParameters compiles responseParameters of an integration response,
// in the order of their targets. It fails as [ParseRequestParameters] does.
func ParseResponseParameters(parameters map[string]string) ([]Parameter, error) {
	return parse(parameters, func(p Parameter) bool {
		isRequest := Path <= p.Source.source && p.Source.source <= Body
		return p.Target.Place == MethodResponseHeader && !isRequest
	})
}

// ParseGatewayResponseParameters compiles responseParameters of a gateway response,
// in the order of their targets. It returns those that are valid, and an error that
// names all others.
func ParseGatewayResponseParameters(parameters map[string]string) ([]Parameter, error) {
	var compiled []Parameter
	var failed error
	for _, key := range slices.Sorted(maps.Keys(parameters)) {
		one, err := parse(map[string]string{key: parameters[key]}, func(p Parameter) bool {
			return p.Target.Place == GatewayResponseHeader && p.Source.source < ResponseHeader
		})
		compiled, failed = append(compiled, one...), errors.Join(failed, err)
	}
	return compiled, failed
}

func parse(parameters map[string]string, allowed func(Parameter) bool) ([]Parameter, error) {
	compiled := make([]Parameter, 0, len(parameters))
	for _, key := range slices.Sorted(maps.Keys(parameters)) {
		target, err := ParseTarget(key)
		if err != nil {
			return nil, err
		}
		source, err := ParseExpression(parameters[key])
		if err != nil {
			return nil, err
		}
		p := Parameter{Target: target, Source: source}
		if !allowed(p) {
			return nil, fmt.Errorf("mapping %s cannot read %s", key, parameters[key])
		}
		compiled = append(compiled, p)
	}
	return compiled, nil
}
