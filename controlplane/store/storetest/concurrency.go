package storetest

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

const (
	writers         = 16
	writesPerWriter = 25
)

func (open Open) testConcurrency(t *testing.T) {
	t.Run("increments", open.testIncrements)
	t.Run("failures spare the others", open.testFailures)
	t.Run("View is a snapshot", open.testSnapshot)
	t.Run("Views see whole Updates", open.testAtomicity)
}

// increment adds one to the number at key and returns the sum.
func increment(tx store.Tx, key string) (int, error) {
	data, err := tx.Get(key)
	if err != nil {
		return 0, err
	}
	n := 0
	if data != nil {
		if n, err = strconv.Atoi(string(data)); err != nil {
			return 0, err
		}
	}
	return n + 1, tx.Put(key, []byte(strconv.Itoa(n+1)))
}

func (open Open) testIncrements(t *testing.T) {
	s := open.start(t)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range writesPerWriter {
				err := s.Update(t.Context(), func(tx store.Tx) error {
					_, err := increment(tx, "n")
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	expect(t, s, entry("n", strconv.Itoa(writers*writesPerWriter)))
}

// testFailures lets every third Update fail, and every third panic, after writing.
func (open Open) testFailures(t *testing.T) {
	s := open.start(t)
	mine := errors.New("mine")
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for i := range writesPerWriter {
				func() {
					defer func() {
						if r := recover(); (r != nil) != (i%3 == 2) {
							t.Errorf("write %d: recovered %v", i, r)
						}
					}()
					err := s.Update(t.Context(), func(tx store.Tx) error {
						if _, err := increment(tx, "n"); err != nil {
							return err
						}
						switch i % 3 {
						case 1:
							return mine
						case 2:
							panic(mine)
						}
						return nil
					})
					if errors.Is(err, mine) != (i%3 == 1) {
						t.Errorf("write %d: %v", i, err)
					}
				}()
			}
		})
	}
	wg.Wait()
	good := (writesPerWriter + 2) / 3
	expect(t, s, entry("n", strconv.Itoa(writers*good)))
}

func (open Open) testSnapshot(t *testing.T) {
	s := open.start(t, entry("a", "1"), entry("b", "1"))
	err := s.View(t.Context(), func(tx store.Tx) error {
		// From the goroutine of the View: an Update that waited for it would hang.
		update(t, s, func(tx store.Tx) error {
			return errors.Join(tx.Put("a", []byte("2")), tx.Delete("b"), tx.Put("c", []byte("2")))
		})
		got, err := dump(tx, "", "")
		if fmt.Sprint(got) != fmt.Sprint([]store.Entry{entry("a", "1"), entry("b", "1")}) {
			t.Errorf("View changed: %s", got)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, s, entry("a", "2"), entry("c", "2"))
}

// testAtomicity moves both of two numbers and looks whether a View sees them apart.
func (open Open) testAtomicity(t *testing.T) {
	s := open.start(t, entry("a", "0"), entry("b", "0"))
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				err := s.View(t.Context(), func(tx store.Tx) error {
					a, errA := tx.Get("a")
					b, errB := tx.Get("b")
					if string(a) != string(b) {
						t.Errorf("a = %s, b = %s", a, b)
					}
					return errors.Join(errA, errB)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 100 {
		update(t, s, func(tx store.Tx) error {
			_, errA := increment(tx, "a")
			_, errB := increment(tx, "b")
			return errors.Join(errA, errB)
		})
	}
	close(done)
	wg.Wait()
}
