package wire

import (
	"context"
	"errors"
	"fmt"
	"reflect"
)

var (
	contextType = reflect.TypeFor[context.Context]()
	errorType   = reflect.TypeFor[error]()

	eventStreamType = reflect.TypeFor[EventStream]()
)

// bind returns the operations that impl has methods for.
func bind(service Service, impl any) (map[string]Call, error) {
	value := reflect.ValueOf(impl)
	if !value.IsValid() || value.Kind() == reflect.Pointer && value.IsNil() {
		return nil, fmt.Errorf("wire: nothing implements %s", service)
	}
	calls := map[string]Call{}
	var wrong []error
	for _, o := range service.Operations() {
		method := value.MethodByName(o.Name)
		if !method.IsValid() {
			continue
		}
		if want := o.signature(); method.Type() != want {
			wrong = append(wrong, fmt.Errorf("wire: %T.%s is %s, want %s", impl, o.Name, method.Type(), want))
			continue
		}
		if o.schema.IsOutputEventStream() {
			calls[o.Name] = streamingCallOf(method)
			continue
		}
		calls[o.Name] = callOf(method)
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	if len(calls) == 0 {
		return nil, fmt.Errorf("wire: %T has no operation of %s", impl, service)
	}
	return calls, nil
}

// signature is the type of the method that implements o.
func (o *Operation) signature() reflect.Type {
	if o.schema.IsOutputEventStream() {
		return reflect.FuncOf(
			[]reflect.Type{contextType, reflect.PointerTo(o.input), eventStreamType},
			[]reflect.Type{errorType}, false)
	}
	return reflect.FuncOf(
		[]reflect.Type{contextType, reflect.PointerTo(o.input)},
		[]reflect.Type{reflect.PointerTo(o.output), errorType}, false)
}

func callOf(method reflect.Value) Call {
	return func(ctx context.Context, _ *Operation, in any) (any, error) {
		results := method.Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(in)})
		if err, ok := reflect.TypeAssert[error](results[1]); ok {
			return nil, err
		}
		return results[0].Interface(), nil
	}
}

func streamingCallOf(method reflect.Value) Call {
	return func(ctx context.Context, _ *Operation, in any) (any, error) {
		stream, ok := ctx.Value(eventStreamKey{}).(EventStream)
		if !ok {
			return nil, errors.New("wire: no event stream in the context")
		}
		results := method.Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(in), reflect.ValueOf(stream)})
		err, _ := reflect.TypeAssert[error](results[0])
		return nil, err
	}
}
