package sigv4

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
)

// Principal is who signed a request.
type Principal struct {
	AccessKeyID string
	// Account is the account of the principal, 12 digits.
	Account string
	// UserARN is the ARN of the user, of the assumed role with its session, or of the root
	// user.
	UserARN string
	// UserID and CallerID are the unique id of the principal: "AIDA...", "AROA...:session",
	// the account for the root user.
	UserID, CallerID string
}

// Credentials finds who access keys belong to. It is safe for concurrent use.
type Credentials interface {
	// Find returns the secret of an access key and who it is; false when nobody has it.
	Find(accessKeyID string) (secret string, p Principal, ok bool)
}

// Credential is an access key that a user configured.
type Credential struct {
	AccessKeyID, Secret string
	// ARN is who the key belongs to; empty = the root user of the default account.
	ARN string
}

// ParseCredential reads "KEY=SECRET" or "KEY=SECRET,arn:aws:iam::123456789012:user/ann".
func ParseCredential(text string) (Credential, error) {
	id, rest, ok := strings.Cut(text, "=")
	secret, arn, hasARN := strings.Cut(rest, ",")
	if !ok || id == "" || secret == "" || strings.ContainsAny(id, "/, ") {
		return Credential{}, errors.New("credentials have the form KEY=SECRET or KEY=SECRET,ARN")
	}
	if hasARN {
		if _, err := principalOf(arn); err != nil {
			return Credential{}, err
		}
	}
	return Credential{AccessKeyID: id, Secret: secret, ARN: arn}, nil
}

// localSecret is the secret of the access keys that everybody may use, localKey the one
// of the default account.
const localKey, localSecret = "test", "test"

// Static are credentials that do not change: those that were configured, the access key
// "test" and each access key of 12 digits, which is an account. The secret of the latter
// two is "test". What is configured goes first.
type Static struct {
	account string
	known   map[string]known
}

type known struct {
	secret    string
	principal Principal
}

// NewStatic returns the credentials of a list. The account is that of "test" and of
// credentials without an ARN. An ARN that is none of a principal is an error.
func NewStatic(account string, list []Credential) (*Static, error) {
	s := &Static{account: account, known: make(map[string]known, len(list))}
	for _, credential := range list {
		arn := credential.ARN
		if arn == "" {
			arn = rootARN(account)
		}
		principal, err := principalOf(arn)
		if err != nil {
			return nil, err
		}
		principal.AccessKeyID = credential.AccessKeyID
		s.known[credential.AccessKeyID] = known{credential.Secret, principal}
	}
	return s, nil
}

// Find implements [Credentials].
func (s *Static) Find(accessKeyID string) (secret string, p Principal, ok bool) {
	if found, ok := s.known[accessKeyID]; ok {
		return found.secret, found.principal, true
	}
	account := accessKeyID
	switch {
	case accessKeyID == localKey:
		account = s.account
	case !isAccount(accessKeyID):
		return "", Principal{}, false
	}
	return localSecret, Principal{AccessKeyID: accessKeyID, Account: account, UserARN: rootARN(account), UserID: account, CallerID: account}, true
}

func rootARN(account string) string { return "arn:aws:iam::" + account + ":root" }

func isAccount(text string) bool {
	return len(text) == 12 && strings.Trim(text, "0123456789") == ""
}

// principalOf is the principal of an ARN: its unique id is made up from the ARN, the
// same each time.
func principalOf(arn string) (Principal, error) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || !isAccount(parts[4]) {
		return Principal{}, fmt.Errorf("%q is not the ARN of a user or a role", arn)
	}
	account := parts[4]
	kind, name, _ := strings.Cut(parts[5], "/")
	var id string
	switch {
	case parts[2] == "iam" && parts[5] == "root":
		id = account
	case parts[2] == "iam" && kind == "user" && name != "":
		id = "AIDA" + unique(arn)
	case parts[2] == "sts" && kind == "assumed-role":
		role, session, ok := strings.Cut(name, "/")
		if !ok || role == "" || session == "" {
			return Principal{}, fmt.Errorf("%q names no session", arn)
		}
		id = "AROA" + unique(account+":"+role) + ":" + session
	default:
		return Principal{}, fmt.Errorf("%q is not the ARN of a user, an assumed role or a root user", arn)
	}
	return Principal{Account: account, UserARN: arn, UserID: id, CallerID: id}, nil
}

// unique are the 17 characters of a unique id behind its prefix.
func unique(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base32.StdEncoding.EncodeToString(sum[:])[:17]
}
