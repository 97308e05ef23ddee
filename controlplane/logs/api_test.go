package logs

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

var testScope = store.Scope{Account: "000000000000", Region: "us-east-1"}

const testGroup = "/aws/lambda/f"

func newTestService(t *testing.T, config Config) *Service {
	t.Helper()
	config.Store, config.Dir = memory.New(), t.TempDir()
	config.DefaultAccount, config.DefaultRegion = testScope.Account, testScope.Region
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// call calls an operation and returns the status and the answer.
func call(t *testing.T, s *Service, name, input string) (int, map[string]any) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(input))
	r.Header.Set("X-Amz-Target", TargetPrefix+name)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	out := map[string]any{}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%s: %q: %v", name, w.Body, err)
	}
	return w.Code, out
}

// messages are the messages of a list of events.
func messages(out map[string]any) string {
	var all []string
	events, _ := out["events"].([]any)
	for _, e := range events {
		all = append(all, e.(map[string]any)["message"].(string))
	}
	return strings.Join(all, " ")
}

func TestErrors(t *testing.T) {
	t.Parallel()
	s := newTestService(t, Config{})
	call(t, s, "CreateLogGroup", `{"logGroupName":"there"}`)
	call(t, s, "CreateLogStream", `{"logGroupName":"there","logStreamName":"s"}`)
	for _, test := range []struct{ name, input, code string }{
		{"CreateLogGroup", `{"logGroupName":"there"}`, "ResourceAlreadyExistsException"},
		{"CreateLogGroup", `{"logGroupName":"a b"}`, "InvalidParameterException"},
		{"CreateLogGroup", `{`, "SerializationException"},
		{"CreateLogGroup", `{"logGroupName":"c","logGroupClass":"GOLD"}`, "InvalidParameterException"},
		{"CreateLogGroup", `{"logGroupName":"c","kmsKeyId":"arn:aws:kms:us-east-1:000000000000:key/k"}`, "InvalidParameterException"},
		{"CreateLogGroup", `{"logGroupName":"c","deletionProtectionEnabled":true}`, "InvalidParameterException"},
		{"CreateLogStream", `{"logGroupName":"there","logStreamName":"s"}`, "ResourceAlreadyExistsException"},
		{"CreateLogStream", `{"logGroupName":"there","logStreamName":"a:b"}`, "InvalidParameterException"},
		{"CreateLogStream", `{"logGroupName":"none","logStreamName":"s"}`, "ResourceNotFoundException"},
		{"DeleteLogGroup", `{"logGroupName":"none"}`, "ResourceNotFoundException"},
		{"DescribeLogStreams", `{"logGroupName":"none"}`, "ResourceNotFoundException"},
		{"DescribeLogStreams", `{"logGroupName":"there","limit":51}`, "InvalidParameterException"},
		{"GetLogEvents", `{"logGroupName":"there","logStreamName":"none"}`, "ResourceNotFoundException"},
		{"GetLogEvents", `{"logGroupName":"there","logStreamName":"s","nextToken":"x"}`, "InvalidParameterException"},
		{"FilterLogEvents", `{"logGroupName":"there","filterPattern":"{ $.a = 1 "}`, "InvalidParameterException"},
		{"FilterLogEvents", `{"logGroupName":"there","nextToken":"x"}`, "InvalidParameterException"},
		{"FilterLogEvents", `{"logGroupName":"none"}`, "ResourceNotFoundException"},
		{"PutLogEvents", `{"logGroupName":"there","logStreamName":"s","logEvents":[{"timestamp":2,"message":"b"},{"timestamp":1,"message":"a"}]}`, "InvalidParameterException"},
		{"PutLogEvents", `{"logGroupName":"there","logStreamName":"s"}`, "InvalidParameterException"},
		{"PutRetentionPolicy", `{"logGroupName":"there","retentionInDays":2}`, "InvalidParameterException"},
		{"PutRetentionPolicy", `{"logGroupName":"none","retentionInDays":1}`, "ResourceNotFoundException"},
		{"StartQuery", `{}`, "NotImplementedException"},
	} {
		if status, out := call(t, s, test.name, test.input); status < 400 || out["__type"] != test.code {
			t.Errorf("%s %s: %d %v, want %s", test.name, test.input, status, out, test.code)
		}
	}
}

func TestGetLogEventsPages(t *testing.T) {
	t.Parallel()
	s := newTestService(t, Config{})
	for i := range 5 {
		s.Append(testScope, testGroup, "s", time.UnixMilli(int64(1000+i)), fmt.Sprint(i))
		s.Append(testScope, testGroup, "other", time.UnixMilli(int64(1000+i)), "other")
	}
	input := `{"logGroupName":"` + testGroup + `","logStreamName":"s","limit":2%s}`
	_, newest := call(t, s, "GetLogEvents", fmt.Sprintf(input, ""))
	_, older := call(t, s, "GetLogEvents", fmt.Sprintf(input, `,"nextToken":"`+newest["nextBackwardToken"].(string)+`"`))
	_, oldest := call(t, s, "GetLogEvents", fmt.Sprintf(input, `,"startFromHead":true`))
	_, next := call(t, s, "GetLogEvents", fmt.Sprintf(input, `,"nextToken":"`+oldest["nextForwardToken"].(string)+`"`))
	_, end := call(t, s, "GetLogEvents", fmt.Sprintf(input, `,"nextToken":"`+newest["nextForwardToken"].(string)+`"`))
	for _, test := range []struct {
		name, got, want string
	}{
		{"newest", messages(newest), "3 4"},
		{"older", messages(older), "1 2"},
		{"oldest", messages(oldest), "0 1"},
		{"next", messages(next), "2 3"},
		{"end", messages(end), ""},
		{"token at the end", end["nextForwardToken"].(string), newest["nextForwardToken"].(string)},
	} {
		if test.got != test.want {
			t.Errorf("%s: %q, want %q", test.name, test.got, test.want)
		}
	}
}

func TestFilterLogEvents(t *testing.T) {
	t.Parallel()
	s := newTestService(t, Config{})
	for i, message := range []string{"ERROR disk full", "INFO fine", "ERROR net down", "WARN disk slow"} {
		s.Append(testScope, testGroup, fmt.Sprintf("s%d", i%2), time.UnixMilli(int64(1000+i)), message)
	}
	for _, test := range []struct{ input, want string }{
		{``, "ERROR disk full INFO fine ERROR net down WARN disk slow"},
		{`,"filterPattern":"ERROR"`, "ERROR disk full ERROR net down"},
		{`,"filterPattern":"disk -ERROR"`, "WARN disk slow"},
		{`,"filterPattern":"?INFO ?WARN"`, "INFO fine WARN disk slow"},
		{`,"filterPattern":"\"net down\""`, "ERROR net down"},
		{`,"filterPattern":"%k [fs]%"`, "ERROR disk full WARN disk slow"},
		{`,"filterPattern":"[level=ERROR || level=WARN, what=disk, ...]"`, "ERROR disk full WARN disk slow"},
		{`,"logStreamNames":["s1"]`, "INFO fine WARN disk slow"},
		{`,"logStreamNamePrefix":"s0"`, "ERROR disk full ERROR net down"},
		{`,"startTime":1001,"endTime":1002`, "INFO fine ERROR net down"},
	} {
		status, out := call(t, s, "FilterLogEvents", `{"logGroupName":"`+testGroup+`"`+test.input+`}`)
		if got := messages(out); status != http.StatusOK || got != test.want {
			t.Errorf("%s: %d %q, want %q", test.input, status, got, test.want)
		}
	}
	_, first := call(t, s, "FilterLogEvents", `{"logGroupIdentifier":"`+arnOf(testScope, testGroup)+`","limit":3}`)
	_, rest := call(t, s, "FilterLogEvents", `{"logGroupName":"`+testGroup+`","nextToken":"`+first["nextToken"].(string)+`"}`)
	if got := messages(rest); got != "WARN disk slow" || rest["nextToken"] != nil {
		t.Errorf("second page %q, token %v", got, rest["nextToken"])
	}
}

func TestGroupsAndStreams(t *testing.T) {
	t.Parallel()
	s := newTestService(t, Config{})
	call(t, s, "CreateLogGroup", `{"logGroupName":"app","tags":{"a":"1"}}`)
	call(t, s, "PutRetentionPolicy", `{"logGroupName":"app","retentionInDays":7}`)
	s.Append(testScope, testGroup, "s1", time.UnixMilli(1000), "one")
	s.Append(testScope, testGroup, "s2", time.UnixMilli(3000), "two")
	s.Append(testScope, testGroup, "s1", time.UnixMilli(2000), "three")

	_, out := call(t, s, "DescribeLogGroups", `{"limit":1}`)
	first := out["logGroups"].([]any)[0].(map[string]any)
	_, out = call(t, s, "DescribeLogGroups", `{"nextToken":"`+out["nextToken"].(string)+`"}`)
	second := out["logGroups"].([]any)[0].(map[string]any)
	if first["logGroupName"] == second["logGroupName"] || out["nextToken"] != nil {
		t.Errorf("groups %v, %v", first, second)
	}
	_, out = call(t, s, "DescribeLogGroups", `{"logGroupNamePrefix":"app"}`)
	if app := out["logGroups"].([]any)[0].(map[string]any); app["retentionInDays"] != 7.0 || app["arn"] != "arn:aws:logs:us-east-1:000000000000:log-group:app:*" {
		t.Errorf("group %v", app)
	}
	call(t, s, "TagResource", `{"resourceArn":"arn:aws:logs:us-east-1:000000000000:log-group:app","tags":{"b":"2"}}`)
	call(t, s, "UntagResource", `{"resourceArn":"arn:aws:logs:us-east-1:000000000000:log-group:app","tagKeys":["a"]}`)
	if _, out = call(t, s, "ListTagsForResource", `{"resourceArn":"arn:aws:logs:us-east-1:000000000000:log-group:app"}`); fmt.Sprint(out["tags"]) != "map[b:2]" {
		t.Errorf("tags %v", out)
	}
	_, out = call(t, s, "DescribeLogStreams", `{"logGroupName":"`+testGroup+`","orderBy":"LastEventTime","descending":true}`)
	streams := out["logStreams"].([]any)
	if s2 := streams[0].(map[string]any); len(streams) != 2 || s2["logStreamName"] != "s2" || s2["lastEventTimestamp"] != 3000.0 {
		t.Errorf("streams %v", streams)
	}

	if status, out := call(t, s, "DeleteLogGroup", `{"logGroupName":"`+testGroup+`"}`); status != http.StatusOK {
		t.Fatal(out)
	}
	if _, out := call(t, s, "FilterLogEvents", `{"logGroupName":"`+testGroup+`"}`); out["__type"] != "ResourceNotFoundException" {
		t.Errorf("deleted group %v", out)
	}
	if s.total != 0 {
		t.Errorf("%d bytes are left", s.total)
	}
	s.Append(testScope, testGroup, "s1", time.UnixMilli(4000), "again")
	if _, out := call(t, s, "FilterLogEvents", `{"logGroupName":"`+testGroup+`"}`); messages(out) != "again" {
		t.Errorf("group made anew: %v", out)
	}
}

func TestFilesAreBounded(t *testing.T) {
	t.Parallel()
	s := newTestService(t, Config{GroupBytes: 16 << 10, TotalBytes: 24 << 10})
	for i := range 2000 {
		s.Append(testScope, testGroup+fmt.Sprint(i%3), "s", time.UnixMilli(int64(i)), strings.Repeat("x", 40))
		if i%100 == 0 {
			_, _ = call(t, s, "DescribeLogGroups", `{}`) // writes what waits
		}
	}
	_, out := call(t, s, "DescribeLogStreams", `{"logGroupName":"`+testGroup+`1"}`)
	stream := out["logStreams"].([]any)[0].(map[string]any)
	if stream["firstEventTimestamp"].(float64) < 100 || stream["lastEventTimestamp"] != 1999.0 && stream["lastEventTimestamp"] != 1998.0 && stream["lastEventTimestamp"] != 1997.0 {
		t.Errorf("stream %v", stream)
	}
	if s.total > 26<<10 {
		t.Errorf("%d bytes", s.total)
	}
	files, _ := filepath.Glob(filepath.Join(s.config.Dir, "*", "*.log"))
	if len(files) > 15 {
		t.Errorf("%d files", len(files))
	}
}

func TestRetention(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(100 * millisecondsADay)
	s := newTestService(t, Config{Now: func() time.Time { return now }})
	s.Append(testScope, testGroup, "s", now.AddDate(0, 0, -2), "old")
	s.Append(testScope, testGroup, "s", now, "new")
	call(t, s, "FilterLogEvents", `{"logGroupName":"`+testGroup+`"}`)
	call(t, s, "PutRetentionPolicy", `{"logGroupName":"`+testGroup+`","retentionInDays":1}`)
	if _, out := call(t, s, "FilterLogEvents", `{"logGroupName":"`+testGroup+`"}`); messages(out) != "new" {
		t.Errorf("with a retention of a day: %v", out)
	}
	call(t, s, "DeleteRetentionPolicy", `{"logGroupName":"`+testGroup+`"}`)
	if _, out := call(t, s, "FilterLogEvents", `{"logGroupName":"`+testGroup+`"}`); messages(out) != "old new" {
		t.Errorf("without: %v", out)
	}
}

// Appending, reading and closing at once loses nothing that was taken before Close.
func TestAppendWhileClosing(t *testing.T) {
	t.Parallel()
	s := newTestService(t, Config{})
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for i := range 500 {
				s.Append(testScope, testGroup, fmt.Sprint(w), time.UnixMilli(int64(i)), "line")
			}
		})
	}
	call(t, s, "DescribeLogGroups", `{}`)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	writers.Wait()
	s.Append(testScope, testGroup, "late", time.UnixMilli(1), "line")
	if len(s.queue) != 0 {
		t.Errorf("%d lines left in the queue", len(s.queue))
	}
}
