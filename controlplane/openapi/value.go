package openapi

import "strings"

// Kind is what a [Value] is.
type Kind uint8

// The kinds of JSON.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// Value is a JSON value that keeps the order of members and the text of numbers. A nil
// *Value is one that is not there; all methods take it.
type Value struct {
	Kind Kind
	// Text is a string, or the JSON text of a number or boolean.
	Text string
	// Items are the elements of an array.
	Items []*Value
	// Members are the members of an object, in order.
	Members []Member

	// index finds members by name; made with the first lookup in a large object.
	index map[string]*Value
}

// Member is a member of an object.
type Member struct {
	Name  string
	Value *Value
}

// indexedMembers is how many members make an index worth its while.
const indexedMembers = 16

// Get returns a member; nil when there is none.
func (v *Value) Get(name string) *Value {
	if v == nil || v.Kind != Object {
		return nil
	}
	if len(v.Members) < indexedMembers {
		for i := range v.Members {
			if v.Members[i].Name == name {
				return v.Members[i].Value
			}
		}
		return nil
	}
	if v.index == nil {
		v.index = make(map[string]*Value, len(v.Members))
		for _, m := range v.Members {
			v.index[m.Name] = m.Value
		}
	}
	return v.index[name]
}

// at follows names downwards.
func (v *Value) at(names ...string) *Value {
	for _, name := range names {
		v = v.Get(name)
	}
	return v
}

// text returns the text of a scalar, "" for anything else.
func (v *Value) text() string {
	if v == nil || v.Kind == Array || v.Kind == Object {
		return ""
	}
	return v.Text
}

// isTrue reports whether the value is true, or the string of it.
func (v *Value) isTrue() bool { return v != nil && strings.EqualFold(v.text(), "true") }

// texts returns the texts of an array's elements.
func (v *Value) texts() []string {
	if v == nil || v.Kind != Array {
		return nil
	}
	list := make([]string, 0, len(v.Items))
	for _, item := range v.Items {
		list = append(list, item.text())
	}
	return list
}

// textMap returns the members of an object that are scalars; nil when there are none.
func (v *Value) textMap() map[string]string {
	if v == nil || v.Kind != Object || len(v.Members) == 0 {
		return nil
	}
	m := make(map[string]string, len(v.Members))
	for _, member := range v.Members {
		m[member.Name] = member.Value.text()
	}
	return m
}

// members returns the members of an object.
func (v *Value) members() []Member {
	if v == nil || v.Kind != Object {
		return nil
	}
	return v.Members
}

// items returns the elements of an array.
func (v *Value) items() []*Value {
	if v == nil || v.Kind != Array {
		return nil
	}
	return v.Items
}

// Constructors of what is exported.

func str(text string) *Value { return &Value{Kind: String, Text: text} }

func boolean(b bool) *Value {
	if b {
		return &Value{Kind: Bool, Text: "true"}
	}
	return &Value{Kind: Bool, Text: "false"}
}

func number(text string) *Value { return &Value{Kind: Number, Text: text} }

func array() *Value { return &Value{Kind: Array} }

func object() *Value { return &Value{Kind: Object} }

// set adds or replaces a member and returns the object.
func (v *Value) set(name string, value *Value) *Value {
	for i := range v.Members {
		if v.Members[i].Name == name {
			v.Members[i].Value = value
			return v
		}
	}
	v.Members = append(v.Members, Member{name, value})
	v.index = nil
	return v
}
