package rest

import "github.com/stagedoor-dev/stagedoor/dataplane/mapping"

// RequestBody implements [mapping.Values]. A body that cannot be read is none here; the
// step that sends it fails.
func (x *Exchange) RequestBody() *mapping.Document {
	if x.Request.document == nil {
		if body, failure := x.body(); failure == nil {
			x.Request.document = mapping.NewDocument(body)
		}
	}
	return x.Request.document
}

// ResponseBody implements [mapping.Values].
func (x *Exchange) ResponseBody() *mapping.Document {
	if x.IntegrationResponse == nil {
		return nil
	}
	if x.responseDocument == nil {
		x.responseDocument = mapping.NewDocument(x.IntegrationResponse.Body)
	}
	return x.responseDocument
}
