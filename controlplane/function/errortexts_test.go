package function

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// TestErrorTexts: each error that AWS's clients and their scripts look at, as it is on the
// wire: status, x-amzn-ErrorType and message.
func TestErrorTexts(t *testing.T) {
	t.Parallel()
	const (
		base      = "arn:aws:lambda:us-east-1:000000000000:function:"
		functions = "/2015-03-31/functions"
		layers    = "/2018-10-31/layers/shared/versions"

		notFound = "ResourceNotFoundException"
		conflict = "ResourceConflictException"
		invalid  = "InvalidParameterValueException"
		refused  = "ValidationException"
		stale    = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
	)
	f := newFixture(t)
	url, _ := f.overHTTP(t)
	zip := base64.StdEncoding.EncodeToString(zipOf(t, "x"))
	// create is the body of CreateFunction with members changed.
	create := func(name string, changes map[string]any) string {
		in := map[string]any{
			"FunctionName": name, "Role": "arn:aws:iam::000000000000:role/r", "Runtime": "provided.al2023", "Handler": "bootstrap", "Code": map[string]any{"ZipFile": zip},
		}
		maps.Copy(in, changes)
		return string(must(json.Marshal(in))(t))
	}
	send := func(method, path, body string, header ...string) (*http.Response, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(header); i += 2 {
			request.Header.Set(header[i], header[i+1])
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		return response, string(must(io.ReadAll(response.Body))(t))
	}
	const permission = `{"StatementId":"s","Action":"lambda:InvokeFunction","Principal":"apigateway.amazonaws.com"}`
	for _, setup := range [][3]string{
		{"POST", functions, create("fn", nil)},
		{"POST", functions, create("stopped", nil)},
		{"POST", functions + "/fn/versions", "{}"},
		{"POST", functions + "/fn/aliases", `{"Name":"live","FunctionVersion":"1"}`},
		{"POST", functions + "/fn/policy", permission},
		{"PUT", "/2017-10-31/functions/stopped/concurrency", `{"ReservedConcurrentExecutions":0}`},
	} {
		f.settle()
		if response, body := send(setup[0], setup[1], setup[2]); response.StatusCode >= 300 {
			t.Fatalf("%s: %d %s", setup[1], response.StatusCode, body)
		}
	}
	tests := []struct {
		method, path, body string
		header             []string
		status             int
		code, message      string // a message with a final … begins so
	}{
		{"GET", functions + "/nope", "", nil, 404, notFound, "Function not found: " + base + "nope"},
		{"GET", functions + "/nope?Qualifier=7", "", nil, 404, notFound, "Function not found: " + base + "nope:7"},
		{"GET", functions + "/fn?Qualifier=7", "", nil, 404, notFound, "Function not found: " + base + "fn:7"},
		{"POST", functions + "/nope/invocations", "{}", nil, 404, notFound, "Function not found: " + base + "nope"},
		{"GET", functions + "/fn/aliases/nope", "", nil, 404, notFound, "Cannot find alias arn: " + base + "fn:nope"},
		{"GET", layers + "/1", "", nil, 404, notFound, "The resource you requested does not exist."},
		{"GET", functions + "/stopped/policy", "", nil, 404, notFound, "The resource you requested does not exist."},
		{"GET", "/2021-10-31/functions/fn/url", "", nil, 404, notFound, "The resource you requested does not exist."},
		{"GET", "/2017-03-31/tags/" + base + "nope", "", nil, 404, notFound, "Function not found: " + base + "nope"},
		{"DELETE", functions + "/fn/policy/nope", "", nil, 404, notFound, "Statement nope is not found in resource policy."},

		{"POST", functions, create("fn", nil), nil, 409, conflict, "Function already exist: fn"},
		{"POST", functions + "/fn/aliases", `{"Name":"live","FunctionVersion":"1"}`, nil, 409, conflict, "Alias already exists: " + base + "fn:live"},
		{"POST", functions + "/fn/policy", permission, nil, 409, conflict, "The statement id (s) provided already exists. Please provide a new statement id, or remove the existing statement."},
		{"DELETE", functions + "/fn?Qualifier=1", "", nil, 409, conflict, "Unable to delete version because the following aliases reference it: [live]"},

		{"POST", functions, create("a", map[string]any{"Runtime": "python9"}), nil, 400, invalid, "Value python9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: […"},
		{"POST", functions, create("a", map[string]any{"Runtime": "nodejs12.x"}), nil, 400, invalid, "The runtime parameter of nodejs12.x is no longer supported for creating or updating AWS Lambda functions. …"},
		{
			"POST", functions, create("a", map[string]any{"Environment": map[string]any{"Variables": map[string]string{"AWS_REGION": "x"}}}), nil, 400, invalid,
			"Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. " +
				"Reserved keys used in this request: AWS_REGION",
		},
		{"POST", functions, create("a", map[string]any{"Code": map[string]any{"ZipFile": "AAAA"}}), nil, 400, invalid, "Could not unzip uploaded file. Please check your file, then try to upload again."},
		{"GET", functions + "/fn:1?Qualifier=2", "", nil, 400, invalid, "The derived qualifier from the function name does not match the specified qualifier."},
		{
			"PUT", "/2017-10-31/functions/fn/concurrency", `{"ReservedConcurrentExecutions":901}`, nil, 400, invalid,
			"Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
		},
		{
			"POST", functions, create("a", map[string]any{"PackageType": "Box"}), nil, 400, refused,
			"1 validation error detected: Value 'Box' at 'packageType' failed to satisfy constraint: Member must satisfy enum value set: [Zip, Image]",
		},
		{
			"PUT", functions + "/fn/configuration", `{"Timeout":901}`, nil, 400, refused,
			"1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
		},
		{"POST", functions + "/fn/invocations", "x", nil, 400, "InvalidRequestContentException", "Could not parse request body into json: …"},
		{"POST", functions + "/fn/invocations", `"` + strings.Repeat("x", 6<<20) + `"`, nil, 413, "RequestTooLargeException", "Request must be smaller than 6291456 bytes for the InvokeFunction operation"},
		{"POST", functions + "/fn/invocations", `"` + strings.Repeat("x", 1<<20) + `"`, []string{"X-Amz-Invocation-Type", "Event"}, 413, "RequestTooLargeException", "Request must be smaller than 1048576 bytes for the InvokeFunction operation"},
		{"POST", functions + "/stopped/invocations", "{}", nil, 429, "TooManyRequestsException", "Rate Exceeded."},
		{"PUT", functions + "/fn/configuration", `{"RevisionId":"8f5b8a2e-6c1d-4b1e-9a53-111111111111"}`, nil, 412, "PreconditionFailedException", stale},
		{"PUT", functions + "/fn/aliases/live", `{"RevisionId":"8f5b8a2e-6c1d-4b1e-9a53-111111111111"}`, nil, 412, "PreconditionFailedException", stale},
		{"POST", functions + "/111111111111:function:fn/invocations", "{}", nil, 404, notFound, "Function not found: arn:aws:lambda:us-east-1:111111111111:function:fn"},
	}
	f.settle()
	for _, tt := range tests {
		response, body := send(tt.method, tt.path, tt.body, tt.header...)
		var got struct{ Message string } // either case
		err := json.Unmarshal([]byte(body), &got)
		beginning, cut := strings.CutSuffix(tt.message, "…")
		if !cut && got.Message != tt.message || !strings.HasPrefix(got.Message, beginning) || err != nil {
			t.Errorf("%s %s\n got %.300s\nwant %s", tt.method, tt.path, body, tt.message)
		}
		code, id := response.Header.Get("X-Amzn-Errortype"), response.Header.Get("X-Amzn-Requestid")
		if response.StatusCode != tt.status || code != tt.code || id == "" {
			t.Errorf("%s %s: %d %s, id %q, want %d %s", tt.method, tt.path, response.StatusCode, code, id, tt.status, tt.code)
		}
		if reason := "ReservedFunctionConcurrentInvocationLimitExceeded"; tt.status == http.StatusTooManyRequests && !strings.Contains(body, reason) {
			t.Errorf("%s lacks %s", body, reason)
		}
	}
	http.DefaultClient.CloseIdleConnections()

	// A caller of another account that no policy allows.
	f.create(t, "mine")
	f.settle()
	_, err := f.Invoke(callerContext("222222222222", region), &lambda.InvokeInput{FunctionName: aws.String(arnBase + "mine")})
	wantError(t, err, 403, "AccessDeniedException", "User: arn:aws:iam::222222222222:root is not authorized to perform: lambda:InvokeFunction on resource: "+
		arnBase+"mine because no resource-based policy allows the lambda:InvokeFunction action")
}
