package rest

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// requestBody makes the body for integrations that have request templates.
type requestBody struct {
	templates templates
	behaviour string
	binary    mediaTypes
	handling  types.ContentHandlingStrategy
}

// requestBody compiles the step "integration request body".
func (c *compiler) requestBody(i *types.Integration) step {
	body := &requestBody{
		templates: c.compileTemplates(i.RequestTemplates, requestTemplate),
		behaviour: aws.ToString(i.PassthroughBehavior),
		binary:    c.binary,
		handling:  i.ContentHandling,
	}
	return step{name: "integration request body", run: body.run}
}

func (b *requestBody) run(x *Exchange) *Failure {
	contentType := x.contentType()
	selected := findType(b.templates, contentType)
	if selected == nil && !b.templates.passes(b.behaviour) {
		return &Failure{
			Type:   types.GatewayResponseTypeUnsupportedMediaType,
			Reason: "No request template for " + contentType + " and passthroughBehavior is " + b.behaviour,
		}
	}
	payload, failure := x.body()
	if failure != nil {
		return failure
	}
	isBinary := b.binary.match(contentType)
	to := &x.IntegrationRequest
	if selected == nil {
		x.decide("passed through")
		to.ContentType = cmp.Or(x.Request.HTTP.Header.Get("Content-Type"), applicationJSON)
		to.Body, failure = convertRequest(payload, isBinary, b.handling)
		return failure
	}
	x.decide(selected.contentType)
	to.ContentType = selected.contentType
	if isBinary && b.handling != toText {
		return configurationError("Unable to transform request: a template takes no binary payload")
	}
	if isBinary {
		payload = encode(payload)
	}
	if payload, failure = x.render(selected, payload); failure != nil {
		return failure
	}
	to.Body, failure = convertRequest(payload, false, b.handling)
	return failure
}
