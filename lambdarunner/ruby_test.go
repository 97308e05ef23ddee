package lambdarunner

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

func (r *rig) rubyFunction(handler string) *deployed.Function {
	r.tb.Helper()
	needTool(r.tb, "ruby")
	fn := r.folderFunction("ruby3.3", handler, "ruby")
	fn.ARN += "-" + strings.NewReplacer(".", "-", ":", "-", "/", "-").Replace(handler)
	return fn
}

func TestRubyHandlers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ payload, want string }{
		"app.echo":                 {`{"a":[1,2.5,null,"ü"]}`, `{"a":[1,2.5,null,"ü"]}`},
		"app.raw":                  {`{}`, `not json`},
		"app.Shop::Orders.process": {`1`, `{"got":1}`},
		"src/nested.nested":        {`1`, `"nested"`},
	}
	r := newRig(t, nil)
	for handler, tt := range tests {
		fn := r.rubyFunction(handler)
		t.Run(handler, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, string(r.call(fn, tt.payload).Payload)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRubyErrors(t *testing.T) {
	t.Parallel()
	type object struct {
		ErrorMessage, ErrorType string
		StackTrace              []string
	}
	tests := map[string]struct {
		want object
		log  string
	}{
		"app.fail_it": {
			want: object{"broken ü", "Function<ArgumentError>", []string{"/var/task/app.rb:17:in `fail_it'"}},
			log:  "\nError raised from handler method\n{\n  \"errorMessage\": \"broken ü\",\n",
		},
		"app.not_a_number": {want: object{ErrorMessage: "920: NaN not allowed in JSON", ErrorType: "Function<JSON::GeneratorError>"}},
		"app.exit_it":      {want: object{"exit", "Function<SystemExit>", []string{"/var/task/app.rb:39:in `exit'", "/var/task/app.rb:39:in `exit_it'"}}},
		"app.missing":      {want: object{ErrorMessage: "undefined method `missing' for main:Object", ErrorType: "Function<NoMethodError>"}},
		"nowhere.x":        {want: object{ErrorMessage: "cannot load such file -- nowhere", ErrorType: "Init<LoadError>"}},
		"raises.x":         {want: object{ErrorMessage: "at the start", ErrorType: "Init<RuntimeError>"}},
		"broken.handler":   {want: object{ErrorType: "Init<SyntaxError>"}},
		"app":              {want: object{ErrorType: "Init<ArgumentError>"}},
	}
	r := newRig(t, nil)
	for handler, tt := range tests {
		fn := r.rubyFunction(handler)
		t.Run(handler, func(t *testing.T) {
			t.Parallel()
			out := r.call(fn, "{}")
			var got object
			if err := json.Unmarshal(out.Payload, &got); err != nil || out.FunctionError == "" {
				t.Fatalf("%s: %v", out.Payload, err)
			}
			if tt.want.StackTrace == nil {
				got.StackTrace = nil
			}
			// The wording of these is the interpreter's, which differs by version.
			if tt.want.ErrorMessage == "" || strings.Contains(got.ErrorType, "NoMethodError") || strings.Contains(got.ErrorType, "GeneratorError") {
				got.ErrorMessage, tt.want.ErrorMessage = "", ""
			}
			for i := range got.StackTrace {
				got.StackTrace[i] = rubyQuotes(got.StackTrace[i])
			}
			for i := range tt.want.StackTrace {
				tt.want.StackTrace[i] = rubyQuotes(tt.want.StackTrace[i])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("error object (-want +got):\n%s", diff)
			}
			if !strings.Contains(string(out.LogTail), tt.log) {
				t.Errorf("log tail %s", out.LogTail)
			}
		})
	}
}

// rubyQuotes evens out what Ruby 3.4 changed: quotes, and the class before a method.
func rubyQuotes(frame string) string {
	return strings.NewReplacer("`", "'", "Object#", "", "Kernel#", "").Replace(frame)
}

func TestRubyContext(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	fn := r.rubyFunction("app.describe")
	fn.Environment = map[string]string{"MY_VARIABLE": "mine"}
	out, err := r.Invoke(t.Context(), fn, deployed.Invocation{
		RequestID: testRequestID, InvokedARN: fn.ARN + ":prod", TraceID: "Root=1-2-3", ClientContext: []byte(`{"custom":{"k":"ü"}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"` + testRequestID + `","arn":"` + fn.ARN + `:prod","name":"fn","version":"$LATEST","memory":"128","group":"/aws/lambda/fn",` +
		`"stream":true,"remaining":true,"custom":{"k":"ü"},"trace":"Root=1-2-3","variable":"mine"}`
	if diff := cmp.Diff(want, string(out.Payload)); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(string(out.LogTail), "\nhello ü\nEND ") {
		t.Errorf("log tail %s", out.LogTail)
	}
}
