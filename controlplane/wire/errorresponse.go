package wire

import (
	"errors"
	"maps"
	"net/http"
	"reflect"
	"slices"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/traits"
)

// errorTypeHeader carries the error's code; the body has none (MI-01).
const errorTypeHeader = "X-Amzn-ErrorType"

// encodeError turns the error of a service into its response; ok is false when err
// is no API error and must not be shown to the client.
func (p *protocol) encodeError(err error) (r *response, ok bool) {
	if e, isWire := errors.AsType[*Error](err); isWire {
		return p.errorResponse(e.Status, e.Code, e.Message, e.Members), true
	}
	e, isAPI := errors.AsType[smithy.APIError](err)
	if !isAPI {
		return nil, false
	}
	status := p.statusOf(e)
	value := reflect.ValueOf(e)
	if _, modelled := e.(smithy.Serializable); modelled && value.Kind() == reflect.Pointer && !value.IsNil() {
		if plan, planErr := structureOf(value.Type().Elem()); planErr == nil {
			if r, encodeErr := encodeOutput(plan, value.Elem(), status, contentTypeJSON); encodeErr == nil {
				return r.named(e.ErrorCode()), true
			}
		}
	}
	return p.errorResponse(status, e.ErrorCode(), e.ErrorMessage(), nil), true
}

// statusOf is the modelled status of an error, else 400 or 500 by its fault.
func (p *protocol) statusOf(e smithy.APIError) int {
	if entry, ok := p.errors.LookupEntry(e.ErrorCode()); ok {
		if t, ok := smithy.SchemaTrait[*traits.HTTPError](entry.Schema); ok {
			return t.Code
		}
	}
	if e.ErrorFault() == smithy.FaultServer {
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// errorResponse renders an error with the member names of its model: Lambda spells
// message and Message, and adds a Type. Errors outside the model have "message"
// (MI-02).
func (p *protocol) errorResponse(status int, code, message string, members map[string]string) *response {
	body := map[string]string{}
	text := "message"
	if entry, ok := p.errors.LookupEntry(code); ok {
		if m := memberNamed(entry.Schema, "Message"); m != nil {
			text = jsonName(m)
		}
		if m := entry.Schema.Member("Type"); m != nil {
			body["Type"] = faultOwner(status)
		}
	}
	if message != "" {
		body[text] = message
	}
	maps.Copy(body, members)
	r := &response{status: status, header: http.Header{}, body: appendObject(nil, body)}
	r.header.Set("Content-Type", contentTypeJSON)
	return r.named(code)
}

func (r *response) named(code string) *response {
	r.header.Set(errorTypeHeader, code)
	return r
}

// faultOwner is the Type of Lambda's errors.
func faultOwner(status int) string {
	if status >= http.StatusInternalServerError {
		return "Service"
	}
	return "User"
}

// appendObject appends a JSON object with its names in order.
func appendObject(b []byte, members map[string]string) []byte {
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	b = append(b, '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, name), ':')
		b = appendString(b, members[name])
	}
	return append(b, '}')
}
