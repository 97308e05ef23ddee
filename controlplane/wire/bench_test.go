package wire

import (
	"fmt"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

const createRestApiBody = `{"name":"pets","description":"all of them","binaryMediaTypes":["image/png","image/jpeg"],
	"endpointConfiguration":{"types":["REGIONAL"],"ipAddressType":"ipv4"},"minimumCompressionSize":1024,
	"policy":"{\"Version\":\"2012-10-17\"}","tags":{"team":"a","stage":"dev"},"disableExecuteApiEndpoint":true}`

// BenchmarkDecodeCreateRestApi routes, decodes and validates a request.
func BenchmarkDecodeCreateRestApi(b *testing.B) {
	p, _ := APIGateway.protocol()
	routes := newRouter(p.operations())
	r := httptest.NewRequestWithContext(b.Context(), "POST", "/restapis", strings.NewReader(""))
	body := []byte(createRestApiBody)
	b.ReportAllocs()
	for b.Loop() {
		o := routes.find(r)
		compiled, err := o.plans()
		if err != nil {
			b.Fatal(err)
		}
		in := reflect.New(o.input)
		if err := o.decode(compiled.input, r, body, in.Elem()); err != nil {
			b.Fatal(err)
		}
		if err := o.validate(&p, in.Elem(), newSentBody(body)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEncode500RestApis encodes the largest page of GetRestApis.
func BenchmarkEncode500RestApis(b *testing.B) {
	out := &apigateway.GetRestApisOutput{Items: make([]types.RestApi, 500)}
	for i := range out.Items {
		if err := Unmarshal([]byte(createRestApiBody), &out.Items[i]); err != nil {
			b.Fatal(err)
		}
		out.Items[i].Id = aws.String(fmt.Sprintf("id%08d", i))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Marshal(out); err != nil {
			b.Fatal(err)
		}
	}
}
