package httpapi

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Unverified: the sizes. AWS documents neither the default nor the maximum; a
// hundred and more items come in one page.
const (
	defaultPageSize = 500
	maxPageSize     = 1000
)

// Unverified: the wordings.
var (
	errMaxResults = wire.BadRequest("Invalid value for maxResults, it must be a positive integer")
	errNextToken  = wire.BadRequest("Invalid nextToken specified")
)

// newPage reads the maximum and the token of a list operation.
func newPage(maxResults, nextToken *string) (store.Page, error) {
	size := defaultPageSize
	if text := aws.ToString(maxResults); text != "" {
		n, err := strconv.ParseUint(text, 10, 31)
		if err != nil || n == 0 {
			return store.Page{}, errMaxResults
		}
		size = int(min(n, maxPageSize))
	}
	page, ok := store.NewPage(size, aws.ToString(nextToken))
	if !ok {
		return store.Page{}, errNextToken
	}
	return page, nil
}
