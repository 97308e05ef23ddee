package logs

import (
	"encoding/json"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// group is the record of a log group. Times are milliseconds since 1970.
type group struct {
	Name      string            `json:"name"`
	Created   int64             `json:"created"`
	Retention int               `json:"retention,omitempty"` // days; 0 = for ever
	Class     string            `json:"class,omitempty"`
	Tags      map[string]string `json:"tags,omitempty"`
}

// stream is the record of a log stream.
type stream struct {
	Name    string `json:"name"`
	Created int64  `json:"created"`
}

// records encodes the records of the package.
type records[T any] struct{}

// Marshal encodes v.
func (records[T]) Marshal(v *T) ([]byte, error) { return json.Marshal(v) }

// Unmarshal decodes data into v.
func (records[T]) Unmarshal(data []byte, v *T) error { return json.Unmarshal(data, v) }

func groupRecords() store.Collection[group] {
	return store.NewCollection[group]("loggroup", records[group]{})
}

func streamRecords() store.Collection[stream] {
	return store.NewCollection[stream]("logstream", records[stream]{})
}
