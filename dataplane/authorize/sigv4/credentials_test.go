package sigv4_test

import (
	"testing"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
)

func TestStatic(t *testing.T) {
	t.Parallel()
	known := credentials(t)
	for id, want := range map[string]struct {
		secret    string
		principal sigv4.Principal
	}{
		"test":         {"test", sigv4.Principal{AccessKeyID: "test", Account: "000000000000", UserARN: "arn:aws:iam::000000000000:root", UserID: "000000000000", CallerID: "000000000000"}},
		"123456789012": {"test", sigv4.Principal{AccessKeyID: "123456789012", Account: "123456789012", UserARN: "arn:aws:iam::123456789012:root", UserID: "123456789012", CallerID: "123456789012"}},
		"AKIAROOT":     {"root", sigv4.Principal{AccessKeyID: "AKIAROOT", Account: "000000000000", UserARN: "arn:aws:iam::000000000000:root", UserID: "000000000000", CallerID: "000000000000"}},
		"ASIABOB": {"bob", sigv4.Principal{
			AccessKeyID: "ASIABOB", Account: "111111111111", UserARN: "arn:aws:sts::111111111111:assumed-role/admin/bob",
			UserID: "AROARHHANSELMQGXE572E:bob", CallerID: "AROARHHANSELMQGXE572E:bob",
		}},
	} {
		secret, principal, ok := known.Find(id)
		if !ok || secret != want.secret || principal != want.principal {
			t.Errorf("%s: %q %+v %v", id, secret, principal, ok)
		}
	}
	for _, id := range []string{"", "AKIA", "12345678901", "1234567890123", "12345678901x"} {
		if _, _, ok := known.Find(id); ok {
			t.Errorf("%q is known", id)
		}
	}
}

func TestParseCredential(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]sigv4.Credential{
		"AKIA=se=cr/et+": {AccessKeyID: "AKIA", Secret: "se=cr/et+"},
		"AKIA=s,arn:aws:iam::111111111111:user/team/ann": {AccessKeyID: "AKIA", Secret: "s", ARN: "arn:aws:iam::111111111111:user/team/ann"},
	} {
		if got, err := sigv4.ParseCredential(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "AKIA", "AKIA=", "=x", "a b=c", "a=b,ann", "a=b,", "a=b,arn:aws:iam::1:user/x", "a=b,arn:aws:iam::111111111111:group/x", "a=b,arn:aws:sts::111111111111:assumed-role/x"} {
		if got, err := sigv4.ParseCredential(text); err == nil {
			t.Errorf("%q: %+v", text, got)
		}
	}
}
