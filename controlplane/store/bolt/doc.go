// Package bolt implements store.Store in one file, with bbolt.
//
// When Update returns nil, its writes are on disk and survive the death of the
// process and of the machine. Concurrent Updates share the price of that: each
// runs its function on its own goroutine, one after the other, in one bbolt
// transaction, and the last one there commits for all (see batch). A lone Update
// waits for nobody.
//
// Open is where damage is found: bbolt panics on a damaged page, so Open reads
// the whole file once and returns [ErrCorrupt] instead.
//
// The file has two buckets: "records" with the keys and values, and "layout" with
// the version of that arrangement.
package bolt
