package executionlog

import "testing"

func TestMaskKey(t *testing.T) {
	for key, want := range map[string]string{
		"": "", "short": "*****", "0123456789012345678901234567890123F0yrv6": "**********************************F0yrv6",
	} {
		if got := maskKey(key); got != want {
			t.Errorf("%q: got %q, want %q", key, got, want)
		}
	}
}

func TestJavaMap(t *testing.T) {
	for want, values := range map[string]map[string][]string{
		"{}": nil, "{a=1}": {"a": {"1"}}, "{a=1, b=[1, 2], c=[]}": {"b": {"1", "2"}, "a": {"1"}, "c": nil},
	} {
		if got := JavaMap(values); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
