package wire

import (
	"encoding/base64"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"time"

	smithytime "github.com/aws/smithy-go/time"
)

func decodeString(r *reader, v reflect.Value) error {
	if r.peek() != '"' {
		return r.notA("String")
	}
	v.SetString(r.text())
	return nil
}

func decodeBool(r *reader, v reflect.Value) error {
	switch r.peek() {
	case 't', 'f':
		v.SetBool(r.literal()[0] == 't')
		return nil
	default:
		return r.notA("Boolean")
	}
}

// decodeInt drops a fraction, as the name of Coral's number class says
// (TruncatingBigNumber, IN-37). Unverified: a number beyond the range of the
// member is refused here.
func decodeInt(r *reader, v reflect.Value) error {
	target := "Integer"
	if v.Kind() == reflect.Int64 {
		target = "Long"
	}
	if !r.atNumber() {
		return r.notA(target)
	}
	start := r.pos
	text := r.literal()
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		f, ferr := strconv.ParseFloat(string(text), 64)
		if ferr != nil || math.Abs(f) >= math.MaxInt64 {
			r.pos = start
			return r.notA(target)
		}
		exact, _, perr := big.ParseFloat(string(text), 10, 128, big.ToZero)
		if perr != nil {
			r.pos = start
			return r.notA(target)
		}
		n, _ = exact.Int64()
	}
	if v.OverflowInt(n) {
		r.pos = start
		return r.notA(target)
	}
	v.SetInt(n)
	return nil
}

func decodeFloat(r *reader, v reflect.Value) error {
	if r.peek() == '"' {
		return decodeNamedFloat(r, v)
	}
	if !r.atNumber() {
		return r.notA("Double")
	}
	start := r.pos
	f, err := strconv.ParseFloat(string(r.literal()), v.Type().Bits())
	if err != nil {
		r.pos = start
		return r.notA("Double")
	}
	v.SetFloat(f)
	return nil
}

// decodeNamedFloat reads the numbers that JSON cannot spell.
func decodeNamedFloat(r *reader, v reflect.Value) error {
	start := r.pos
	switch r.text() {
	case "NaN":
		v.SetFloat(math.NaN())
	case "Infinity":
		v.SetFloat(math.Inf(1))
	case "-Infinity":
		v.SetFloat(math.Inf(-1))
	default:
		r.pos = start
		return r.notA("Double")
	}
	return nil
}

// decodeBlob reads base64. Unverified: AWS's text for bytes that are no base64.
func decodeBlob(r *reader, v reflect.Value) error {
	if r.peek() != '"' {
		return r.notA("Blob")
	}
	data, err := base64.StdEncoding.DecodeString(r.text())
	if err != nil {
		return Serialization("Invalid Base64 data").WithCause(err)
	}
	v.SetBytes(data)
	return nil
}

func decodeDateTime(r *reader, v reflect.Value) error {
	if r.peek() != '"' {
		return r.notA("Timestamp")
	}
	start := r.pos
	t, err := smithytime.ParseDateTime(r.text())
	if err != nil {
		r.pos = start
		return r.notA("Timestamp").WithCause(err)
	}
	v.Set(reflect.ValueOf(t.UTC()))
	return nil
}

// decodeEpoch reads seconds since 1970 to the millisecond.
func decodeEpoch(r *reader, v reflect.Value) error {
	if !r.atNumber() {
		return r.notMillis()
	}
	start := r.pos
	f, err := strconv.ParseFloat(string(r.literal()), 64)
	if err != nil || math.Abs(f) > maxEpochSeconds {
		r.pos = start
		return r.notMillis()
	}
	v.Set(reflect.ValueOf(time.UnixMilli(int64(math.Round(f * 1000))).UTC()))
	return nil
}

// maxEpochSeconds is the end of the year 9999, the last that RFC 3339 can print.
const maxEpochSeconds = 253402300799

// decodeList replaces the list. A null element counts as absent: Smithy lists
// are not sparse.
func decodeList(r *reader, v reflect.Value, elem *shape) error {
	if err := r.expect('['); err != nil {
		return err
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	for r.more(']') {
		if r.null() {
			continue
		}
		item := reflect.New(elem.goType).Elem()
		if err := elem.decode(r, item); err != nil {
			return err
		}
		v.Set(reflect.Append(v, item))
	}
	return nil
}

// decodeMap replaces the map. A null value keeps its key with the zero value:
// AWS keeps the key of a template sent as null (IN-29).
func decodeMap(r *reader, v reflect.Value, elem *shape) error {
	if err := r.expect('{'); err != nil {
		return err
	}
	v.Set(reflect.MakeMap(v.Type()))
	for r.more('}') {
		key := reflect.ValueOf(string(r.key())).Convert(v.Type().Key())
		value := reflect.New(elem.goType).Elem()
		if !r.null() {
			if err := elem.decode(r, value); err != nil {
				return err
			}
		}
		v.SetMapIndex(key, value)
	}
	return nil
}
