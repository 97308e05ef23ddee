package restapi_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

// Nothing of an API is left in the store when it is deleted; a clone of it has all
// but its deployments and stages.
func TestDeleteLeavesNothing(t *testing.T) {
	s := memory.New()
	w := newWorldOn(t, s, restapi.Limits{})
	api, _ := w.deployable()
	must(w, w.client.CreateAuthorizer, tokenAuthorizer(api, "auth"))
	must(w, w.client.CreateRequestValidator, &apigateway.CreateRequestValidatorInput{RestApiId: &api, Name: aws.String("v")})
	must(w, w.client.PutGatewayResponse, &apigateway.PutGatewayResponseInput{RestApiId: &api, ResponseType: missingToken})
	must(w, w.client.ImportDocumentationParts, &apigateway.ImportDocumentationPartsInput{RestApiId: &api, Body: []byte(documented)})
	clone := *must(w, w.client.CreateRestApi, &apigateway.CreateRestApiInput{Name: aws.String("clone"), CloneFrom: &api}).Id
	must(w, w.client.CreateDocumentationVersion, &apigateway.CreateDocumentationVersionInput{RestApiId: &api, DocumentationVersion: aws.String("1")})
	w.deploy(api, "dev")
	kinds := func(api string) (found []string) {
		t.Helper()
		err := s.View(t.Context(), func(tx store.Tx) error {
			found = nil
			for entry, err := range tx.Scan(store.Root, "") {
				if err != nil {
					return err
				}
				if strings.Contains(entry.Key, api) {
					found = append(found, strings.Split(entry.Key, "/")[3])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	all := strings.Join(kinds(clone), " ")
	for _, kind := range []string{"authorizer", "requestvalidator", "gatewayresponse", "documentationpart", "model", "resource"} {
		if !strings.Contains(all, kind) {
			t.Errorf("the clone has no %s", kind)
		}
	}
	must(w, w.client.DeleteRestApi, &apigateway.DeleteRestApiInput{RestApiId: &api})
	if left := kinds(api); len(left) > 0 {
		t.Errorf("left in the store: %v", left)
	}
}

// Of clients that want the same unique thing at once, one gets it.
func TestConcurrentUniqueness(t *testing.T) {
	w := newWorld(t)
	_, plan := w.planned()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	var wg sync.WaitGroup
	var made, joined atomic.Int32
	key := must(w, w.client.CreateApiKey, &apigateway.CreateApiKeyInput{}).Id
	for range 4 {
		client := newClient(w.url, account, transport)
		wg.Go(func() {
			if _, err := client.CreateApiKey(t.Context(), &apigateway.CreateApiKeyInput{Value: keyValue(30)}); err == nil {
				made.Add(1)
			}
			if _, err := client.CreateUsagePlanKey(t.Context(), &apigateway.CreateUsagePlanKeyInput{UsagePlanId: &plan, KeyId: key, KeyType: aws.String("API_KEY")}); err == nil {
				joined.Add(1)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 || joined.Load() != 1 {
		t.Errorf("%d keys with one value, %d memberships", made.Load(), joined.Load())
	}
}
