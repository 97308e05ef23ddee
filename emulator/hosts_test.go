package emulator

import (
	"context"
	"net"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHosts(t *testing.T) {
	t.Parallel()
	known := newHosts("0.0.0.0", []string{"Stagedoor", "*.test", ""})
	tests := map[string]hostName{
		"localhost":                         {name: "localhost", known: true},
		"LOCALHOST:4566":                    {name: "localhost", known: true},
		"localhost.":                        {name: "localhost", known: true},
		"127.0.0.1:4566":                    {name: "127.0.0.1", known: true},
		"127.1.2.3":                         {name: "127.1.2.3", known: true},
		"[::1]:4566":                        {name: "::1", known: true},
		"[::1]":                             {name: "::1", known: true},
		"anything.localhost:4566":           {name: "anything.localhost", known: true},
		"stagedoor:4566":                    {name: "stagedoor", known: true},
		"a.test":                            {name: "a.test", known: true},
		"localhost.localstack.cloud:4566":   {name: "localhost.localstack.cloud", known: true},
		"192.168.7.7:4566":                  {name: "192.168.7.7", known: true}, // where the request came in
		"AbC123.execute-api.localhost:4566": {name: "abc123.execute-api.localhost", apiID: "abc123", known: true},
		"abc.execute-api.us-east-1.amazonaws.com":     {name: "abc.execute-api.us-east-1.amazonaws.com", apiID: "abc", known: true},
		"abc.execute-api.cn-north-1.amazonaws.com.cn": {name: "abc.execute-api.cn-north-1.amazonaws.com.cn", apiID: "abc", known: true},
		"abc.execute-api.localhost.localstack.cloud":  {name: "abc.execute-api.localhost.localstack.cloud", apiID: "abc", known: true},
		"abc.execute-api.stagedoor:4566":              {name: "abc.execute-api.stagedoor", apiID: "abc", known: true},
		"apigateway.us-east-1.amazonaws.com":          {name: "apigateway.us-east-1.amazonaws.com", service: "apigateway", known: true},
		"sts.amazonaws.com":                           {name: "sts.amazonaws.com", service: "sts", known: true},
		"lambda.us-gov-east-1.amazonaws.com":          {name: "lambda.us-gov-east-1.amazonaws.com", service: "lambda", known: true},
		"s3.localhost.localstack.cloud:4566":          {name: "s3.localhost.localstack.cloud", service: "s3", known: true},
		"sqs.us-east-1.localhost.localstack.cloud":    {name: "sqs.us-east-1.localhost.localstack.cloud", service: "sqs", known: true},
		"streaming-logs.us-east-1.amazonaws.com":      {name: "streaming-logs.us-east-1.amazonaws.com", service: "logs", known: true},
		"stream-logs.us-east-1.amazonaws.com":         {name: "stream-logs.us-east-1.amazonaws.com", service: "logs", known: true},
		"stream-logs.localhost.localstack.cloud:4566": {name: "stream-logs.localhost.localstack.cloud", service: "logs", known: true},
		"stream-logs.localhost:4566":                  {name: "stream-logs.localhost", known: true},
		"stream-localhost:4566":                       {name: "stream-localhost", known: true},
		"streaming-127.0.0.1:4566":                    {name: "streaming-127.0.0.1", known: true},
		"stream-stagedoor":                            {name: "stream-stagedoor"},
		"stream-logs.evil.example":                    {name: "stream-logs.evil.example"},

		"":                                    {},
		"evil.example":                        {name: "evil.example"},
		"evil.example:4566":                   {name: "evil.example"},
		"localhost.evil.example":              {name: "localhost.evil.example"},
		"evillocalhost":                       {name: "evillocalhost"},
		"test":                                {name: "test"},
		"127.0.0.1.evil.example":              {name: "127.0.0.1.evil.example"},
		"192.168.7.8":                         {name: "192.168.7.8"},
		"abc.execute-api.evil.example":        {name: "abc.execute-api.evil.example"},
		"a.b.execute-api.localhost":           {name: "a.b.execute-api.localhost", known: true},
		"bucket.s3.us-east-1.amazonaws.com":   {name: "bucket.s3.us-east-1.amazonaws.com"},
		"ec2-1-2-3-4.compute-1.amazonaws.com": {name: "ec2-1-2-3-4.compute-1.amazonaws.com"},
		"localhost:port":                      {},
		"localhost:1:2":                       {},
		"[::1":                                {},
		"[::1]4566":                           {},
		"::1":                                 {},
	}
	ctx := context.WithValue(t.Context(), http.LocalAddrContextKey, net.Addr(&net.TCPAddr{IP: net.IPv4(192, 168, 7, 7), Port: 4566}))
	for host, want := range tests {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		if got := known.of(r); !cmp.Equal(got, want, cmp.AllowUnexported(hostName{})) {
			t.Errorf("host %q: %s", host, cmp.Diff(want, got, cmp.AllowUnexported(hostName{})))
		}
	}
}

func FuzzHosts(f *testing.F) {
	for _, seed := range []string{"localhost:4566", "[::1]:1", "abc.execute-api.us-east-1.amazonaws.com", "a.execute-api.", "x:", "["} {
		f.Add(seed)
	}
	known := newHosts("127.0.0.1", nil)
	f.Fuzz(func(t *testing.T, host string) {
		got := known.of(&http.Request{Host: host})
		if got.apiID != "" && !got.known {
			t.Errorf("%q: an unknown host names the API %q", host, got.apiID)
		}
		if got.known && got.name == "" {
			t.Errorf("%q: no name is known", host)
		}
	})
}
