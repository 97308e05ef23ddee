package listener

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHeads(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		stream string
		want   [][]string
	}{
		"LP-03 custom casing": {
			"GET / HTTP/1.1\r\nHost: a\r\ntEsT-HEADeR: aValUE\r\nheaderVar: x\r\nUser-Agent: y\r\n\r\n",
			[][]string{{"tEsT-HEADeR", "headerVar"}},
		},
		"canonical names cost nothing": {"GET / HTTP/1.1\r\nHost: a\r\nX-Amz-Date: b\r\n\r\n", [][]string{nil}},
		"body is not scanned": {
			"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 12\r\n\r\nfOO: bar\r\n\r\nGET / HTTP/1.1\r\nsecond: b\r\n\r\n",
			[][]string{{"host", "content-length"}, {"second"}},
		},
		"pipelined": {
			"GET /1 HTTP/1.1\r\naA: 1\r\n\r\nGET /2 HTTP/1.1\r\nbB: 1\r\n\r\nGET /3 HTTP/1.1\r\ncC: 1\r\n\r\n",
			[][]string{{"aA"}, {"bB"}, {"cC"}},
		},
		"chunked with extension and trailer": {
			"POST / HTTP/1.1\r\naA: 1\r\nTransfer-Encoding: Chunked\r\n\r\n5;x=y\r\nab: c\r\n3 \r\nd\r\n\r\n0\r\ntRailer: 1\r\n\r\nGET / HTTP/1.1\r\nbB: 1\r\n\r\n",
			[][]string{{"aA"}, {"bB"}},
		},
		"chunks win over a length": {
			"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\nGET / HTTP/1.1\r\nbB: 1\r\n\r\n",
			[][]string{nil, {"bB"}},
		},
		"HTTP/1.0 knows no chunks": {
			"POST / HTTP/1.0\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nxyzGET / HTTP/1.1\r\nbB: 1\r\n\r\n",
			[][]string{nil, {"bB"}},
		},
		"empty lines between requests": {
			"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx\r\n\r\nGET / HTTP/1.1\r\nbB: 1\r\n\r\n",
			[][]string{nil, {"bB"}},
		},
		"bare line feeds":             {"GET / HTTP/1.1\nbB: 1\n\n", [][]string{{"bB"}}},
		"incomplete head":             {"GET / HTTP/1.1\r\nbB: 1\r\n", nil},
		"h2c upgrade offer is no end": {"GET / HTTP/1.1\r\naA: 1\r\nUpgrade: h2c\r\n\r\nGET / HTTP/1.1\r\nbB: 1\r\n\r\n", [][]string{{"aA"}, {"bB"}}},
		"WebSocket ends it":           {"GET / HTTP/1.1\r\naA: 1\r\nUpgrade: WebSocket\r\n\r\n\x81\x05GET / HTTP/1.1\r\nbB: 1\r\n\r\n", [][]string{{"aA"}}},
		"HTTP/2 ends it":              {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nGET / HTTP/1.1\r\nbB: 1\r\n\r\n", nil},
		"folded line ends it":         {"GET / HTTP/1.1\r\naA: 1\r\n b\r\n\r\nGET / HTTP/1.1\r\nbB: 1\r\n\r\n", nil},
		"bad length ends it":          {"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\nGET / HTTP/1.1\r\nbB: 1\r\n\r\n", nil},
		"unknown coding ends it":      {"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nGET / HTTP/1.1\r\nbB: 1\r\n\r\n", nil},
		"bad chunk ends it":           {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\nGET / HTTP/1.1\r\nbB: 1\r\n\r\n", [][]string{nil}},
		"endless line ends it":        {"GET / HTTP/1.1\r\nA: " + strings.Repeat("x", maxLineBytes+1), nil},
	}
	for name, tt := range tests {
		for _, split := range []int{1, 2, 3, 7, 1 << 20} {
			if got := readHeads(tt.stream, split); !cmp.Equal(got, tt.want) {
				t.Errorf("%s, reads of %d: %s", name, split, cmp.Diff(tt.want, got))
			}
		}
	}
}

// readHeads feeds the stream in reads of size bytes and takes all names.
func readHeads(stream string, size int) [][]string {
	var h heads
	for part := []byte(stream); len(part) > 0; {
		n := min(size, len(part))
		h.feed(bytes.Clone(part[:n]))
		part = part[n:]
	}
	var all [][]string
	for len(h.done) > 0 {
		all = append(all, h.take())
	}
	return all
}

// FuzzHeads compares with net/http: as long as that accepts the requests of a
// stream, there is one head for each and its names are those of the request.
func FuzzHeads(f *testing.F) {
	f.Add("GET / HTTP/1.1\r\nHost: a\r\ntEsT: b\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", uint8(3))
	f.Add("POST / HTTP/1.1\r\nhost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nbB: c\r\n\r\n", uint8(1))
	f.Add("POST / HTTP/1.1\r\nhost: a\r\nContent-Length: 4\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nbB: c\r\n\r\n", uint8(200))
	f.Fuzz(func(t *testing.T, stream string, size uint8) {
		heads := readHeads(stream, int(size)+1)
		if whole := readHeads(stream, len(stream)+1); !cmp.Equal(heads, whole) {
			t.Fatalf("reads of %d bytes: %s", int(size)+1, cmp.Diff(whole, heads))
		}
		reader := bufio.NewReader(strings.NewReader(stream))
		for i := range heads {
			request, err := http.ReadRequest(reader)
			if err != nil {
				return
			}
			for _, name := range heads[i] {
				if strings.IndexFunc(name, notToken) >= 0 {
					return // the server answers 400
				}
				key := textproto.CanonicalMIMEHeaderKey(name)
				if key == name {
					t.Fatalf("request %d: %q is canonical", i, name)
				}
				_, found := request.Header[key]
				if special := key == "Host" || key == "Transfer-Encoding" || key == "Content-Length" || key == "Trailer"; !found && !special {
					t.Fatalf("request %d has no header %q", i, name)
				}
			}
			if _, err := io.Copy(io.Discard, request.Body); err != nil {
				return
			}
		}
	})
}

func notToken(r rune) bool {
	alphanumeric := '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
	return !alphanumeric && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

func BenchmarkHeads(b *testing.B) {
	head := []byte("GET /dev/pets HTTP/1.1\r\nHost: abcdefghij.execute-api.localhost:4566\r\nUser-Agent: Go-http-client/1.1\r\nAccept: */*\r\n" +
		"Accept-Encoding: gzip\r\nX-Custom: value\r\nAuthorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U\r\n\r\n")
	var h heads
	b.ReportAllocs()
	for b.Loop() {
		h.feed(head)
		h.take()
	}
}
