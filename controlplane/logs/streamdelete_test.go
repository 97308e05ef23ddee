package logs

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestDeleteLogStream(t *testing.T) {
	t.Parallel()
	s := newTestService(t, Config{})
	text := func(operation, body string) string {
		t.Helper()
		_, out := call(t, s, operation, body)
		return fmt.Sprint(out)
	}
	call(t, s, "CreateLogGroup", `{"logGroupName":"g"}`)
	put := func(stream, message string, at int64) {
		t.Helper()
		body := fmt.Sprintf(`{"logGroupName":"g","logStreamName":%q,"logEvents":[{"timestamp":%d,"message":%q}]}`, stream, at, message)
		if status, out := call(t, s, "PutLogEvents", body); status != http.StatusOK {
			t.Fatalf("%d %v", status, out)
		}
	}
	now := s.config.Now().UnixMilli()
	for _, stream := range []string{"a", "b"} {
		call(t, s, "CreateLogStream", `{"logGroupName":"g","logStreamName":"`+stream+`"}`)
		put(stream, "of "+stream, now)
	}
	if status, out := call(t, s, "DeleteLogStream", `{"logGroupName":"g","logStreamName":"a"}`); status != http.StatusOK {
		t.Fatalf("%d %v", status, out)
	}
	if out := text("FilterLogEvents", `{"logGroupName":"g"}`); strings.Contains(out, "of a") || !strings.Contains(out, "of b") {
		t.Errorf("events %s", out)
	}
	if out := text("DescribeLogStreams", `{"logGroupName":"g"}`); strings.Contains(out, "logStreamName:a ") || !strings.Contains(out, "logStreamName:b ") {
		t.Errorf("streams %s", out)
	}
	for _, body := range []string{`{"logGroupName":"g","logStreamName":"a"}`, `{"logGroupName":"none","logStreamName":"a"}`} {
		if status, out := call(t, s, "DeleteLogStream", body); status != http.StatusBadRequest || !strings.Contains(fmt.Sprint(out), "ResourceNotFoundException") {
			t.Errorf("%s: %d %v", body, status, out)
		}
	}
	call(t, s, "CreateLogStream", `{"logGroupName":"g","logStreamName":"a"}`)
	put("a", "anew", now+1)
	if out := text("FilterLogEvents", `{"logGroupName":"g"}`); strings.Contains(out, "of a") || !strings.Contains(out, "of b") || !strings.Contains(out, "anew") {
		t.Errorf("events afterwards %s", out)
	}
}
