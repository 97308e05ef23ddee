package restapi

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	defaultPageSize = 25
	maxPageSize     = 500
)

var errPosition = wire.BadRequest("Invalid position parameter specified") // Unverified: the wording.

// newPage reads the limit and position of a list operation.
func newPage(limit *int32, position *string) (store.Page, error) {
	size := defaultPageSize
	if limit != nil {
		// Unverified: what AWS answers to a limit beyond its range; it is read as
		// the nearest one in range.
		size = min(max(int(*limit), 1), maxPageSize)
	}
	page, ok := store.NewPage(size, aws.ToString(position))
	if !ok {
		return store.Page{}, errPosition
	}
	return page, nil
}
