package logs

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestTokensTurnRound walks a stream of five events to each end and back: no event is left out or
// shown twice.
func TestTokensTurnRound(t *testing.T) {
	t.Parallel()
	s := newTestService(t, Config{})
	for i := range 5 {
		s.Append(testScope, testGroup, "s", time.UnixMilli(1000+int64(i/3)), fmt.Sprint(i)) // some at the same time
	}
	page := func(rest string) (string, string, string) {
		t.Helper()
		status, out := call(t, s, "GetLogEvents", `{"logGroupName":"`+testGroup+`","logStreamName":"s","limit":2`+rest+`}`)
		if status != http.StatusOK {
			t.Fatal(out)
		}
		return messages(out), out["nextForwardToken"].(string), out["nextBackwardToken"].(string)
	}
	at := func(token string) string { return `,"nextToken":"` + token + `"` }
	var seen []string
	var backward string
	text, forward, _ := page(`,"startFromHead":true`)
	for seen = append(seen, text); ; seen = append(seen, text) {
		before := forward
		if text, forward, backward = page(at(forward)); text == "" {
			if forward != before {
				t.Errorf("the token at the end is %s, was %s", forward, before)
			}
			break
		}
	}
	seen = append(seen, "|")
	for {
		before := backward
		if text, forward, backward = page(at(backward)); text == "" {
			if backward != before {
				t.Errorf("the token at the beginning is %s, was %s", backward, before)
			}
			break
		}
		seen = append(seen, text)
	}
	text, _, _ = page(at(forward))
	seen = append(seen, "|", text)
	if got, want := strings.Join(seen, ","), "0 1,2 3,4,|,3 4,1 2,0,|,0 1"; got != want {
		t.Errorf("pages %s, want %s", got, want)
	}
}

// TestTokenOfEmptyStream: who begins before the first event gets it with the token.
func TestTokenOfEmptyStream(t *testing.T) {
	t.Parallel()
	s := newTestService(t, Config{})
	call(t, s, "CreateLogGroup", `{"logGroupName":"`+testGroup+`"}`)
	call(t, s, "CreateLogStream", `{"logGroupName":"`+testGroup+`","logStreamName":"s"}`)
	const input = `{"logGroupName":"` + testGroup + `","logStreamName":"s"`
	for _, rest := range []string{`}`, `,"startFromHead":true}`} {
		_, out := call(t, s, "GetLogEvents", input+rest)
		s.Append(testScope, testGroup, "s", time.UnixMilli(1000), "x")
		_, out = call(t, s, "GetLogEvents", input+`,"nextToken":"`+out["nextForwardToken"].(string)+`"}`)
		if got := messages(out); !strings.HasPrefix(got, "x") {
			t.Errorf("%s: %q", rest, got)
		}
		s = newTestService(t, Config{})
		call(t, s, "CreateLogGroup", `{"logGroupName":"`+testGroup+`"}`)
		call(t, s, "CreateLogStream", `{"logGroupName":"`+testGroup+`","logStreamName":"s"}`)
	}
}

// TestPagesAreBounded: a page has at most 1 MiB, and its token leads on.
func TestPagesAreBounded(t *testing.T) {
	t.Parallel()
	s := newTestService(t, Config{})
	const size = 200 << 10
	for i := range 12 {
		s.Append(testScope, testGroup, "s", time.UnixMilli(int64(1000+i)), strings.Repeat("x", size))
	}
	for _, name := range []string{"GetLogEvents", "FilterLogEvents"} {
		input := `{"logGroupName":"` + testGroup + `","startFromHead":true,"logStreamName":"s"`
		var pages []int
		next := ""
		for range 4 {
			_, out := call(t, s, name, input+next+`}`)
			events, _ := out["events"].([]any)
			pages = append(pages, len(events))
			token, _ := out["nextToken"].(string)
			if name == "GetLogEvents" {
				token, _ = out["nextForwardToken"].(string)
			}
			if token == "" {
				break
			}
			next = `,"nextToken":"` + token + `"`
		}
		want := "[5 5 2]"
		if name == "GetLogEvents" {
			want = "[5 5 2 0]"
		}
		if got := fmt.Sprint(pages); got != want {
			t.Errorf("%s: pages of %s events, want %s", name, got, want)
		}
	}
}

// TestLimits: a page that is too small or too large is refused as AWS does.
func TestLimits(t *testing.T) {
	t.Parallel()
	s := newTestService(t, Config{})
	s.Append(testScope, testGroup, "s", time.UnixMilli(1), "x")
	const text = "1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value %s than or equal to %d"
	for _, test := range []struct {
		name  string
		limit int
		want  string
	}{
		{"GetLogEvents", 0, fmt.Sprintf(text, 0, "greater", 1)},
		{"GetLogEvents", 10001, fmt.Sprintf(text, 10001, "less", 10000)},
		{"FilterLogEvents", -1, fmt.Sprintf(text, -1, "greater", 1)},
		{"DescribeLogStreams", 51, fmt.Sprintf(text, 51, "less", 50)},
		{"DescribeLogGroups", 51, fmt.Sprintf(text, 51, "less", 50)},
	} {
		_, out := call(t, s, test.name, fmt.Sprintf(`{"logGroupName":"%s","logStreamName":"s","limit":%d}`, testGroup, test.limit))
		if out["__type"] != "InvalidParameterException" || out["message"] != test.want {
			t.Errorf("%s: %v, want %s", test.name, out, test.want)
		}
	}
}
