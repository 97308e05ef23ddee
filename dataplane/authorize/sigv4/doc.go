// Package sigv4 checks the signatures of requests (AWS Signature Version 4), in headers
// and in the query of a presigned URL.
//
// A verified signature says who calls, not what they may do. Identities have no policies
// in this emulator, so whoever is known is allowed. Start with [Verify].
package sigv4
