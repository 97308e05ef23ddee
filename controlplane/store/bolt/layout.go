package bolt

import (
	"bytes"
	"fmt"
	"os"
	"runtime"

	"go.etcd.io/bbolt"
)

var (
	bucketRecords = []byte("records")
	bucketLayout  = []byte("layout")
	keyVersion    = []byte("version")
	// version is the layout that this package reads and writes.
	version = []byte("1")
)

// checkLayout makes the buckets of an empty file and compares the version of any
// other.
func checkLayout(db *bbolt.DB) error {
	empty := false
	err := db.View(func(tx *bbolt.Tx) error {
		if first, _ := tx.Cursor().First(); first == nil {
			empty = true
			return nil
		}
		layout := tx.Bucket(bucketLayout)
		if layout == nil {
			return fmt.Errorf("%w: written by another program", ErrVersion)
		}
		if found := layout.Get(keyVersion); !bytes.Equal(found, version) {
			return fmt.Errorf("%w: version %q, known %q", ErrVersion, found, version)
		}
		if tx.Bucket(bucketRecords) == nil {
			return fmt.Errorf("%w: no records", ErrCorrupt)
		}
		return nil
	})
	if err != nil || !empty {
		return err
	}
	return db.Update(func(tx *bbolt.Tx) error {
		if _, err := tx.CreateBucket(bucketRecords); err != nil {
			return err
		}
		layout, err := tx.CreateBucket(bucketLayout)
		if err != nil {
			return err
		}
		return layout.Put(keyVersion, version)
	})
}

// checkPages visits every page of the records, on which bbolt panics when it is
// damaged, and compares the length of the file with what its header says.
func checkPages(db *bbolt.DB) error {
	return db.View(func(tx *bbolt.Tx) error {
		info, err := os.Stat(db.Path())
		if err != nil {
			return fmt.Errorf("%w: %w", ErrUnreadable, err)
		}
		if info.Size() < tx.Size() {
			return fmt.Errorf("%w: %d bytes long, needs %d", ErrCorrupt, info.Size(), tx.Size())
		}
		var last []byte
		var ends byte
		cursor := tx.Bucket(bucketRecords).Cursor()
		for key, value := cursor.First(); key != nil; key, value = cursor.Next() {
			if value == nil || (last != nil && bytes.Compare(last, key) >= 0) {
				return fmt.Errorf("%w: unexpected entry after %q", ErrCorrupt, last)
			}
			last = key
			if n := len(value); n > 0 {
				ends ^= value[n-1] // faults when the value runs past the end of the file
			}
		}
		runtime.KeepAlive(ends)
		return nil
	})
}
