package dataplane

import "github.com/stagedoor-dev/stagedoor/dataplane/rest"

// stages are the stages of one API, by name. A table is never written once it is in
// use: a change makes a new one.
type stages struct{ byName map[string]*rest.Stage }

func (s *stages) find(name string) *rest.Stage {
	if s == nil {
		return nil
	}
	return s.byName[name]
}

// with returns a copy with one stage set.
func (s *stages) with(name string, stage *rest.Stage) *stages {
	copied := s.without(name)
	copied.byName[name] = stage
	return copied
}

// without returns a copy that lacks one stage.
func (s *stages) without(name string) *stages {
	copied := &stages{byName: map[string]*rest.Stage{}}
	if s == nil {
		return copied
	}
	for known, stage := range s.byName {
		if known != name {
			copied.byName[known] = stage
		}
	}
	return copied
}

// stages returns the table of an API, nil when it has none.
func (d *DataPlane) stages(apiID string) *stages {
	if found, ok := d.apis.Load(apiID); ok {
		return found.(*stages)
	}
	return nil
}

// storeLocked sets the table of an API; the caller holds mu.
func (d *DataPlane) storeLocked(apiID string, table *stages) {
	if len(table.byName) == 0 {
		d.apis.Delete(apiID)
		return
	}
	d.apis.Store(apiID, table)
}
