package dataplane_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// typedEvent is the event as strongly typed HTTP libraries declare it: a member that
// is not a pointer has to be there and may not be null.
type typedEvent struct {
	Resource                        *string             `json:"resource"`
	Path                            *string             `json:"path"`
	HTTPMethod                      *string             `json:"httpMethod"`
	Headers                         map[string]string   `json:"headers"`
	MultiValueHeaders               map[string][]string `json:"multiValueHeaders"`
	QueryStringParameters           map[string]string   `json:"queryStringParameters"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters"`
	PathParameters                  map[string]string   `json:"pathParameters"`
	StageVariables                  map[string]string   `json:"stageVariables"`
	RequestContext                  *struct {
		AccountID         *string             `json:"accountId"`
		ResourceID        *string             `json:"resourceId"`
		OperationName     *string             `json:"operationName"`
		Stage             *string             `json:"stage"`
		DomainName        *string             `json:"domainName"`
		DomainPrefix      *string             `json:"domainPrefix"`
		RequestID         *string             `json:"requestId"`
		ExtendedRequestID *string             `json:"extendedRequestId"`
		Protocol          *string             `json:"protocol"`
		Identity          *map[string]*string `json:"identity"`
		ResourcePath      *string             `json:"resourcePath"`
		Path              *string             `json:"path"`
		HTTPMethod        *string             `json:"httpMethod"`
		RequestTime       *string             `json:"requestTime"`
		RequestTimeEpoch  *int64              `json:"requestTimeEpoch"`
		APIID             *string             `json:"apiId"`
		DeploymentID      *string             `json:"deploymentId"`
	} `json:"requestContext"`
	Body            *string `json:"body"`
	IsBase64Encoded *bool   `json:"isBase64Encoded"`
}

// TestLambdaEventIsTyped proves LP-29: the events decode in a strict client.
func TestLambdaEventIsTyped(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "events", "rest", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d events, %v", len(files), err)
	}
	for _, file := range files {
		t.Run("LP-29 "+filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			decoder := json.NewDecoder(bytes.NewReader(data))
			decoder.DisallowUnknownFields()
			var event typedEvent
			if err := decoder.Decode(&event); err != nil {
				t.Fatal(err)
			}
			context := event.RequestContext
			if event.Resource == nil || event.Path == nil || event.HTTPMethod == nil || event.Headers == nil || event.IsBase64Encoded == nil || context == nil {
				t.Fatalf("a member is missing: %s", data)
			}
			for name, member := range map[string]*string{
				"accountId": context.AccountID, "apiId": context.APIID, "requestId": context.RequestID, "stage": context.Stage,
				"resourceId": context.ResourceID, "resourcePath": context.ResourcePath, "protocol": context.Protocol,
			} {
				if member == nil || *member == "" {
					t.Errorf("requestContext.%s is missing", name)
				}
			}
			if context.Identity == nil || context.RequestTimeEpoch == nil {
				t.Error("requestContext has no identity or no requestTimeEpoch")
			}
		})
	}
}
