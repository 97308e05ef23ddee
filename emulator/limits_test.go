package emulator_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// TestLimits: quotas are those that are configured.
func TestLimits(t *testing.T) {
	t.Parallel()
	if _, err := emulator.Start(t.Context(), emulator.Config{Ephemeral: true, Limits: map[string]int{"lions": 1}}); !errors.Is(err, emulator.ErrConfig) || !strings.Contains(err.Error(), "resources-per-api") {
		t.Errorf("unknown limit: %v", err)
	}
	c := newClients(t, start(t, emulator.Config{Limits: map[string]int{"resources-per-api": 2, "v2-apis": 1}}).AWSConfig())
	ctx := t.Context()
	api := must(c.gateway.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("a")}))(t)
	in := &apigateway.CreateResourceInput{RestApiId: api.Id, ParentId: api.RootResourceId, PathPart: aws.String("a")}
	must(c.gateway.CreateResource(ctx, in))(t)
	in.PathPart = aws.String("b")
	if _, err := c.gateway.CreateResource(ctx, in); errorCode(err) != "LimitExceededException" {
		t.Errorf("a third resource: %v", err)
	}
	v2 := apigatewayv2.NewFromConfig(c.config)
	must(v2.CreateApi(ctx, &apigatewayv2.CreateApiInput{Name: aws.String("a"), ProtocolType: types.ProtocolTypeHttp}))(t)
	if _, err := v2.CreateApi(ctx, &apigatewayv2.CreateApiInput{Name: aws.String("b"), ProtocolType: types.ProtocolTypeHttp}); errorCode(err) != "TooManyRequestsException" {
		t.Errorf("a second API: %v", err)
	}
}
