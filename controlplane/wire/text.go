package wire

import (
	"fmt"
	"reflect"
	"strconv"
	"time"

	smithytime "github.com/aws/smithy-go/time"
)

// setText sets a value from the text of a label, query parameter or header.
// Unverified: AWS's answer to a text of another type; the wording follows the one
// for bodies (IN-09).
func setText(v reflect.Value, text string) error {
	switch {
	case v.Kind() == reflect.Pointer:
		target := reflect.New(v.Type().Elem())
		if err := setText(target.Elem(), text); err != nil {
			return err
		}
		v.Set(target)
		return nil
	case v.Type() == timeType:
		t, err := smithytime.ParseDateTime(text)
		if err != nil {
			return notText("Timestamp").WithCause(err)
		}
		v.Set(reflect.ValueOf(t.UTC()))
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return notText("Boolean")
		}
		v.SetBool(text == "true")
	case reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return notText(map[bool]string{true: "Integer", false: "Long"}[v.Kind() == reflect.Int32]).WithCause(err)
		}
		v.SetInt(n)
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return notText("Double").WithCause(err)
		}
		v.SetFloat(f)
	default:
		return fmt.Errorf("no text form for %s", v.Type())
	}
	return nil
}

func notText(target string) *Error {
	return Serialization("class java.lang.String can not be converted to an " + target)
}

// textOf is the text of a value in a header.
func textOf(v reflect.Value) (string, error) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if t, ok := reflect.TypeAssert[time.Time](v); ok {
		return smithytime.FormatHTTPDate(t), nil
	}
	switch v.Kind() {
	case reflect.String, reflect.Bool, reflect.Int32, reflect.Int64, reflect.Float64:
		return fmt.Sprint(v.Interface()), nil
	default:
		return "", fmt.Errorf("no text form for %s", v.Type())
	}
}
