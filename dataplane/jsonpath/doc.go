// Package jsonpath evaluates the paths of mapping templates, `$input.path('$.a[0]')`,
// the way Jayway JsonPath 2 does, which API Gateway's dialect follows: its grammar
// with all its leniencies, definite paths that give a value and indefinite ones that
// give a list, filters and functions.
//
// A [Path] is compiled once and evaluated against values of package jsonvalue; start
// reading at [Compile] and [Path.Evaluate]. steps.go has the evaluation of each part
// of a path, filter.go and operator.go that of filters. Where this package leaves
// Jayway's behaviour on purpose, the comment says so; the differential tests list
// every such path.
//
// Both paths and documents come from outside: compilation bounds nesting, regular
// expressions run in linear time, and evaluation gives up with [ErrLimit].
package jsonpath
