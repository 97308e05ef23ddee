package rest

import "testing"

func TestAcceptedCoding(t *testing.T) {
	tests := map[string]string{
		"": "", "identity": "", "br": "", "gzip": "gzip", "GZIP": "gzip", "deflate": "deflate", "deflate, gzip": "gzip", "*": "gzip",
		"deflate;q=1.0, gzip;q=0.5": "deflate", "gzip;q=0": "", "gzip;q=0, deflate": "deflate", "gzip;q=0, *": "deflate",
		"gzip;q=1.0, identity; q=0.5, *;q=0": "gzip", "identity, gzip;q=0.5": "", "gzip;q=x": "", "identity;q=0, gzip;q=0.1": "gzip",
	}
	for accept, want := range tests {
		if got := acceptedCoding(accept); got != want {
			t.Errorf("%q: got %q, want %q", accept, got, want)
		}
	}
}

func FuzzAcceptedCoding(f *testing.F) {
	f.Add("gzip;q=1.0, identity; q=0.5, *;q=0")
	f.Fuzz(func(t *testing.T, accept string) {
		if got := acceptedCoding(accept); got != "" && got != codingGzip && got != codingDeflate {
			t.Errorf("%q: got %q", accept, got)
		}
	})
}
