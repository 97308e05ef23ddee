package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	v2types "github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/smithy-go"
)

// restTarget imports REST APIs.
type restTarget struct {
	client *apigateway.Client
	// last is the deployment that the next one takes the place of.
	last string
}

func newRestTarget(config aws.Config) *restTarget {
	return &restTarget{client: apigateway.NewFromConfig(config)}
}

func (t *restTarget) find(ctx context.Context, name string) ([]string, error) {
	var ids []string
	pages := apigateway.NewGetRestApisPaginator(t.client, &apigateway.GetRestApisInput{Limit: aws.Int32(500)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			if aws.ToString(page.Items[i].Name) == name {
				ids = append(ids, *page.Items[i].Id)
			}
		}
	}
	return ids, nil
}

func (t *restTarget) put(ctx context.Context, id string, document []byte) (newID string, warnings []string, err error) {
	if id == "" {
		out, err := t.client.ImportRestApi(ctx, &apigateway.ImportRestApiInput{Body: document})
		if err != nil {
			return "", nil, err
		}
		return *out.Id, out.Warnings, nil
	}
	out, err := t.client.PutRestApi(ctx, &apigateway.PutRestApiInput{RestApiId: &id, Body: document, Mode: types.PutModeOverwrite})
	if err != nil {
		return "", nil, err
	}
	return id, out.Warnings, nil
}

func (t *restTarget) rename(ctx context.Context, id, name string) error {
	_, err := t.client.UpdateRestApi(ctx, &apigateway.UpdateRestApiInput{RestApiId: &id, PatchOperations: []types.PatchOperation{
		{Op: types.OpReplace, Path: aws.String("/name"), Value: &name},
	}})
	return err
}

func (t *restTarget) deploy(ctx context.Context, id, stage string) error {
	made, err := t.client.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &id, StageName: &stage, Description: aws.String("stagedoor import")})
	if err != nil {
		return err
	}
	if t.last != "" {
		// Each save makes one; another stage may have taken it, and then it stays.
		_, _ = t.client.DeleteDeployment(ctx, &apigateway.DeleteDeploymentInput{RestApiId: &id, DeploymentId: &t.last})
	}
	t.last = *made.Id
	return nil
}

func (t *restTarget) methods(ctx context.Context, id string) ([][2]string, error) {
	var list [][2]string
	pages := apigateway.NewGetResourcesPaginator(t.client, &apigateway.GetResourcesInput{RestApiId: &id, Limit: aws.Int32(500)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			for verb := range page.Items[i].ResourceMethods {
				list = append(list, [2]string{verb, *page.Items[i].Path})
			}
		}
	}
	return inOrder(list), nil
}

func inOrder(methods [][2]string) [][2]string {
	slices.SortFunc(methods, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[1], b[1]), cmp.Compare(a[0], b[0])) })
	return methods
}

// httpTarget imports HTTP APIs.
type httpTarget struct{ client *apigatewayv2.Client }

func newHTTPTarget(config aws.Config) *httpTarget {
	return &httpTarget{client: apigatewayv2.NewFromConfig(config)}
}

func (t *httpTarget) find(ctx context.Context, name string) ([]string, error) {
	var ids []string
	in := &apigatewayv2.GetApisInput{MaxResults: aws.String("100")}
	for {
		page, err := t.client.GetApis(ctx, in)
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			if aws.ToString(page.Items[i].Name) == name && page.Items[i].ProtocolType == v2types.ProtocolTypeHttp {
				ids = append(ids, *page.Items[i].ApiId)
			}
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return ids, nil
		}
	}
}

func (t *httpTarget) put(ctx context.Context, id string, document []byte) (newID string, warnings []string, err error) {
	body := string(document)
	if id == "" {
		out, err := t.client.ImportApi(ctx, &apigatewayv2.ImportApiInput{Body: &body})
		if err != nil {
			return "", nil, err
		}
		return *out.ApiId, out.Warnings, nil
	}
	out, err := t.client.ReimportApi(ctx, &apigatewayv2.ReimportApiInput{ApiId: &id, Body: &body})
	if err != nil {
		return "", nil, err
	}
	return id, out.Warnings, nil
}

func (t *httpTarget) rename(ctx context.Context, id, name string) error {
	_, err := t.client.UpdateApi(ctx, &apigatewayv2.UpdateApiInput{ApiId: &id, Name: &name})
	return err
}

// deploy needs to do nothing for a stage that deploys by itself.
func (t *httpTarget) deploy(ctx context.Context, id, stage string) error {
	there, err := t.client.GetStage(ctx, &apigatewayv2.GetStageInput{ApiId: &id, StageName: &stage})
	if isNotFound(err) {
		_, err = t.client.CreateStage(ctx, &apigatewayv2.CreateStageInput{ApiId: &id, StageName: &stage, AutoDeploy: aws.Bool(true)})
		return err
	}
	if err != nil || aws.ToBool(there.AutoDeploy) {
		return err
	}
	_, err = t.client.CreateDeployment(ctx, &apigatewayv2.CreateDeploymentInput{ApiId: &id, StageName: &stage})
	return err
}

func (t *httpTarget) methods(ctx context.Context, id string) ([][2]string, error) {
	var list [][2]string
	in := &apigatewayv2.GetRoutesInput{ApiId: &id, MaxResults: aws.String("100")}
	for {
		page, err := t.client.GetRoutes(ctx, in)
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			verb, path, ok := strings.Cut(*page.Items[i].RouteKey, " ")
			if !ok {
				verb, path = "ANY", "/..." // the $default route takes what is left
			}
			list = append(list, [2]string{verb, path})
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return inOrder(list), nil
		}
	}
}

func isNotFound(err error) bool {
	known, ok := errors.AsType[smithy.APIError](err)
	return ok && known.ErrorCode() == "NotFoundException"
}
