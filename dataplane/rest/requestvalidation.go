package rest

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
	"github.com/stagedoor-dev/stagedoor/dataplane/schema"
)

const validateRequest = "validate request"

// requestValidation returns the steps of the method's request validator. Without one,
// parameters that are marked required are not enforced (LP-21, RV-11).
func (c *compiler) requestValidation(m *types.Method) []step {
	id := aws.ToString(m.RequestValidatorId)
	if id == "" {
		return nil
	}
	all := c.stage.snapshot.Api.RequestValidators
	at := slices.IndexFunc(all, func(v types.RequestValidator) bool { return aws.ToString(v.Id) == id })
	if at < 0 {
		return []step{refusal(validateRequest, configurationError("the deployment has no request validator "+id))}
	}
	// Parameters come before the body, and only the first that fails is told (RV-06).
	var steps []step
	if all[at].ValidateRequestParameters {
		steps = append(steps, requiredParameters(m.RequestParameters)...)
	}
	if all[at].ValidateRequestBody && len(m.RequestModels) > 0 {
		steps = append(steps, step{name: "validate request body", run: c.bodyValidation(m.RequestModels).run})
	}
	return steps
}

// requiredParameters compiles the check of parameters that are marked required.
func requiredParameters(parameters map[string]bool) []step {
	var required []mapping.Expression
	for _, key := range slices.Sorted(maps.Keys(parameters)) {
		expression, err := mapping.ParseExpression(key)
		if err != nil || !strings.HasPrefix(key, "method.request.") {
			return []step{refusal(validateRequest, configurationError("invalid request parameter "+key))}
		}
		if parameters[key] {
			required = append(required, expression)
		}
	}
	if len(required) == 0 {
		return nil
	}
	// One message names all that are missing: headers, then path, then query (RV-06).
	slices.SortStableFunc(required, func(a, b mapping.Expression) int { return validationOrder(a) - validationOrder(b) })
	return []step{{name: "validate request parameters", run: func(x *Exchange) *Failure { return missingParameters(x, required) }}}
}

func validationOrder(e mapping.Expression) int {
	switch e.Source() {
	case mapping.Header, mapping.MultiValueHeader:
		return 0
	case mapping.Path:
		return 1
	default:
		return 2
	}
}

// missingParameters fails when a required parameter is absent or blank.
func missingParameters(x *Exchange, required []mapping.Expression) *Failure {
	var missing []string
	for _, expression := range required {
		isPresent := slices.ContainsFunc(expression.Evaluate(x), func(value string) bool { return strings.TrimSpace(value) != "" })
		if !isPresent {
			missing = append(missing, expression.Name())
		}
	}
	if missing == nil {
		return nil
	}
	message := "Missing required request parameters: [" + strings.Join(missing, ", ") + "]"
	return &Failure{Type: types.GatewayResponseTypeBadRequestParameters, Message: message, Reason: message, Validation: message}
}

// bodyValidation checks bodies against models, by content type in lower case.
type bodyValidation map[string]bodyModel

// bodyModel is a compiled model, or why it could not be compiled.
type bodyModel struct {
	schema  *schema.Schema
	invalid *Failure
}

// anyContentType is the key of the model for types that have none of their own.
const anyContentType = "$default"

func (c *compiler) bodyValidation(names map[string]string) bodyValidation {
	if c.models == nil {
		texts := map[string]string{}
		for _, model := range c.stage.snapshot.Api.Models {
			texts[aws.ToString(model.Name)] = aws.ToString(model.Schema)
		}
		c.models = schema.NewModels(c.stage.snapshot.ApiID, texts)
	}
	compiled := bodyValidation{}
	for contentType, name := range names {
		model, err := c.models.Compile(name)
		if err != nil {
			// To go on without the model would let in what it keeps out.
			failure := configurationError("a model of the method cannot be used: " + err.Error())
			c.logger().Error("model cannot be compiled and its method fails", "model", name, "error", err)
			compiled[strings.ToLower(contentType)] = bodyModel{invalid: failure}
			continue
		}
		compiled[strings.ToLower(contentType)] = bodyModel{schema: model}
	}
	return compiled
}

// maxReasonBytes is how much of a violation is logged: it can quote the whole body.
const maxReasonBytes = 2048

// head returns the beginning of a text, at most limit bytes.
func head(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "..."
}

// emptyObject is what an absent body is validated as.
var emptyObject = []byte("{}")

// run validates the body. One of a type that no model is for passes, and is the
// business of passthroughBehavior; an absent one is validated too, as an empty object
// (RV-02, RV-03; RV-13), which public reports tell.
func (v bodyValidation) run(x *Exchange) *Failure {
	contentType := x.contentType()
	model, ok := v[strings.ToLower(contentType)]
	if ok && !strings.Contains(strings.ToLower(contentType), "json") {
		// Unverified: that a model of another type than JSON is documentation only.
		x.decide("not validated: " + contentType)
		return nil
	}
	if !ok {
		if model, ok = v[anyContentType]; !ok {
			x.decide("no model for " + contentType)
			return nil
		}
	}
	if model.invalid != nil {
		return model.invalid
	}
	body, failure := x.body()
	if failure != nil {
		return failure
	}
	if len(body) == 0 {
		body = emptyObject // as templates read it (RT-28)
	}
	violations := model.schema.Validate(body)
	if violations == nil {
		return nil
	}
	text := "[" + strings.Join(violations, ", ") + "]"
	return &Failure{
		Type:       types.GatewayResponseTypeBadRequestBody,
		Reason:     "Request body does not match model schema for content type " + contentType + ": " + head(text, maxReasonBytes),
		Validation: text,
	}
}
