package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// model is an interface model as far as constraints go.
type model struct {
	Operations map[string]struct {
		Input struct {
			Shape string `json:"shape"`
		} `json:"input"`
	} `json:"operations"`
	Shapes map[string]*modelShape `json:"shapes"`
}

type modelShape struct {
	Type      string         `json:"type"`
	Enum      []string       `json:"enum"`
	Min       *json.Number   `json:"min"`
	Max       *json.Number   `json:"max"`
	Pattern   string         `json:"pattern"`
	Sensitive bool           `json:"sensitive"`
	Required  []string       `json:"required"`
	Members   orderedMembers `json:"members"`
	Member    *modelMember   `json:"member"`
	Key       *modelMember   `json:"key"`
	Value     *modelMember   `json:"value"`
}

type modelMember struct {
	Name     string   `json:"-"`
	Shape    string   `json:"shape"`
	Location string   `json:"location"`
	Enum     []string `json:"enum"`
}

// orderedMembers keeps the members in the order of the model: violations are
// reported in it (RA-40).
type orderedMembers []modelMember

func (m *orderedMembers) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		member := modelMember{Name: fmt.Sprint(name)}
		if err := d.Decode(&member); err != nil {
			return err
		}
		*m = append(*m, member)
	}
	return nil
}

// readModel reads a model and gives each enum that stands on a member a shape of
// its own, as all others have.
func readModel(path string) (*model, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m := new(model)
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	for _, name := range slices.Sorted(mapKeys(m.Shapes)) {
		s := m.Shapes[name]
		for i, member := range s.Members {
			if member.Enum == nil {
				continue
			}
			own := name + "$" + member.Name
			m.Shapes[own] = &modelShape{Type: m.Shapes[member.Shape].Type, Enum: member.Enum}
			s.Members[i].Shape = own
		}
	}
	return m, nil
}
