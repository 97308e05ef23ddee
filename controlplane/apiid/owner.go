package apiid

import (
	"fmt"
	"regexp"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// CustomIDTag gives a new API the id that is its value, so that scripts and
// configuration files can name an API before it exists.
const CustomIDTag = "_custom_id_"

var (
	errCustomID     = wire.BadRequest("The value of the tag _custom_id_ must match [a-z0-9-]{1,63}") // ours: AWS knows no such tag
	customIDPattern = regexp.MustCompile(`^[a-z0-9-]{1,63}$`)

	// owners says which account and region an API id belongs to. The kind has the
	// name of the service that had it first. Kept in [store.Everywhere]: api.
	owners = store.NewCollection("restapiowner", store.JSONRecords[store.Scope]{})
)

// ForAPI returns the id of a new API: the value of its tag [CustomIDTag], else one
// drawn. BadRequestException when the value is no id.
func ForAPI(tags map[string]string) (string, error) {
	custom, ok := tags[CustomIDTag]
	if !ok {
		return New(10), nil
	}
	if !customIDPattern.MatchString(custom) {
		return "", errCustomID
	}
	return custom, nil
}

// Claim makes id that of an API in scope; ConflictException when an API of any
// kind, account and region has it.
func Claim(tx store.Tx, scope store.Scope, id string) error {
	taken, err := store.Exists(tx, owners, store.Everywhere, id)
	if err != nil {
		return err
	}
	if taken {
		return wire.Conflict(fmt.Sprintf("API id %s already exists", id))
	}
	return owners.Put(tx, store.Everywhere, &scope, id)
}

// Release gives up the id of a deleted API.
func Release(tx store.Tx, id string) error { return owners.Delete(tx, store.Everywhere, id) }
