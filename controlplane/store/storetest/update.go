package storetest

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

func (open Open) testUpdate(t *testing.T) {
	before := []store.Entry{entry("a", "1"), entry("b", "2")}
	write := func(tx store.Tx) error {
		return errors.Join(
			tx.Put("a", []byte("changed")), tx.Put("a", []byte("twice")),
			tx.Delete("b"), tx.Put("b", []byte("again")), tx.Delete("b"),
			tx.Put("c", []byte("new")), tx.Put("d", nil), tx.Delete("d"), tx.Delete("absent"))
	}

	t.Run("commit", func(t *testing.T) {
		s := open.start(t, before...)
		update(t, s, func(tx store.Tx) error {
			if err := write(tx); err != nil {
				return err
			}
			if got, err := tx.Get("a"); string(got) != "twice" || err != nil {
				t.Errorf("own write reads %q, %v", got, err)
			}
			if got, err := tx.Get("b"); got != nil || err != nil {
				t.Errorf("own delete reads %q, %v", got, err)
			}
			return nil
		})
		expect(t, s, entry("a", "twice"), entry("c", "new"))
	})

	t.Run("error rolls back", func(t *testing.T) {
		s := open.start(t, before...)
		want := errors.New("mine")
		err := s.Update(t.Context(), func(tx store.Tx) error { return errors.Join(write(tx), want) })
		if !errors.Is(err, want) {
			t.Errorf("Update returned %v, want %v", err, want)
		}
		expect(t, s, before...)
	})

	t.Run("panic rolls back and passes on", func(t *testing.T) {
		s := open.start(t, before...)
		func() {
			defer func() {
				if got := recover(); got != "mine" {
					t.Errorf("recovered %v", got)
				}
			}()
			_ = s.Update(t.Context(), func(tx store.Tx) error {
				_ = write(tx)
				panic("mine")
			})
		}()
		func() {
			defer func() {
				if got := recover(); got != "view" {
					t.Errorf("recovered %v", got)
				}
			}()
			_ = s.View(t.Context(), func(store.Tx) error { panic("view") })
		}()
		expect(t, s, before...)
		put(t, s, "b", "usable")
		expect(t, s, entry("a", "1"), entry("b", "usable"))
	})

	t.Run("end of goroutine rolls back", func(t *testing.T) {
		s := open.start(t, before...)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = s.Update(t.Context(), func(tx store.Tx) error {
				_ = write(tx)
				runtime.Goexit()
				return nil
			})
		}()
		<-ended
		expect(t, s, before...)
		put(t, s, "b", "usable")
	})

	t.Run("invalid keys", func(t *testing.T) {
		s := open.start(t)
		for name, key := range map[string]string{"empty": "", "too long": strings.Repeat("k", store.MaxKeyBytes+1)} {
			err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put(key, nil) })
			if !errors.Is(err, store.ErrInvalidKey) {
				t.Errorf("%s key: %v", name, err)
			}
			update(t, s, func(tx store.Tx) error { return tx.Delete(key) })
		}
		expect(t, s)
	})

	t.Run("View within Update sees what was committed", func(t *testing.T) {
		s := open.start(t, before...)
		update(t, s, func(tx store.Tx) error {
			if err := write(tx); err != nil {
				return err
			}
			expect(t, s, before...)
			return nil
		})
	})
}

func (open Open) testCancel(t *testing.T) {
	fail := func(store.Tx) error {
		t.Error("fn ran")
		return errors.New("fn ran")
	}

	t.Run("before", func(t *testing.T) {
		s := open.start(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := errors.Join(
			wantError("View", s.View(ctx, fail), context.Canceled),
			wantError("Update", s.Update(ctx, fail), context.Canceled))
		if err != nil {
			t.Error(err)
		}
	})

	t.Run("while waiting", func(t *testing.T) {
		s := open.start(t)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		update(t, s, func(store.Tx) error {
			got := make(chan error)
			go func() { got <- s.Update(ctx, fail) }()
			if err := <-got; !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Update returned %v", err)
			}
			return nil
		})
		put(t, s, "a", "usable")
	})

	t.Run("within fn is too late", func(t *testing.T) {
		s := open.start(t)
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Update(ctx, func(tx store.Tx) error {
			cancel()
			return tx.Put("a", []byte("1"))
		})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, s, entry("a", "1"))
	})
}
