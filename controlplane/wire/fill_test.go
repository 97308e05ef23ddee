package wire

import (
	"bytes"
	"io"
	"math/rand/v2"
	"reflect"
	"time"
)

// filler fills SDK structures with random values by reflection.
type filler struct {
	rand *rand.Rand
	// sparse leaves out about half of the members that are no labels.
	sparse bool
}

const letters = `abcXYZ019 -_.:/%&=+?#"\<>{}~é世😀`

func (f *filler) text(safe bool) string {
	alphabet := []rune(letters)
	if safe {
		alphabet = []rune("abcXYZ019-_.:/=+")
	}
	out := []rune{'v'}
	for range 1 + f.rand.IntN(8) {
		out = append(out, alphabet[f.rand.IntN(len(alphabet))])
	}
	return string(append(out, 'v'))
}

// structure fills the members of v; output members that HTTP binds to a status get
// one that has a body.
func (f *filler) structure(v reflect.Value, depth int) {
	plan, err := structureOf(v.Type())
	if err != nil {
		panic(err)
	}
	for _, m := range plan.fields {
		field := v.Field(m.index)
		mustStay := m.bound == inLabel || m.bound == inStatus || field.Type() == readerType || m.member == "ClientToken"
		if f.sparse && !mustStay && f.rand.IntN(2) == 0 {
			continue
		}
		if m.bound == inStatus {
			field.SetInt(200)
			continue
		}
		f.value(field, depth, m.bound == inHeader)
	}
}

func (f *filler) value(v reflect.Value, depth int, safe bool) {
	switch {
	case v.Type() == timeType:
		v.Set(reflect.ValueOf(time.UnixMilli(1_600_000_000_000 + f.rand.Int64N(400_000_000_000)).UTC()))
		return
	case v.Type() == bytesType:
		v.SetBytes([]byte(f.text(false)))
		return
	case v.Type() == readerType:
		v.Set(reflect.ValueOf(bytes.NewReader([]byte(f.text(false)))))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		target := reflect.New(v.Type().Elem())
		f.value(target.Elem(), depth, safe)
		v.Set(target)
	case reflect.Struct:
		if depth > 0 {
			f.structure(v, depth-1)
		}
	case reflect.Slice:
		list := reflect.MakeSlice(v.Type(), 2, 2)
		for i := range list.Len() {
			f.value(list.Index(i), depth, safe)
		}
		v.Set(list)
	case reflect.Map:
		m := reflect.MakeMap(v.Type())
		for range 2 {
			value := reflect.New(v.Type().Elem()).Elem()
			f.value(value, depth, safe)
			m.SetMapIndex(reflect.ValueOf(f.text(safe)).Convert(v.Type().Key()), value)
		}
		v.Set(m)
	case reflect.String:
		v.SetString(f.text(safe))
	case reflect.Bool:
		v.SetBool(f.rand.IntN(2) == 0)
	case reflect.Int32, reflect.Int64:
		v.SetInt(f.rand.Int64N(1<<31) - 1<<30)
	case reflect.Float64:
		v.SetFloat(f.rand.NormFloat64() * 1e6)
	default:
		panic("no random " + v.Type().String())
	}
}

// readStreams replaces the readers in a structure by what they hold, so that two
// structures can be compared.
func readStreams(v any) map[string]string {
	texts := map[string]string{}
	value := reflect.ValueOf(v).Elem()
	for i := range value.NumField() {
		field := value.Field(i)
		if field.Type() != readerType || field.IsNil() {
			continue
		}
		stream := field.Interface().(io.ReadSeeker)
		if _, err := stream.Seek(0, io.SeekStart); err != nil {
			panic(err)
		}
		data, err := io.ReadAll(stream)
		if err != nil {
			panic(err)
		}
		texts[value.Type().Field(i).Name] = string(data)
		field.SetZero()
	}
	return texts
}
