package restapi_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

// BenchmarkImport imports large documents; the time for each operation has to stay the same.
func BenchmarkImport(b *testing.B) {
	for _, operations := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprint(operations), func(b *testing.B) {
			document := largeDocument(operations)
			service, err := restapi.New(restapi.Config{Store: memory.New(), Limits: restapi.Limits{ResourcesPerAPI: 100_000, DocumentationPartsPerAPI: 100_000}})
			if err != nil {
				b.Fatal(err)
			}
			defer service.Close()
			b.ReportAllocs()
			for b.Loop() {
				out, err := service.ImportRestApi(b.Context(), &apigateway.ImportRestApiInput{Body: document})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := service.DeleteRestApi(b.Context(), &apigateway.DeleteRestApiInput{RestApiId: aws.String(*out.Id)}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(operations), "µs/operation")
		})
	}
}
