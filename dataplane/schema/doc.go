// Package schema validates request bodies against the models of an API: JSON Schema
// draft-04, with references between the models. Models are compiled with a
// deployment ([Models.Compile]); nothing is ever fetched. What a body violates is
// told in the words of API Gateway ([Schema.Validate]).
//
// It knows JSON only: which model a body has to satisfy is decided by the package of
// the API's kind.
package schema
