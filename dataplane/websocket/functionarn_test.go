package websocket

import "testing"

// TestFunctionARN: the control plane takes the bare ARN of a function as well.
func TestFunctionARN(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:lambda:us-east-1:000000000000:function:chat"
	for uri, want := range map[string]string{
		arn:           arn,
		arn + ":live": arn + ":live",
		"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + arn + "/invocations": arn,
		"arn:aws:lambda:us-east-1:000000000000:function:":                                       "",
		"arn:aws:apigateway:us-east-1:sqs:path/000000000000/queue":                              "",
	} {
		if got, err := functionARN(uri); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %q %v, want %q", uri, got, err, want)
		}
	}
}
