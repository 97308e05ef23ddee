package restapi_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
)

// Two clients that write to one API lose none of each other's updates.
func TestConcurrentWriters(t *testing.T) {
	w := newWorld(t)
	api, root := w.deployable()
	w.deploy(api, "dev")
	const writers, writes = 2, 20
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	var wg sync.WaitGroup
	for writer := range writers {
		client := newClient(w.url, account, transport)
		wg.Go(func() {
			for i := range writes {
				name, stage := fmt.Sprintf("w%dn%d", writer, i), "dev"
				_, err := client.CreateResource(t.Context(), &apigateway.CreateResourceInput{RestApiId: &api, ParentId: &root, PathPart: &name})
				if err != nil {
					t.Error(err)
				}
				_, err = client.UpdateStage(t.Context(), &apigateway.UpdateStageInput{RestApiId: &api, StageName: &stage, PatchOperations: ops(op("add", "/variables/"+name, "x"))})
				if err != nil {
					t.Error(err)
				}
				_, err = client.UpdateRestApi(t.Context(), &apigateway.UpdateRestApiInput{RestApiId: &api, PatchOperations: ops(op("add", "/binaryMediaTypes/a~1"+name))})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	limit := int32(500)
	if n := len(must(w, w.client.GetResources, &apigateway.GetResourcesInput{RestApiId: &api, Limit: &limit}).Items); n != 1+writers*writes {
		t.Errorf("%d resources", n)
	}
	if n := len(w.publisher.get(api + "/dev").Stage.Variables); n != writers*writes {
		t.Errorf("%d variables published", n)
	}
	if n := len(must(w, w.client.GetRestApi, &apigateway.GetRestApiInput{RestApiId: &api}).BinaryMediaTypes); n != writers*writes {
		t.Errorf("%d media types", n)
	}
}
