// Package vtl is the Velocity Template Language as mapping templates use it: Apache
// Velocity 1.7's language with the objects that API Gateway puts into it.
//
//	template, err := vtl.Parse(`{"id": "$input.params('id')"}`)
//	...
//	out, err := template.Execute(nil, &vtl.Scope{Input: input, Context: context}, vtl.Limits{})
//
// A template is parsed once. Executing it runs no reflection and no parser (#evaluate
// excepted): variables are slots, method calls are switches over names. The files:
// parser*.go turn text into nodes, node*.go render them, expression*.go are expressions,
// and method*.go have the methods of the Java types that templates see.
//
// Values are nil (null), bool, int64, float64, string, [jsonvalue.Number],
// *[jsonvalue.Object] and *[jsonvalue.Array] (documents), *[List] and *[Map] (literals of
// the template), and host objects, which implement [Object].
package vtl
