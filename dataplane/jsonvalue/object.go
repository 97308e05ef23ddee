package jsonvalue

import "iter"

// indexFrom is the number of members from which an object keeps a map of its keys;
// below it a scan of the slice is faster and needs no memory.
const indexFrom = 9

// Object is a JSON object whose members keep their order. The zero value is an
// empty object ready for use.
type Object struct {
	members []Member
	index   map[string]int // position by key; nil below indexFrom members
}

// Member is one key of an object with its value.
type Member struct {
	Key   string
	Value any
}

// NewObject returns an object with members set one after the other.
func NewObject(members ...Member) *Object {
	o := &Object{members: make([]Member, 0, len(members))}
	for _, m := range members {
		o.Set(m.Key, m.Value)
	}
	return o
}

// Len returns the number of members.
func (o *Object) Len() int { return len(o.members) }

// At returns the key and the value at position i, and panics outside [0, Len).
func (o *Object) At(i int) (string, any) {
	m := &o.members[i]
	return m.Key, m.Value
}

// Get returns the value of key, and whether the object has it.
func (o *Object) Get(key string) (any, bool) {
	i := o.find(key)
	if i < 0 {
		return nil, false
	}
	return o.members[i].Value, true
}

// Set gives key a value. A key that is there keeps its position, as in a
// java.util.LinkedHashMap; a new one goes to the end.
func (o *Object) Set(key string, value any) {
	if i := o.find(key); i >= 0 {
		o.members[i].Value = value
		return
	}
	o.members = append(o.members, Member{Key: key, Value: value})
	switch {
	case o.index != nil:
		o.index[key] = len(o.members) - 1
	case len(o.members) >= indexFrom:
		o.buildIndex()
	}
}

// Delete removes key and returns the value it had, and whether it was there.
func (o *Object) Delete(key string) (any, bool) {
	i := o.find(key)
	if i < 0 {
		return nil, false
	}
	value := o.members[i].Value
	copy(o.members[i:], o.members[i+1:])
	o.members[len(o.members)-1] = Member{}
	o.members = o.members[:len(o.members)-1]
	if o.index != nil {
		delete(o.index, key)
		for at := i; at < len(o.members); at++ {
			o.index[o.members[at].Key] = at
		}
	}
	return value, true
}

// Clear removes every member.
func (o *Object) Clear() {
	o.members, o.index = nil, nil
}

// Keys returns the keys in order, in a slice of the caller's own.
func (o *Object) Keys() []string {
	keys := make([]string, len(o.members))
	for i := range o.members {
		keys[i] = o.members[i].Key
	}
	return keys
}

// All iterates over keys and values in order. Members added meanwhile are visited;
// removing members meanwhile may skip some.
func (o *Object) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for i := 0; i < len(o.members); i++ {
			if !yield(o.members[i].Key, o.members[i].Value) {
				return
			}
		}
	}
}

func (o *Object) find(key string) int {
	if o.index != nil {
		if i, ok := o.index[key]; ok {
			return i
		}
		return -1
	}
	for i := range o.members {
		if o.members[i].Key == key {
			return i
		}
	}
	return -1
}

func (o *Object) buildIndex() {
	o.index = make(map[string]int, 2*len(o.members))
	for i := range o.members {
		o.index[o.members[i].Key] = i
	}
}
