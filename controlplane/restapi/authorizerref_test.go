package restapi

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// A method takes an authorizer of its API, of the kind that its authorization type
// needs; in whatever order a PATCH names the two.
func TestAuthorizerOfMethod(t *testing.T) {
	s := memory.New()
	service, err := New(Config{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		service.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	scope := store.Scope{Account: "111111111111", Region: "eu-west-1"}
	ctx := wire.WithCaller(t.Context(), wire.Caller{Account: scope.Account, Region: scope.Region})
	api, err := service.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("test")})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(ctx, func(tx store.Tx) error {
		for id, kind := range map[string]types.AuthorizerType{"tokens": types.AuthorizerTypeToken, "pool": types.AuthorizerTypeCognitoUserPools} {
			if err := authorizers.Put(tx, scope, &types.Authorizer{Id: aws.String(id), Type: kind}, *api.Id, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	replace := func(path, value string) types.PatchOperation {
		return types.PatchOperation{Op: types.OpReplace, Path: &path, Value: &value}
	}
	tests := []struct {
		name           string
		operations     []types.PatchOperation
		wantType       string
		wantAuthorizer string
		wantErr        error
	}{
		{"RM-42 AU-03 authorizer first", []types.PatchOperation{replace("/authorizerId", "tokens"), replace("/authorizationType", "CUSTOM")}, "CUSTOM", "tokens", nil},
		{"authorizer kept", []types.PatchOperation{replace("/operationName", "x")}, "CUSTOM", "tokens", nil},
		{"of the wrong kind", []types.PatchOperation{replace("/authorizerId", "pool")}, "", "", errAuthorizer},
		{"RM-56 unknown", []types.PatchOperation{replace("/authorizerId", "abc123")}, "", "", errAuthorizer},
		{"type first", []types.PatchOperation{replace("/authorizationType", "COGNITO_USER_POOLS"), replace("/authorizerId", "pool")}, "COGNITO_USER_POOLS", "pool", nil},
		{"AU-04 dropped with NONE", []types.PatchOperation{replace("/authorizationType", "NONE")}, "NONE", "", nil},
	}
	_, err = service.PutMethod(ctx, &apigateway.PutMethodInput{
		RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: aws.String("GET"), AuthorizationType: aws.String("NONE"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out, err := service.UpdateMethod(ctx, &apigateway.UpdateMethodInput{
				RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: aws.String("GET"), PatchOperations: test.operations,
			})

			if !errors.Is(err, test.wantErr) {
				t.Fatalf("error %v, want %v", err, test.wantErr)
			}
			if err == nil && (*out.AuthorizationType != test.wantType || aws.ToString(out.AuthorizerId) != test.wantAuthorizer) {
				t.Errorf("%s with %q, want %s with %q", *out.AuthorizationType, aws.ToString(out.AuthorizerId), test.wantType, test.wantAuthorizer)
			}
		})
	}
}
