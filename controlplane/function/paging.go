package function

import (
	"encoding/base64"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// maxPage is the most that a list operation returns at once, whatever MaxItems says.
const maxPage = 50

// page says which part of a list is asked for.
type page struct {
	size  int
	after string
}

// newPage reads MaxItems and Marker. A marker is the key of the last item of the
// page before it, wrapped up so that nobody builds one.
func newPage(maxItems *int32, marker *string) (page, error) {
	p := page{size: maxPage}
	if maxItems != nil {
		p.size = min(max(int(*maxItems), 1), maxPage)
	}
	if aws.ToString(marker) == "" {
		return p, nil
	}
	after, err := base64.RawURLEncoding.DecodeString(*marker)
	if err != nil || len(after) == 0 {
		// Unverified: the wording.
		return page{}, invalidParameter("The provided pagination token is invalid.")
	}
	p.after = string(after)
	return p, nil
}

// keyed is an item of a list with the key that its order goes by.
type keyed[T any] struct {
	key  string
	item T
}

// take collects one page of items, which come in ascending order and begin after
// p.after, and the marker of the next page, nil after the last.
func take[T any](p page, items iter.Seq2[keyed[T], error]) (list []T, next *string, err error) {
	list = []T{}
	last := ""
	for k, err := range items {
		if err != nil {
			return nil, nil, err
		}
		if len(list) == p.size {
			return list, aws.String(base64.RawURLEncoding.EncodeToString([]byte(last))), nil
		}
		list = append(list, k.item)
		last = k.key
	}
	return list, nil, nil
}
