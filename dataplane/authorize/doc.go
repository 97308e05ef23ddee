// Package authorize runs Lambda authorizers: what identifies a caller, the events of
// their functions, what these return, and whether a policy allows a call. [New] is for
// the TOKEN and REQUEST authorizers of REST APIs, [NewRequest] for the REQUEST authorizers
// of HTTP APIs.
//
// It decides nothing about gateway responses: that is for the step of the pipeline. JSON
// Web Tokens and signatures of requests are in the packages jwt and sigv4 below it.
package authorize
