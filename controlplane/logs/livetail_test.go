package logs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
)

// tailed runs StartLiveTail until do returns and answers with its events, as "name payload".
func tailed(t *testing.T, s *Service, input string, do func()) []string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(input))
	r.Header.Set("X-Amz-Target", TargetPrefix+"StartLiveTail")
	w := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.ServeHTTP(w, r)
	}()
	synctest.Wait()
	do()
	cancel()
	<-done
	if got := w.Header().Get("Content-Type"); w.Code != http.StatusOK || got != "application/vnd.amazon.eventstream" {
		t.Fatalf("%d %s %s", w.Code, got, w.Body)
	}
	var all []string
	decoder := eventstream.NewDecoder()
	for body := bytes.NewReader(w.Body.Bytes()); body.Len() > 0; {
		message, err := decoder.Decode(body, nil)
		if err != nil {
			t.Fatal(err)
		}
		name := message.Headers.Get(":event-type")
		if name == nil {
			name = message.Headers.Get(":exception-type")
		}
		all = append(all, name.String()+" "+string(message.Payload))
	}
	return all
}

func TestLiveTail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newTestService(t, Config{})
		s.Append(testScope, testGroup, "s", time.UnixMilli(1), "before")
		arn := arnOf(testScope, testGroup)
		got := tailed(t, s, `{"logGroupIdentifiers":["`+arn+`"],"logStreamNamePrefixes":["s"],"logEventFilterPattern":"line -odd"}`, func() {
			s.Append(testScope, testGroup, "s1", time.UnixMilli(5), "line")
			s.Append(testScope, testGroup, "s1", time.UnixMilli(5), "odd line")
			s.Append(testScope, testGroup, "x", time.UnixMilli(5), "line")
			s.Append(testScope, testGroup+"2", "s1", time.UnixMilli(5), "line")
			time.Sleep(2500 * time.Millisecond)
		})
		if len(got) != 4 || got[0] != "initial-response {}" {
			t.Fatalf("events %q", got)
		}
		start := tailStart{}
		if err := json.Unmarshal([]byte(strings.TrimPrefix(got[1], "sessionStart ")), &start); err != nil || len(start.SessionID) != 36 || start.LogGroupIdentifiers[0] != arn {
			t.Errorf("start %s, %v", got[1], err)
		}
		update := tailUpdate{}
		if err := json.Unmarshal([]byte(strings.TrimPrefix(got[2], "sessionUpdate ")), &update); err != nil {
			t.Fatal(err)
		}
		if e := update.SessionResults; len(e) != 1 || e[0].Message != "line" || e[0].LogStreamName != "s1" || e[0].LogGroupIdentifier != arn || e[0].Timestamp != 5 || e[0].IngestionTime == 0 {
			t.Errorf("update %s", got[2])
		}
		if got[3] != `sessionUpdate {"sessionMetadata":{"sampled":false},"sessionResults":[]}` {
			t.Errorf("second update %s", got[3])
		}
		if len(s.tails.open) != 0 {
			t.Errorf("%d sessions are left", len(s.tails.open))
		}
	})
}

func TestLiveTailSamples(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newTestService(t, Config{})
		call(t, s, "CreateLogGroup", `{"logGroupName":"g"}`)
		got := tailed(t, s, `{"logGroupIdentifiers":["g"]}`, func() {
			for i := range 2 * maxTailBacklog {
				s.Append(testScope, "g", "s", time.UnixMilli(5), fmt.Sprint(i))
			}
			time.Sleep(tailInterval + time.Millisecond)
		})
		update := tailUpdate{}
		if err := json.Unmarshal([]byte(strings.TrimPrefix(got[2], "sessionUpdate ")), &update); err != nil {
			t.Fatal(err)
		}
		if n := len(update.SessionResults); n != maxTailEvents || !update.SessionMetadata.Sampled || update.SessionResults[0].Message != fmt.Sprint(maxTailBacklog) {
			t.Errorf("%d events, sampled %v, first %s", n, update.SessionMetadata.Sampled, update.SessionResults[0].Message)
		}
	})
}

func TestLiveTailEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newTestService(t, Config{})
		call(t, s, "CreateLogGroup", `{"logGroupName":"g"}`)
		got := tailed(t, s, `{"logGroupIdentifiers":["g"]}`, func() { time.Sleep(maxTailDuration + time.Second) })
		if last := got[len(got)-1]; last != `SessionTimeoutException {"message":"Session timed out."}` {
			t.Errorf("last %s", last)
		}
		// The rest of the sessions wait for EndSessions, as when the emulator closes.
		for range maxTails {
			go func() {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(`{"logGroupIdentifiers":["g"]}`))
				r.Header.Set("X-Amz-Target", TargetPrefix+"StartLiveTail")
				s.ServeHTTP(httptest.NewRecorder(), r)
			}()
		}
		synctest.Wait()
		if status, out := call(t, s, "StartLiveTail", `{"logGroupIdentifiers":["g"]}`); status != 400 || out["__type"] != "LimitExceededException" {
			t.Errorf("one too many: %d %v", status, out)
		}
		s.EndSessions()
		synctest.Wait()
		if len(s.tails.open) != 0 {
			t.Errorf("%d sessions are left", len(s.tails.open))
		}
	})
}

func TestLiveTailErrors(t *testing.T) {
	t.Parallel()
	s := newTestService(t, Config{})
	call(t, s, "CreateLogGroup", `{"logGroupName":"g"}`)
	for input, code := range map[string]string{
		`{`:  "SerializationException",
		`{}`: "InvalidParameterException",
		`{"logGroupIdentifiers":["1","2","3","4","5","6","7","8","9","10","11"]}`:                        "InvalidParameterException",
		`{"logGroupIdentifiers":["none"]}`:                                                               "ResourceNotFoundException",
		`{"logGroupIdentifiers":["arn:aws:logs:us-east-1:000000000000:log-group:g:*"]}`:                  "InvalidParameterException",
		`{"logGroupIdentifiers":["arn:aws:logs:eu-west-1:000000000000:log-group:g"]}`:                    "ResourceNotFoundException",
		`{"logGroupIdentifiers":["g"],"logStreamNames":["a"],"logStreamNamePrefixes":["b"]}`:             "InvalidParameterException",
		`{"logGroupIdentifiers":["g","h"],"logStreamNames":["a"]}`:                                       "InvalidParameterException",
		`{"logGroupIdentifiers":["g"],"logEventFilterPattern":"{ $.a"}`:                                  "InvalidParameterException",
		`{"logGroupIdentifiers":["g"],"logEventFilterPattern":"` + strings.Repeat("x", 1025) + `"}`:      "InvalidParameterException",
		`{"logGroupIdentifiers":["g"],"logStreamNames":["1","2","3","4","5","6","7","8","9","10","11"]}`: "InvalidParameterException",
	} {
		if status, out := call(t, s, "StartLiveTail", input); status != http.StatusBadRequest || out["__type"] != code {
			t.Errorf("%s: %d %v, want %s", input, status, out, code)
		}
	}
}
