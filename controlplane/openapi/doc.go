// Package openapi turns OpenAPI documents with API Gateway's extensions into the parts of
// a REST API and back. It knows documents and the SDK's types, no store: restapi puts the
// parts where they belong. Start reading at [Import] and [Export].
//
// Documents are walked as ordered trees of the package's own, because the order of
// members, the text of numbers and the spelling of schemas have to survive.
package openapi
