package restapi

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Parameter names and mapping expressions as they are declared. They are parsed
// for real by the data plane; here they are checked as AWS does when they are put.
var (
	requestParameterName  = regexp.MustCompile(`^method\.request\.(?:(?:multivalue)?(?:querystring|header)|path)\.([a-zA-Z0-9._$-]+)$`)
	responseParameterName = regexp.MustCompile(`^method\.response\.(?:multivalue)?header\.[a-zA-Z0-9._$-]+$`)
	integrationTarget     = regexp.MustCompile(`^integration\.request\.(?:header|querystring|path)\.[a-zA-Z0-9._$-]+$`)

	literalExpression  = regexp.MustCompile(`^'[^']*'$`)
	sharedExpression   = regexp.MustCompile(`^(?:stageVariables\.[a-zA-Z0-9_]+|context\.[a-zA-Z0-9._$-]+)$`)
	requestBody        = regexp.MustCompile(`^method\.request\.body(?:\..+)?$`)
	responseExpression = regexp.MustCompile(`^integration\.response\.(?:(?:multivalue)?header\.[a-zA-Z0-9._$-]+|body(?:\..+)?)$`)
	contentType        = regexp.MustCompile("^[a-zA-Z0-9!#$%&'*+.^_`|~-]+/[a-zA-Z0-9!#$%&'*+.^_`|~-]+(?:\\s*;.*)?$")
)

var (
	errParameterNames      = wire.BadRequest("Parameter names must be unique across querystring, header and path") // RM-29
	errNoParameter         = wire.NotFound("Invalid parameter name specified")                                     // RM-68, GR-15
	errCacheKey            = wire.BadRequest("Invalid cache key parameter specified")
	errNoContentType       = wire.NotFound("Content-Type specified was not found")                // RM-69
	errEmptyParameterValue = wire.BadRequest("Invalid null or empty value in responseParameters") // GR-20
)

// Reasons within errMapping.
const (
	badExpression     = "Invalid mapping expression specified: "           // RM-37
	unknownParameter  = "Invalid mapping expression parameter specified: " // a parameter that the method does not declare
	noMethodResponse  = "No method response exists for method."
	validationResult  = "Validation Result: warnings : [], errors : ["
	invalidExpression = "Invalid mapping expression specified: "
)

// errMapping wraps what is wrong with mapping expressions, nil when nothing is.
func errMapping(reasons []string) error {
	if len(reasons) == 0 {
		return nil
	}
	return wire.BadRequest(invalidExpression + validationResult + strings.Join(reasons, ", ") + "]")
}

// checkContentTypes refuses template keys that are no media type (IN-38).
func checkContentTypes(templates map[string]string) error {
	var reasons []string
	for _, key := range sortedKeys(templates) {
		if !contentType.MatchString(key) {
			reasons = append(reasons, "Invalid content type specified: "+key)
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	return wire.BadRequest(validationResult + strings.Join(reasons, ", ") + "]")
}

// checkRequestParameters holds the rules for the parameters that a method declares
// (RM-29, RM-37). A path parameter need not be in the resource's path (RM-36).
func checkRequestParameters(parameters map[string]bool) error {
	var reasons []string
	seen := map[string]bool{}
	unique := true
	for _, key := range sortedKeys(parameters) {
		m := requestParameterName.FindStringSubmatch(key)
		if m == nil {
			reasons = append(reasons, badExpression+key)
			continue
		}
		unique = unique && !seen[m[1]]
		seen[m[1]] = true
	}
	if err := errMapping(reasons); err != nil {
		return err
	}
	if !unique {
		return errParameterNames
	}
	return nil
}

// checkResponseParameters holds the rule for the headers that a method response declares.
func checkResponseParameters(parameters map[string]bool) error {
	var reasons []string
	for _, key := range sortedKeys(parameters) {
		if !responseParameterName.MatchString(key) {
			reasons = append(reasons, badExpression+key)
		}
	}
	return errMapping(reasons)
}

// checkIntegrationParameters checks the request parameter mappings of an
// integration: targets, sources, and that the method declares the sources. A cache key is
// a parameter of either.
func checkIntegrationParameters(method *types.Method, parameters map[string]string, cacheKeys []string) error {
	var reasons []string
	for _, target := range sortedKeys(parameters) {
		if !integrationTarget.MatchString(target) {
			reasons = append(reasons, badExpression+target)
			continue
		}
		if reason := checkRequestSource(method, parameters[target]); reason != "" {
			reasons = append(reasons, reason)
		}
	}
	if err := errMapping(reasons); err != nil {
		return err
	}
	for _, key := range cacheKeys {
		if _, mapped := parameters[key]; !mapped && !declares(method.RequestParameters, key) {
			return errCacheKey
		}
	}
	return nil
}

// checkRequestSource returns what is wrong with a source of a request mapping.
func checkRequestSource(method *types.Method, source string) (reason string) {
	switch {
	case literalExpression.MatchString(source), sharedExpression.MatchString(source), requestBody.MatchString(source):
		return ""
	case !requestParameterName.MatchString(source):
		return badExpression + source
	case !declares(method.RequestParameters, source):
		return unknownParameter + source
	}
	return ""
}

// declares reports whether a parameter is declared; the multivalue form of a
// source reads the parameter that is declared in the single form.
func declares(parameters map[string]bool, name string) bool {
	if _, ok := parameters[name]; ok {
		return true
	}
	_, ok := parameters[strings.Replace(name, ".multivalue", ".", 1)]
	return ok
}

// checkResponseMappings checks the header mappings of an integration response:
// the method response of the same status declares every target.
func checkResponseMappings(method *types.Method, status string, parameters map[string]string) error {
	if len(parameters) == 0 {
		return nil // IN-25: no method response is needed
	}
	response, ok := method.MethodResponses[status]
	if !ok {
		return errMapping([]string{noMethodResponse})
	}
	var reasons []string
	for _, target := range sortedKeys(parameters) {
		source := parameters[target]
		switch {
		case !responseParameterName.MatchString(target):
			reasons = append(reasons, badExpression+target)
		case !declares(response.ResponseParameters, target):
			reasons = append(reasons, unknownParameter+target)
		case !literalExpression.MatchString(source) && !sharedExpression.MatchString(source) && !responseExpression.MatchString(source):
			reasons = append(reasons, badExpression+source)
		}
	}
	return errMapping(reasons)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
