// Package clientsdk makes the client SDKs that GetSdk hands out: a zip with JavaScript of
// our own that calls the methods of a stage. Start reading at [JavaScript].
package clientsdk
