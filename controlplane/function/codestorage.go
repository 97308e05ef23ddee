package function

import (
	"net/http"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// DefaultCodeStorageBytes is what the code of an account and region may take together,
// unless AWS raises it: 75 GB.
const DefaultCodeStorageBytes = 75 << 30

// checkStorage refuses code with which an account and region would have more than they may.
// added is the size in bytes of what is new. What counts is the sum that GetAccountSettings
// shows as TotalCodeSize: the zips of all versions of functions and layers.
//
// The sum is the one of what is committed and published. Calls at the same time may thus go
// beyond the quota together, by what each of them adds.
func (s *Service) checkStorage(scope store.Scope, added int64) error {
	if added > 0 && s.index.codeSize(scope)+added > s.codeStorage {
		return userFault(http.StatusBadRequest, "CodeStorageExceededException", "Code storage limit exceeded.")
	}
	return nil
}

// timesPublished is the size of code that is new as $LATEST and, when that is published as
// well, as a version.
func timesPublished(size int64, publish bool) int64 {
	if publish {
		return 2 * size
	}
	return size
}

// codeSize is the size in bytes of all code of an account and region.
func (x *index) codeSize(scope store.Scope) int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.codeSizes[scope]
}

// codeSizeOf is the size in bytes of the code of all versions of a function.
func codeSizeOf(records []*functionRecord) (sum int64) {
	for _, r := range records {
		sum += r.Config.CodeSize
	}
	return sum
}
