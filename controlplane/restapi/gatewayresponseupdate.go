package restapi

import (
	"context"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	gatewayParameterName = regexp.MustCompile(`^gatewayresponse\.header\.[a-zA-Z0-9._$-]+$`)
	statusCodePattern    = regexp.MustCompile(`^[1-5]\d\d$`)

	errEmptyTemplate = wire.BadRequest("Invalid null or empty value in responseTemplates") // GR-19
	errGatewayStatus = wire.BadRequest("Invalid status code specified")                    // Unverified: the wording.
)

// gatewayParameters and gatewayTemplates are the two maps of a gateway response.
var (
	gatewayParameters = entries[types.GatewayResponse, string]{
		of:      func(r *types.GatewayResponse) *map[string]string { return &r.ResponseParameters },
		missing: errNoParameter, // GR-15
		parse:   nonEmptyEntry(errEmptyParameterValue),
	}
	gatewayTemplates = entries[types.GatewayResponse, string]{
		of:      func(r *types.GatewayResponse) *map[string]string { return &r.ResponseTemplates },
		missing: errNoContentType,
		parse:   nonEmptyEntry(errEmptyTemplate),
	}
)

// nonEmptyEntry takes any value but an empty one (GR-19, GR-20).
func nonEmptyEntry(empty error) func(*types.GatewayResponse, string, patch) (string, error) {
	return func(_ *types.GatewayResponse, _ string, p patch) (string, error) {
		if p.text() == "" {
			return "", empty
		}
		return p.text(), nil
	}
}

var gatewayResponsePatches = patchTable[types.GatewayResponse]{
	refuse: refuseGatewayResponse,
	rules: []patchRule[types.GatewayResponse]{
		{path: "/statusCode", replace: func(r *types.GatewayResponse, p patch) error {
			r.StatusCode = nonEmpty(p.text()) // none: the type's own
			return nil
		}},
		valueFirst(gatewayParameters.rule("/responseParameters/{name}"), errEmptyParameterValue),
		valueFirst(gatewayTemplates.rule("/responseTemplates/{type}"), errEmptyTemplate),
	},
}

// valueFirst makes a replace look at its value before it looks for the entry.
func valueFirst(rule patchRule[types.GatewayResponse], empty error) patchRule[types.GatewayResponse] {
	replace := rule.replace
	rule.replace = func(r *types.GatewayResponse, p patch) error {
		if p.text() == "" {
			return empty
		}
		return replace(r, p)
	}
	return rule
}

// refuseGatewayResponse is family (a) of MI-14, also for a wrong operation on a path
// that exists (GR-14, MI-15).
func refuseGatewayResponse(_ []patchRule[types.GatewayResponse], _ *patchRule[types.GatewayResponse], p patch) error {
	return invalidPatchPath(p.path)
}

// UpdateGatewayResponse changes a type; one that was never put is put, starting from
// its own default (GR-12).
func (s *Service) UpdateGatewayResponse(ctx context.Context, in *apigateway.UpdateGatewayResponseInput) (*apigateway.UpdateGatewayResponseOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.UpdateGatewayResponseOutput](update(ctx, s, func(tx store.Tx) (*types.GatewayResponse, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err // GR-21
		}
		put, err := putGatewayResponses(tx, scope, *in.RestApiId)
		if err != nil {
			return nil, err
		}
		if len(in.PatchOperations) == 0 {
			return effectiveGatewayResponse(put, in.ResponseType), nil
		}
		response := defaultGatewayResponse(in.ResponseType)
		if own, ok := put[in.ResponseType]; ok {
			response = &own
		}
		if err := gatewayResponsePatches.apply(response, in.PatchOperations); err != nil {
			return nil, err
		}
		settleGatewayResponse(response)
		if err := checkGatewayResponse(response); err != nil {
			return nil, err
		}
		return response, gatewayResponses.Put(tx, scope, response, *in.RestApiId, string(in.ResponseType))
	}))
}

// checkGatewayResponse holds the rules for a whole gateway response.
func checkGatewayResponse(response *types.GatewayResponse) error {
	if response.StatusCode != nil && !statusCodePattern.MatchString(aws.ToString(response.StatusCode)) {
		return errGatewayStatus
	}
	var reasons []string
	for _, target := range sortedKeys(response.ResponseParameters) {
		source := response.ResponseParameters[target]
		switch {
		case source == "":
			return errEmptyParameterValue
		case !gatewayParameterName.MatchString(target):
			reasons = append(reasons, badExpression+target)
		case !literalExpression.MatchString(source) && !sharedExpression.MatchString(source) &&
			!requestBody.MatchString(source) && !requestParameterName.MatchString(source):
			reasons = append(reasons, badExpression+source)
		}
	}
	for _, template := range response.ResponseTemplates {
		if template == "" {
			return errEmptyTemplate
		}
	}
	if err := errMapping(reasons); err != nil {
		return err
	}
	return checkContentTypes(response.ResponseTemplates)
}
