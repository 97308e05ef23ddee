package httpapi

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Unverified: the wordings.
var (
	errNoTarget  = wire.BadRequest("Target must be specified when routeKey or credentialsArn is")
	errTarget    = wire.BadRequest("Target must be the ARN of a Lambda function or a URL")
	errNotQuick  = wire.BadRequest("Target, routeKey and credentialsArn can be updated for an API that was created with quick create only")
	errManaged   = wire.BadRequest("Managed resources of an API that was created with quick create cannot be deleted")
	errManagedIs = wire.BadRequest("This property of a resource that is managed by API Gateway cannot be updated")
)

// defaultStage is the stage that needs no segment in invoke addresses.
const defaultStage = "$default"

// quickCreate is what a quick create makes besides the API.
type quickCreate struct {
	integration types.Integration
	route       types.Route
	stage       types.Stage
	deployment  types.Deployment
}

func (s *Service) newQuickCreate(in *apigatewayv2.CreateApiInput) (*quickCreate, error) {
	now, integrationID := s.timestamp(), newIntegrationID()
	q := &quickCreate{
		integration: types.Integration{
			ApiGatewayManaged: aws.Bool(true), IntegrationId: &integrationID,
			ConnectionType: types.ConnectionTypeInternet, CredentialsArn: nonEmpty(in.CredentialsArn),
		},
		route: types.Route{
			ApiGatewayManaged: aws.Bool(true), RouteId: aws.String(newRouteID()), RouteKey: aws.String(defaultRouteKey),
			ApiKeyRequired: aws.Bool(false), AuthorizationType: types.AuthorizationTypeNone,
			Target: aws.String(targetPrefix + integrationID),
		},
		stage: types.Stage{
			ApiGatewayManaged: aws.Bool(true), StageName: aws.String(defaultStage), AutoDeploy: aws.Bool(true),
			CreatedDate: now, LastUpdatedDate: now,
		},
		deployment: types.Deployment{
			AutoDeployed: aws.Bool(true), CreatedDate: now, DeploymentId: aws.String(newDeploymentID()), Description: aws.String(autoDescription),
		},
	}
	if key := aws.ToString(in.RouteKey); key != "" {
		q.route.RouteKey = &key
	}
	return q, setTarget(&q.integration, *in.Target)
}

// setTarget makes an integration the one with the target of a quick create.
func setTarget(integration *types.Integration, target string) error {
	integration.IntegrationUri = &target
	switch {
	case lambdaPattern.MatchString(target):
		integration.IntegrationType, integration.PayloadFormatVersion = types.IntegrationTypeAwsProxy, aws.String("2.0")
		integration.IntegrationMethod = aws.String("POST")
	case strings.HasPrefix(target, "http://"), strings.HasPrefix(target, "https://"):
		integration.IntegrationType, integration.PayloadFormatVersion = types.IntegrationTypeHttpProxy, aws.String("1.0")
		integration.IntegrationMethod = aws.String("ANY")
	default:
		return errTarget
	}
	return nil
}

func (s *Service) createQuick(a apiTx, q *quickCreate) error {
	if err := s.createIntegration(a, &q.integration); err != nil {
		return err
	}
	if err := s.createRoute(a, &q.route); err != nil {
		return err
	}
	if err := deploy(a, &q.deployment); err != nil {
		return err
	}
	stage := q.stage
	setDefaultSettings(a, &stage)
	setDeployed(&stage, *q.deployment.DeploymentId)
	return put(a, stages, &stage, defaultStage)
}

// updateQuick changes the managed integration and route of a quick-created API.
func updateQuick(a apiTx, in *apigatewayv2.UpdateApiInput) error {
	if in.Target == nil && in.RouteKey == nil && in.CredentialsArn == nil {
		return nil
	}
	allIntegrations, err := all(a, integrations)
	if err != nil {
		return err
	}
	allRoutes, err := all(a, routes)
	if err != nil {
		return err
	}
	integration := managed(allIntegrations, func(i *types.Integration) *bool { return i.ApiGatewayManaged })
	route := managed(allRoutes, func(r *types.Route) *bool { return r.ApiGatewayManaged })
	if integration == nil || route == nil {
		return errNotQuick
	}
	if in.Target != nil {
		if err := setTarget(integration, *in.Target); err != nil {
			return err
		}
	}
	if in.CredentialsArn != nil {
		integration.CredentialsArn = nonEmpty(in.CredentialsArn)
	}
	if err := checkIntegration(a, integration); err != nil {
		return err
	}
	if err := put(a, integrations, integration, *integration.IntegrationId); err != nil {
		return err
	}
	if in.RouteKey == nil {
		return nil
	}
	before := *route.RouteKey
	route.RouteKey = in.RouteKey
	return replaceRoute(a, route, before)
}

func managed[T any](items []T, flag func(*T) *bool) *T {
	for i := range items {
		if aws.ToBool(flag(&items[i])) {
			return &items[i]
		}
	}
	return nil
}

// nonEmpty is text, or nil when it is empty.
func nonEmpty(text *string) *string {
	if aws.ToString(text) == "" {
		return nil
	}
	return text
}
