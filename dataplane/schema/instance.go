package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Limits of JSON documents. A few bytes of text can stand for a number of gigabytes,
// or a nesting that exhausts the stack.
const (
	maxDepth       = 1000
	maxNumberBytes = 1000
	maxExponent    = 999
)

// decode reads one JSON value, numbers as they are written. Its error says that the
// text is no JSON or exceeds a limit.
func decode(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one JSON value")
	}
	return value, limit(value, maxDepth)
}

// limit refuses values that are nested deeper than depth and numbers that are costly.
func limit(value any, depth int) error {
	switch value := value.(type) {
	case map[string]any:
		if depth == 0 {
			return errors.New("the JSON is nested too deeply")
		}
		for _, member := range value {
			if err := limit(member, depth-1); err != nil {
				return err
			}
		}
	case []any:
		if depth == 0 {
			return errors.New("the JSON is nested too deeply")
		}
		for _, item := range value {
			if err := limit(item, depth-1); err != nil {
				return err
			}
		}
	case json.Number:
		return limitNumber(string(value))
	}
	return nil
}

func limitNumber(text string) error {
	if len(text) > maxNumberBytes {
		return errors.New("a number has too many digits")
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		exponent, err := strconv.Atoi(text[at+1:])
		if err != nil || exponent > maxExponent || exponent < -maxExponent {
			return errors.New("a number has too large an exponent")
		}
	}
	return nil
}

// at returns the value in a document that a path of member names and indexes leads to.
func at(value any, path []string) any {
	for _, token := range path {
		switch container := value.(type) {
		case map[string]any:
			value = container[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(container) {
				return nil
			}
			value = container[i]
		default:
			return nil
		}
	}
	return value
}

// typeOf returns the draft-04 type of a value: a number is an integer when it is
// written without fraction and exponent.
func typeOf(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case json.Number:
		if strings.ContainsAny(string(value), ".eE") {
			return "number"
		}
		return "integer"
	default:
		return "unknown"
	}
}

// integerOnly refuses numbers such as 1.0 where integers are asked for.
type integerOnly struct{ types []string }

// Validate implements [jsonschema.SchemaExt].
func (e integerOnly) Validate(ctx *jsonschema.ValidatorContext, value any) {
	if typeOf(value) == "number" {
		ctx.AddError(&kind.Type{Got: "number", Want: e.types})
	}
}
