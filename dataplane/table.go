package dataplane

import "sync"

// table has the stages of all APIs of one kind. Requests read it without a lock; whoever
// changes it holds the data plane's.
type table[S any] struct {
	// apis has a *stages[S] for each API id.
	apis sync.Map
}

// stages are the stages of one API, by name. They are never written once they are in
// use: a change makes new ones.
type stages[S any] struct{ byName map[string]*S }

func (s *stages[S]) find(name string) *S {
	if s == nil {
		return nil
	}
	return s.byName[name]
}

// stages returns the stages of an API, nil when it has none.
func (t *table[S]) stages(apiID string) *stages[S] {
	if found, ok := t.apis.Load(apiID); ok {
		return found.(*stages[S])
	}
	return nil
}

// set puts a stage in.
func (t *table[S]) set(apiID, name string, stage *S) {
	copied := t.without(apiID, name)
	copied.byName[name] = stage
	t.apis.Store(apiID, copied)
}

// remove takes a stage out; one that is not there is no error.
func (t *table[S]) remove(apiID, name string) {
	copied := t.without(apiID, name)
	if len(copied.byName) == 0 {
		t.apis.Delete(apiID)
		return
	}
	t.apis.Store(apiID, copied)
}

// without returns a copy of an API's stages that lacks one.
func (t *table[S]) without(apiID, name string) *stages[S] {
	copied := &stages[S]{byName: map[string]*S{}}
	known := t.stages(apiID)
	if known == nil {
		return copied
	}
	for other, stage := range known.byName {
		if other != name {
			copied.byName[other] = stage
		}
	}
	return copied
}

// each calls visit for all stages, in no order.
func (t *table[S]) each(visit func(apiID, name string, stage *S)) {
	t.apis.Range(func(apiID, found any) bool {
		for name, stage := range found.(*stages[S]).byName {
			visit(apiID.(string), name, stage)
		}
		return true
	})
}
