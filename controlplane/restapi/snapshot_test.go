package restapi

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// snapshotOf makes a snapshot with n resources of one method each.
func snapshotOf(n int) *deployed.RestApi {
	snapshot := &deployed.RestApi{
		DeploymentID: "abcdef",
		Api: types.RestApi{
			Id: aws.String("api"), Name: aws.String("test"), CreatedDate: aws.Time(time.Unix(1_700_000_000, 0).UTC()),
			EndpointConfiguration: &types.EndpointConfiguration{Types: []types.EndpointType{types.EndpointTypeEdge}},
			Policy:                aws.String(`{"Statement":[]}`), MinimumCompressionSize: aws.Int32(0),
		},
	}
	for i := range n {
		snapshot.Resources = append(snapshot.Resources, types.Resource{
			Id: aws.String(fmt.Sprint("r", i)), ParentId: aws.String("root"), Path: aws.String(fmt.Sprint("/p", i)), PathPart: aws.String(fmt.Sprint("p", i)),
			ResourceMethods: map[string]types.Method{"GET": {
				HttpMethod: aws.String("GET"), ApiKeyRequired: aws.Bool(false), AuthorizationType: aws.String("NONE"),
				RequestParameters: map[string]bool{"method.request.header.a": false},
				MethodResponses:   map[string]types.MethodResponse{"200": {StatusCode: aws.String("200"), ResponseModels: map[string]string{}}},
				MethodIntegration: &types.Integration{
					Type: types.IntegrationTypeMock, CacheKeyParameters: []string{}, TimeoutInMillis: 29000,
					IntegrationResponses: map[string]types.IntegrationResponse{"200": {
						SelectionPattern: aws.String(""), ResponseTemplates: map[string]string{"application/json": ""},
					}},
				},
			}},
		})
	}
	return snapshot
}

// A snapshot survives storage, empty texts, maps and lists included.
func TestSnapshotRecords(t *testing.T) {
	want := snapshotOf(3)
	want.Models = []types.Model{{Name: aws.String("m"), Schema: aws.String("{}")}}
	want.RequestValidators = []types.RequestValidator{{Id: aws.String("v"), ValidateRequestBody: true}}
	want.Authorizers = []types.Authorizer{{Id: aws.String("a"), Type: types.AuthorizerTypeToken, AuthorizerResultTtlInSeconds: aws.Int32(0)}}
	want.GatewayResponses = []types.GatewayResponse{*defaultGatewayResponse(types.GatewayResponseTypeThrottled)}
	data, err := snapshotRecords{}.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got deployed.RestApi
	if err := (snapshotRecords{}).Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	unexported := cmpopts.IgnoreUnexported(types.RestApi{}, types.EndpointConfiguration{}, types.Resource{}, types.Method{},
		types.MethodResponse{}, types.Integration{}, types.IntegrationResponse{},
		types.Model{}, types.RequestValidator{}, types.Authorizer{}, types.GatewayResponse{})
	if diff := cmp.Diff(*want, got, unexported); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A snapshot that was stored before there were authorizers in it is still read.
func TestOldSnapshot(t *testing.T) {
	var got deployed.RestApi
	data := []byte(`{"deploymentId":"abcdef","restApi":{"id":"api"},"resources":[{"id":"root","path":"/"}]}`)
	if err := (snapshotRecords{}).Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.DeploymentID != "abcdef" || *got.Api.Id != "api" || len(got.Resources) != 1 || got.Models != nil || got.GatewayResponses != nil {
		t.Errorf("%+v", got)
	}
}

func BenchmarkSnapshotDecode(b *testing.B) {
	data, err := snapshotRecords{}.Marshal(snapshotOf(300))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var snapshot deployed.RestApi
		if err := (snapshotRecords{}).Unmarshal(data, &snapshot); err != nil {
			b.Fatal(err)
		}
	}
}
