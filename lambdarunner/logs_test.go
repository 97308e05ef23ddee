package lambdarunner

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

func TestLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxLineBytes)
	tests := map[string]struct{ reads, want []string }{
		"one":                 {[]string{"a\n"}, []string{"a"}},
		"several":             {[]string{"a\n\nb\n"}, []string{"a", "", "b"}},
		"spread over reads":   {[]string{"a", "b", "c\nd", "\n"}, []string{"abc", "d"}},
		"carriage return":     {[]string{"a\r\nb\rc\n"}, []string{"a", "b\rc"}},
		"open end":            {[]string{"a\nb"}, []string{"a", "b"}},
		"longer than a line":  {[]string{long + long + "y\n"}, []string{long, long, "y"}},
		"never ends":          {[]string{long, long}, []string{long, long}},
		"binary, as it comes": {[]string{"\x00\xff\n"}, []string{"\x00\xff"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var logs logRecorder
			l := &functionLog{sink: logs.add, now: time.Now}
			for _, read := range tt.reads {
				l.addLocked([]byte(read))
			}
			l.flushLocked()
			if diff := cmp.Diff(tt.want, logs.texts()); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nb\r\n\nc"), 2)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		if size <= 0 {
			return
		}
		var logs logRecorder
		l := &functionLog{sink: logs.add, now: time.Now}
		for chunk := range slices.Chunk(data, size) {
			l.addLocked(chunk)
		}
		l.flushLocked()
		if bytes.Contains(data, []byte("\r")) || len(data) > maxLineBytes {
			return // taken off line ends, or split
		}
		want := strings.TrimSuffix(string(data), "\n")
		if got := strings.Join(logs.texts(), "\n"); got != want {
			t.Errorf("%q became %q", data, got)
		}
	})
}

func TestTailKeepsTheLastBytes(t *testing.T) {
	t.Parallel()
	for _, lines := range [][]string{
		{"short"},
		slices.Repeat([]string{"a line of thirty characters..."}, 1000),
		{strings.Repeat("x", 5000)},
		{strings.Repeat("x", 4096), "end"},
		{strings.Repeat("x", 4095)},
	} {
		var tail tail
		for _, line := range lines {
			tail.add(line)
		}
		all := strings.Join(lines, "\n") + "\n"
		want := all[max(0, len(all)-maxTailBytes):]
		if diff := cmp.Diff(want, string(tail.bytes())); diff != "" {
			t.Errorf("tail (-want +got):\n%s", diff)
		}
	}
}

func TestInitLines(t *testing.T) {
	t.Parallel()
	fn := &deployed.Function{Runtime: "python3.13", Region: "eu-west-1"}
	got := initStart(fn, "python:3.13.1", false).text
	if !strings.HasPrefix(got, "INIT_START Runtime Version: python:3.13.1\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:") {
		t.Errorf("got %q", got)
	}
	want := "INIT_REPORT Init Duration: 10009.46 ms\tPhase: init\tStatus: timeout"
	if got := (&process{}).initReport(10009460*time.Microsecond, "init", "timeout", "").text; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRuntimeVersion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		family, version string
		parts           int
		want            string
	}{
		{"nodejs", "22.12.0", 1, "nodejs:22.v12"},
		{"python", "3.13.1", 2, "python:3.13.v1"},
		{"java", "17.0.9", 1, "java:17.v0"},
		{"java", "21", 1, "java:21.v0"},
		{"ruby", "3.3.5", 2, "ruby:3.3.v5"},
	} {
		if got := runtimeVersion(tt.family, tt.version, tt.parts); got != tt.want {
			t.Errorf("%s %s: %s, want %s", tt.family, tt.version, got, tt.want)
		}
	}
}
