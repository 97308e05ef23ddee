package restapi_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// The cost of adding a resource does not grow with the API.
func BenchmarkCreateResource(b *testing.B) {
	s := memory.New()
	service, err := restapi.New(restapi.Config{Store: s, Limits: restapi.Limits{ResourcesPerAPI: math.MaxInt}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		service.Close()
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	ctx := wire.WithCaller(b.Context(), wire.Caller{Account: account, Region: region})
	api, err := service.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("bench")})
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		_, err := service.CreateResource(ctx, &apigateway.CreateResourceInput{
			RestApiId: api.Id, ParentId: api.RootResourceId, PathPart: aws.String("r" + strconv.Itoa(n)),
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
