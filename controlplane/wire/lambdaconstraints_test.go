package wire

import (
	"context"
	"errors"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
)

// samples are legal values of Lambda's patterns; the first that fits is taken.
var samples = []string{
	"name", "1", "arn:aws:lambda:us-east-1:000000000000:function:f", "arn:aws:iam::000000000000:role/r", "000000000000", "lambda:InvokeFunction",
	"arn:aws:lambda:us-east-1:000000000000:layer:l:1", "arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdef0",
	"arn:aws:lambda:us-east-1:000000000000:capacity-provider:c", "arn:aws:sqs:us-east-1:000000000000:q", "lambda:GetLayerVersion",
	"arn:aws:lambda:us-east-1:000000000000:function:f:1/durable-execution/n/12345678-1234-1234-1234-123456789012",
	"arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST/durable-execution/n/n",
}

// legalText returns a legal value of a constraint; "" when none is known.
func legalText(c *constraint) string {
	if len(c.enum) > 0 {
		return c.enum[0]
	}
	for _, text := range samples {
		if n := float64(len(text)); (c.pattern == "" || matches(c.pattern, text)) && (!c.hasMin || n >= c.min) && (!c.hasMax || n <= c.max) {
			return text
		}
	}
	return ""
}

// setString sets a string member, pointer or enum; it reports whether v is one.
func setString(v reflect.Value, text string) bool {
	switch {
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Pointer && v.Type().Elem().Kind() == reflect.String:
		v.Set(reflect.ValueOf(&text))
	default:
		return false
	}
	return true
}

// violations returns setters of illegal values of a member by what is wrong with them.
func violations(c *constraint, bound binding, v reflect.Value) map[string]func(reflect.Value) {
	found := map[string]func(reflect.Value){}
	text := func(rule, bad string) { found[rule] = func(v reflect.Value) { setString(v, bad) } }
	t := v.Type()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() { //nolint:exhaustive // other kinds have no constraint of their own here
	case reflect.String:
		if len(c.enum) > 0 {
			text("Member must satisfy enum value set: [", "!no!")
		}
		if c.pattern != "" && !matches(c.pattern, "!%!") {
			text("Member must satisfy regular expression pattern: ", "!%!")
		}
		if c.hasMax && c.max <= 10_000 {
			text("Member must have length less than or equal to ", strings.Repeat("a", int(c.max)+1))
		}
		if c.hasMin && c.min > 0 && bound == inBody && v.Kind() == reflect.Pointer {
			text("Member must have length greater than or equal to ", "")
		}
	case reflect.Int32, reflect.Int64:
		number := func(rule string, bad float64) {
			found[rule] = func(v reflect.Value) {
				if v.Kind() == reflect.Pointer {
					v.Set(reflect.New(t))
					v = v.Elem()
				}
				v.SetInt(int64(bad))
			}
		}
		if c.hasMin && v.Kind() == reflect.Pointer {
			number("Member must have value greater than or equal to ", c.min-1)
		}
		if c.hasMax {
			number("Member must have value less than or equal to ", c.max+1)
		}
	case reflect.Slice:
		if c.hasMax && c.max <= 10_000 && t.Elem().Kind() != reflect.Uint8 {
			found["Member must have length less than or equal to "] = func(v reflect.Value) {
				v.Set(reflect.MakeSlice(t, int(c.max)+1, int(c.max)+1))
			}
		}
	}
	return found
}

// TestLambdaConstraintsThroughSDK breaks each constraint that Lambda's model puts on a member of
// an input, one at a time, through the SDK's client: the answer is a ValidationException that
// names the member and the rule.
func TestLambdaConstraintsThroughSDK(t *testing.T) {
	t.Parallel()
	h, err := NewHandlerFunc(Lambda, func(context.Context, *Operation, any) (any, error) {
		return nil, NewError(500, "Passed", "the constraints let the input pass")
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	defer server.Close()
	client := lambda.New(lambda.Options{
		BaseEndpoint: &server.URL, Region: "us-east-1", RetryMaxAttempts: 1, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient: server.Client(), Retryer: aws.NopRetryer{},
	})
	p, _ := Lambda.protocol()
	tried := 0
	for _, o := range Lambda.Operations() {
		method := reflect.ValueOf(client).MethodByName(o.Name)
		c := p.constraints.input(o.Name)
		if c == nil || !method.IsValid() {
			continue
		}
		plans, err := o.plans()
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range c.members {
			f := plans.input.byMember[m.name]
			if m.shape == 0 || leftToService[o.Name+"."+lowerFirst(f.member)] {
				continue
			}
			for rule, break_ := range violations(&p.constraints.shapes[m.shape], f.bound, reflect.New(o.input).Elem().Field(f.index)) {
				in := reflect.New(o.input)
				fillRequired(&p, c, plans.input, in.Elem())
				break_(in.Elem().Field(f.index))
				out := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
				err, _ := reflect.TypeAssert[error](out[1])
				failure, ok := errors.AsType[smithy.APIError](err)
				if !ok && (strings.Contains(errorText(err), "validation error(s) found") || strings.Contains(errorText(err), "input member")) {
					continue // the SDK itself refuses it
				}
				tried++
				want := "at '" + lowerFirst(f.member) + "' failed to satisfy constraint: "
				if !ok || failure.ErrorCode() != "ValidationException" || !hasViolation(failure.ErrorMessage(), want, rule) {
					t.Errorf("%s.%s, %s\ngot %v", o.Name, f.member, rule, err)
				}
			}
		}
	}
	if tried < 300 {
		t.Errorf("only %d constraints were tried", tried)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// hasViolation tells whether a message names a violation of the member.
func hasViolation(message, member, rule string) bool {
	return slices.ContainsFunc(strings.Split(message, "; "), func(one string) bool {
		_, after, ok := strings.Cut(one, member)
		return ok && strings.HasPrefix(after, rule)
	})
}

// fillRequired sets the members that the SDK asks for: labels and those that the model requires.
func fillRequired(p *protocol, c *constraint, s *structure, in reflect.Value) {
	of := map[string]memberConstraint{}
	for _, m := range c.members {
		of[m.name] = m
	}
	for _, f := range s.fields {
		m := of[f.member]
		if !m.required && f.bound != inLabel && f.bound != inQuery {
			continue
		}
		if f.bound == inQuery && !m.required && f.member != "Qualifier" && f.member != "Arn" && f.member != "TagKeys" {
			continue
		}
		v := in.Field(f.index)
		if setString(v, legalText(&p.constraints.shapes[m.shape])) {
			continue
		}
		switch v.Kind() {
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			if e := v.Elem(); e.CanInt() {
				e.SetInt(1)
			}
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		case reflect.Map:
			v.Set(reflect.MakeMap(v.Type()))
		default:
		}
	}
}
