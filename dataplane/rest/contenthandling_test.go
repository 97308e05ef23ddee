package rest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// The payload of both tables is "aGk=", which is the base64 of "hi".
const (
	asIs      = "aGk="
	decoded   = "hi"
	encodedUp = "YUdrPQ=="
)

func TestConvertRequest(t *testing.T) {
	tests := map[string]struct {
		isBinary bool
		handling types.ContentHandlingStrategy
		want     string
	}{
		"text":             {false, "", asIs},
		"text to binary":   {false, toBinary, decoded},
		"text to text":     {false, toText, asIs},
		"binary":           {true, "", asIs},
		"binary to binary": {true, toBinary, asIs},
		"binary to text":   {true, toText, encodedUp},
	}
	for name, test := range tests {
		if got, failure := convertRequest([]byte(asIs), test.isBinary, test.handling); string(got) != test.want || failure != nil {
			t.Errorf("%s: got %s, %v", name, got, failure)
		}
	}
}

func TestConvertResponse(t *testing.T) {
	tests := map[string]struct {
		isBinary, wantsBinary bool
		handling              types.ContentHandlingStrategy
		want                  string
	}{
		"text for text":                {false, false, "", asIs},
		"text for text, to binary":     {false, false, toBinary, decoded},
		"text for text, to text":       {false, false, toText, asIs},
		"text for binary":              {false, true, "", decoded},
		"text for binary, to binary":   {false, true, toBinary, decoded},
		"text for binary, to text":     {false, true, toText, asIs},
		"binary for text":              {true, false, "", encodedUp},
		"binary for text, to binary":   {true, false, toBinary, asIs},
		"binary for text, to text":     {true, false, toText, encodedUp},
		"binary for binary":            {true, true, "", asIs},
		"binary for binary, to binary": {true, true, toBinary, asIs},
		"binary for binary, to text":   {true, true, toText, encodedUp},
	}
	for name, test := range tests {
		if got, failure := convertResponse([]byte(asIs), test.isBinary, test.wantsBinary, test.handling); string(got) != test.want || failure != nil {
			t.Errorf("%s: got %s, %v", name, got, failure)
		}
	}
}

func TestConvertInvalid(t *testing.T) {
	if _, failure := convertRequest([]byte("no base64!"), false, toBinary); failure == nil || failure.Type != types.GatewayResponseTypeApiConfigurationError {
		t.Errorf("got %+v", failure)
	}
	if got, _ := convertRequest([]byte("a\xffb"), false, ""); string(got) != "a\ufffdb" {
		t.Errorf("bytes that are no text: %q", got)
	}
}
