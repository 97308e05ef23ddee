package integration

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzAppendString compares with encoding/json, which reads back what was written.
func FuzzAppendString(f *testing.F) {
	f.Add("plain")
	f.Add("a\xffb\x00\"\\\n\r\t\u2028é\U0001f600")
	f.Add("\xe2\x82")
	f.Fuzz(func(t *testing.T, text string) {
		encoded := appendString(nil, text)
		var got string
		if err := json.Unmarshal(encoded, &got); err != nil {
			t.Fatalf("%q: %v", encoded, err)
		}
		want := text
		if !utf8.ValidString(text) {
			reference, err := json.Marshal(text)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(reference, &want); err != nil {
				t.Fatal(err)
			}
		}
		if got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		if other := string(appendString(nil, []byte(text))); other != string(encoded) {
			t.Fatalf("as bytes %s, as a string %s", other, encoded)
		}
	})
}

func sampleEvent() *Event {
	field := func(name, value string) Field { return Field{Name: name, Values: []string{value}} }
	return &Event{
		Resource: "/pets/{petId}", Path: "/pets/42", HTTPMethod: "POST",
		Headers: []Field{
			field("Accept", "*/*"), field("Accept-Encoding", "gzip, deflate, br"), field("Authorization", "Bearer "+strings.Repeat("x", 300)),
			field("Content-Type", "application/json"), field("Host", "api1.execute-api.localhost:4566"), field("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"),
			field("X-Amzn-Trace-Id", "Root=1-5e66d96f-0123456789abcdef01234567"), field("X-Forwarded-For", "127.0.0.1"), field("X-Forwarded-Port", "4566"), field("X-Forwarded-Proto", "http"),
		},
		Query:          []Field{{Name: "a", Values: []string{"1", "2"}}},
		PathParameters: []Pair{{"petId", "42"}},
		Context: EventContext{
			ResourceID: "abc123", ResourcePath: "/pets/{petId}", HTTPMethod: "POST", RequestID: "77375676-0000-4b79-853a-f982474efe18", ExtendedRequestID: "JJb0000HYosFVYQ=",
			Time: time.Unix(1583798639, 428e6), Path: "/dev/pets/42", AccountID: "000000000000", Protocol: "HTTP/1.1", Stage: "dev", DomainName: "api1.execute-api.localhost",
			DomainPrefix: "api1", DeploymentID: "d1", APIID: "api1", SourceIP: "127.0.0.1", UserAgent: "Mozilla/5.0 (X11; Linux x86_64)",
		},
		Body: []byte(`{"name":"` + strings.Repeat("y", 500) + `"}`),
	}
}

// BenchmarkEvent compares the encoder with encoding/json on the same document.
func BenchmarkEvent(b *testing.B) {
	event := sampleEvent()
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			event.Append(make([]byte, 0, event.sizeHint()))
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		var document struct {
			Resource, Path, HTTPMethod                         string
			Headers, QueryStringParameters, PathParameters     map[string]string
			MultiValueHeaders, MultiValueQueryStringParameters map[string][]string
			RequestContext                                     struct {
				ResourceID, ResourcePath, HTTPMethod, ExtendedRequestID, RequestTime, Path, AccountID, Protocol, Stage, DomainPrefix, RequestID, DomainName, DeploymentID, APIID string
				RequestTimeEpoch                                                                                                                                                 int64
				Identity                                                                                                                                                         map[string]*string
			}
			Body            *string
			IsBase64Encoded bool
		}
		if err := json.Unmarshal(event.Append(nil), &document); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(&document); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func TestSizeHintSavesGrowing(t *testing.T) {
	event := sampleEvent()
	if size, hint := len(event.Append(nil)), event.sizeHint(); hint < size {
		t.Errorf("an event of %d bytes was estimated at %d", size, hint)
	}
}
