package wire

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	v2types "github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var ignoreDocumentMarker = cmp.FilterPath(func(p cmp.Path) bool {
	f, ok := p.Last().(cmp.StructField)
	return ok && (f.Name() == "noSmithyDocumentSerde" || f.Name() == "ResultMetadata" || f.Name() == "eventStream")
}, cmp.Ignore())

// ownRecord stands for records of packages above that hold SDK structures.
type ownRecord struct {
	Name    string
	Stage   types.Stage
	Api     *types.RestApi
	Made    time.Time
	Wait    time.Duration
	Counts  map[string]int64
	private int //nolint:unused // shows that unexported fields are left out
}

func TestMarshal(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 1, 2, 3, 120_000_000, time.UTC)
	tests := map[string]struct {
		in   any
		want string
	}{
		"RA-01 false is printed, absent members are not": {
			&apigateway.CreateRestApiOutput{Id: aws.String("a"), ApiKeySource: types.ApiKeySourceTypeHeader},
			`{"apiKeySource":"HEADER","disableExecuteApiEndpoint":false,"id":"a"}`,
		},
		"MI-27 empty collections that are not nil are printed": {
			&types.MethodResponse{ResponseModels: map[string]string{}, StatusCode: aws.String("200")},
			`{"responseModels":{},"statusCode":"200"}`,
		},
		"RA-10 the list is named item on the wire": {
			&apigateway.GetRestApisOutput{Items: []types.RestApi{{}}, Position: aws.String("p")},
			`{"item":[{"disableExecuteApiEndpoint":false}],"position":"p"}`,
		},
		"IN-29 an empty response template is null": {
			&types.IntegrationResponse{ResponseTemplates: map[string]string{"application/json": "", "text/x": "t"}, SelectionPattern: aws.String("")},
			`{"responseTemplates":{"application/json":null,"text/x":"t"},"selectionPattern":""}`,
		},
		"IN-29 an empty request template is null": {
			&types.Integration{RequestTemplates: map[string]string{"application/json": ""}},
			`{"requestTemplates":{"application/json":null},"timeoutInMillis":0}`,
		},
		"other maps keep the empty string":   {&types.RestApi{Tags: map[string]string{"k": ""}}, `{"disableExecuteApiEndpoint":false,"tags":{"k":""}}`},
		"v1 time is a number of seconds":     {&types.Deployment{CreatedDate: &at}, `{"createdDate":1795395723.12}`},
		"v2 time is ISO 8601":                {&v2types.Deployment{CreatedDate: &at}, `{"createdDate":"2026-11-23T01:02:03.12Z"}`},
		"lambda blob is base64":              {&lambdatypes.FunctionCode{ZipFile: []byte{0, 255}}, `{"ZipFile":"AP8="}`},
		"lambda names are as modelled":       {&lambda.CreateAliasOutput{AliasArn: aws.String("x")}, `{"AliasArn":"x"}`},
		"text is escaped, < > & are not":     {&types.RestApi{Name: aws.String("<\"\\\n\x01\x7fé\xff&>")}, `{"disableExecuteApiEndpoint":false,"name":"<\"\\\n\u0001\u007fé` + "\ufffd" + `&>"}`},
		"numbers JSON cannot spell":          {&types.ThrottleSettings{RateLimit: math.Inf(1)}, `{"burstLimit":0,"rateLimit":"Infinity"}`},
		"own structures go by their Go name": {&ownRecord{Name: "n", Made: at, Wait: 5}, `{"Name":"n","Stage":{"cacheClusterEnabled":false,"tracingEnabled":false},"Made":"2026-11-23T01:02:03.12Z","Wait":5}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Marshal(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Error(diff)
			}
			if !json.Valid(got) {
				t.Errorf("not JSON: %s", got)
			}
		})
	}
}

func TestRecordsRoundTrip(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 1, 2, 3, 123_456_789, time.UTC)
	want := &ownRecord{
		Name: "n\u2028", Made: at, Wait: time.Hour, Counts: map[string]int64{"a/b": math.MaxInt64},
		Stage: types.Stage{StageName: aws.String("dev"), Variables: map[string]string{}, TracingEnabled: true},
		Api:   &types.RestApi{BinaryMediaTypes: []string{}, MinimumCompressionSize: aws.Int32(0)},
	}
	codec := Records[ownRecord]{}
	data, err := codec.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got := new(ownRecord)
	if err := codec.Unmarshal(data, got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, ignoreDocumentMarker, cmpopts.IgnoreUnexported(ownRecord{})); diff != "" {
		t.Error(diff)
	}
}

func TestRecordsKeepEmptyTemplates(t *testing.T) {
	t.Parallel()
	want := &types.IntegrationResponse{ResponseTemplates: map[string]string{"application/json": ""}}
	data, err := Records[types.IntegrationResponse]{}.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got := new(types.IntegrationResponse)
	if err := Unmarshal(data, got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, ignoreDocumentMarker); diff != "" {
		t.Errorf("IN-29 the key of a null template is kept: %s", diff)
	}
}

func TestUnmarshal(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body string
		want types.Stage
	}{
		"unknown members are ignored":      {`{"nope":[{"a":["}",{}]}, -1.5e3, "\""],"stageName":"dev"}`, types.Stage{StageName: aws.String("dev")}},
		"null is absent":                   {`{"stageName":null,"tags":null,"tracingEnabled":null}`, types.Stage{}},
		"null map value keeps its key":     {`{"variables":{"a":null}}`, types.Stage{Variables: map[string]string{"a": ""}}},
		"empty map is not nil":             {"\t{ \"variables\" : { } }\n", types.Stage{Variables: map[string]string{}}},
		"the last of equal names wins":     {`{"stageName":"a","stageName":"b"}`, types.Stage{StageName: aws.String("b")}},
		"escaped names":                    {`{"stage\u004eame":"\ud83d\ude00\u0041"}`, types.Stage{StageName: aws.String("😀A")}},
		"fractions of whole numbers go":    {`{"methodSettings":{"*/*":{"throttlingBurstLimit":1.9}}}`, types.Stage{MethodSettings: map[string]types.MethodSetting{"*/*": {ThrottlingBurstLimit: 1}}}},
		"whole numbers in exponent form":   {`{"methodSettings":{"*/*":{"throttlingBurstLimit":1e3}}}`, types.Stage{MethodSettings: map[string]types.MethodSetting{"*/*": {ThrottlingBurstLimit: 1000}}}},
		"names are case sensitive":         {`{"StageName":"dev"}`, types.Stage{}},
		"seconds with a fraction":          {`{"createdDate":1795395723.1234}`, types.Stage{CreatedDate: aws.Time(time.Date(2026, 11, 23, 1, 2, 3, 123_000_000, time.UTC))}},
		"invalid UTF-8 becomes U+FFFD":     {"{\"stageName\":\"a\xff\"}", types.Stage{StageName: aws.String("a\ufffd")}},
		"numbers that JSON cannot spell":   {`{"methodSettings":{"a":{"throttlingRateLimit":"Infinity"}}}`, types.Stage{MethodSettings: map[string]types.MethodSetting{"a": {ThrottlingRateLimit: math.Inf(1)}}}},
		"an empty enum string stays empty": {`{"cacheClusterSize":""}`, types.Stage{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got types.Stage
			if err := Unmarshal([]byte(tt.body), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, ignoreDocumentMarker); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	t.Parallel()
	const number = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to "
	tests := map[string]struct{ body, want string }{
		"no JSON":                         {`{"stageName":`, "Request body is not valid JSON"},
		"nothing":                         {``, "Request body is not valid JSON"},
		"text after the object":           {`{} {}`, "Request body is not valid JSON"},
		"IN-09 boolean for string":        {`{"variables":{"true":true}}`, "class java.lang.Boolean can not be converted to an String"},
		"IN-37 number for string":         {`{"variables":{"a":123}}`, number + "an String"},
		"string for boolean":              {`{"tracingEnabled":"true"}`, "class java.lang.String can not be converted to an Boolean"},
		"string for integer":              {`{"methodSettings":{"a":{"throttlingBurstLimit":"1"}}}`, "class java.lang.String can not be converted to an Integer"},
		"number out of range":             {`{"methodSettings":{"a":{"throttlingBurstLimit":2147483648}}}`, number + "an Integer"},
		"boolean for double":              {`{"methodSettings":{"a":{"throttlingRateLimit":true}}}`, "class java.lang.Boolean can not be converted to an Double"},
		"list for string":                 {`{"stageName":[]}`, "Start of list found where not expected"},
		"object for string":               {`{"stageName":{}}`, "Start of structure or map found where not expected."},
		"string for map":                  {`{"variables":"x"}`, "Unrecognized collection type class java.lang.String"},
		"list for structure":              {`[]`, "Start of list found where not expected"},
		"string for time":                 {`{"createdDate":"2026"}`, "class java.lang.String can not be converted to milliseconds since epoch"},
		"time beyond all calendars":       {`{"createdDate":1e300}`, number + "milliseconds since epoch"},
		"a scalar in place of everything": {`7`, "Unrecognized collection type class com.amazon.coral.value.json.numbers.TruncatingBigNumber"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := Unmarshal([]byte(tt.body), new(types.Stage))
			got, ok := errors.AsType[*Error](err)
			if !ok || got.Code != "SerializationException" || got.Status != 400 || got.Message != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestCopy(t *testing.T) {
	t.Parallel()
	api := types.RestApi{Id: aws.String("a"), Tags: map[string]string{"k": "v"}, DisableExecuteApiEndpoint: true}
	var out apigateway.CreateRestApiOutput
	Copy(&out, &api)
	if diff := cmp.Diff(apigateway.CreateRestApiOutput{Id: aws.String("a"), Tags: map[string]string{"k": "v"}, DisableExecuteApiEndpoint: true}, out, ignoreDocumentMarker); diff != "" {
		t.Error(diff)
	}
	integration := types.Integration{TimeoutInMillis: 29000}
	Copy(&integration, &apigateway.PutIntegrationInput{Uri: aws.String("u")})
	if integration.TimeoutInMillis != 29000 || aws.ToString(integration.Uri) != "u" {
		t.Errorf("a nil pointer changed its counterpart: %+v", integration)
	}
	Copy(&integration, &apigateway.PutIntegrationInput{TimeoutInMillis: aws.Int32(50)})
	if integration.TimeoutInMillis != 50 {
		t.Errorf("got %d", integration.TimeoutInMillis)
	}
}

func TestCopyPanicsOnMistakes(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(){
		"no pointer":     func() { Copy(types.RestApi{}, &types.RestApi{}) },
		"other type":     func() { Copy(&struct{ Name int }{}, &types.RestApi{}) },
		"source is none": func() { Copy(&types.RestApi{}, (*types.RestApi)(nil)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}
