// Package authorize runs Lambda authorizers of REST APIs: what identifies a caller, the
// events of TOKEN and REQUEST authorizers, what their functions return, and whether a
// policy allows a call.
//
// It decides nothing about gateway responses and keeps no cache: that is for the step
// of the pipeline. Start with [New].
package authorize
