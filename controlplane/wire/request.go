package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
)

// takesBody reports whether the operation reads its request's body.
func (s *structure) takesBody() bool {
	for _, f := range s.fields {
		if f.bound == inBody || f.bound == inPayload {
			return true
		}
	}
	return false
}

// readBody reads the body up to the limit.
func (o *Operation) readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		// The text is Lambda's. Unverified for API Gateway.
		return nil, NewError(http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException",
			fmt.Sprintf("Request must be smaller than %d bytes for the %s operation", tooLarge.Limit, o.Name))
	}
	if err != nil {
		return nil, NewError(http.StatusBadRequest, "IncompleteBody", "The request body could not be read").WithCause(err)
	}
	return data, nil
}

// decode fills the input structure in from the request.
func (o *Operation) decode(s *structure, r *http.Request, body []byte, in reflect.Value) error {
	query := r.URL.Query()
	hasBodyMembers := false
	for _, f := range s.fields {
		value := in.Field(f.index)
		var err error
		switch f.bound {
		case inLabel:
			err = o.decodeLabel(f, r, value)
		case inQuery:
			err = decodeQuery(f, query[f.boundName], value)
		case inQueryMap:
			value.Set(reflect.ValueOf(o.freeQuery(s, query)))
		case inHeader:
			if texts := r.Header.Values(f.boundName); len(texts) > 0 {
				err = setText(value, strings.Join(texts, ","))
			}
		case inPayload:
			err = decodePayload(f, body, value)
		case inBody:
			hasBodyMembers = true
		case inStatus:
		}
		if err != nil {
			return err
		}
	}
	if !hasBodyMembers || len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	reader, err := newReader(body)
	if err != nil {
		return err
	}
	return s.decodeJSON(reader, in, inputBodyField)
}

func (o *Operation) decodeLabel(f *field, r *http.Request, value reflect.Value) error {
	text, err := o.route.label(f.member, r.URL.EscapedPath())
	if err != nil {
		return err
	}
	return setText(value, text)
}

func decodeQuery(f *field, texts []string, value reflect.Value) error {
	if len(texts) == 0 {
		return nil
	}
	if value.Kind() != reflect.Slice {
		return setText(value, texts[0])
	}
	list := reflect.MakeSlice(value.Type(), len(texts), len(texts))
	for i, text := range texts {
		if err := setText(list.Index(i), text); err != nil {
			return fmt.Errorf("query %s: %w", f.boundName, err)
		}
	}
	value.Set(list)
	return nil
}

// freeQuery returns the query parameters that no other member takes, that select
// no operation and that belong to no presigned signature; nil when none is left.
func (o *Operation) freeQuery(s *structure, query url.Values) map[string]string {
	taken := map[string]bool{}
	for _, f := range s.fields {
		if f.bound == inQuery {
			taken[f.boundName] = true
		}
	}
	var free map[string]string
	for name, texts := range query {
		if taken[name] || o.route.literal.Has(name) || strings.HasPrefix(name, "X-Amz-") {
			continue
		}
		if free == nil {
			free = map[string]string{}
		}
		free[name] = texts[0]
	}
	return free
}

func decodePayload(f *field, body []byte, value reflect.Value) error {
	switch {
	case value.Type() == readerType:
		value.Set(reflect.ValueOf(bytes.NewReader(body)))
		return nil
	case len(body) == 0:
		return nil
	case value.Type() == bytesType:
		value.SetBytes(body)
		return nil
	default:
		r, err := newReader(body)
		if err != nil || r.null() {
			return err
		}
		return f.shape.decode(r, value)
	}
}
