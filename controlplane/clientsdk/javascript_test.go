package clientsdk

import "testing"

func TestFunctionName(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ path, verb, want string }{
		{"/", "GET", "rootGet"},
		{"/pets", "POST", "petsPost"},
		{"/pets/{petId}", "GET", "petsPetIdGet"},
		{"/pets/{pet-id}/my_toys", "DELETE", "petsPetIdMyToysDelete"},
		{"/{proxy+}", "OPTIONS", "proxyOptions"},
		{"/Pets", "GET", "petsGet"},
		{"/2/x", "GET", "_2XGet"},
		{"/~", "HEAD", "rootHead"},
	} {
		if got := functionName(test.path, test.verb); got != test.want {
			t.Errorf("%s %s: %s, want %s", test.verb, test.path, got, test.want)
		}
	}
	names := map[string]bool{}
	if a, b, c := unique(names, "x"), unique(names, "x"), unique(names, "x"); a != "x" || b != "x2" || c != "x3" {
		t.Error(a, b, c)
	}
}
