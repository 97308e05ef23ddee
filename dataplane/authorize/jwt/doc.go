// Package jwt checks JSON Web Tokens as the JWT authorizers of HTTP APIs do: keys come
// from the issuer by OIDC discovery, tokens are signed with RSA, claims have to match.
//
// An [Authorizer] is made when a stage is compiled. The keys of issuers are in a [Keys],
// which outlives stages, so that compiling a stage again fetches nothing. Start with
// [New].
package jwt
