package restapi

import (
	"encoding/base64"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	defaultPageSize = 25
	maxPageSize     = 500
)

// page says which part of a list is asked for.
type page struct {
	size  int
	after string
}

// newPage reads the limit and position of a list operation. A position is the id
// of the last record of the page before it, wrapped up so that nobody builds one.
func newPage(limit *int32, position *string) (page, error) {
	p := page{size: defaultPageSize}
	if limit != nil {
		// Unverified: what AWS answers to a limit beyond its range; it is read as
		// the nearest one in range.
		p.size = min(max(int(*limit), 1), maxPageSize)
	}
	if aws.ToString(position) == "" {
		return p, nil
	}
	after, err := base64.RawURLEncoding.DecodeString(*position)
	if err != nil || len(after) == 0 {
		// Unverified: the wording.
		return page{}, wire.BadRequest("Invalid position parameter specified")
	}
	p.after = string(after)
	return p, nil
}

// take collects one page of records and the position of the next, nil after the
// last.
func take[T any](p page, records iter.Seq2[store.Record[T], error]) (items []T, next *string, err error) {
	items = []T{}
	last := ""
	for record, err := range records {
		if err != nil {
			return nil, nil, err
		}
		if len(items) == p.size {
			position := base64.RawURLEncoding.EncodeToString([]byte(last))
			return items, &position, nil
		}
		items = append(items, *record.Value)
		last = record.ID[len(record.ID)-1]
	}
	return items, nil, nil
}
