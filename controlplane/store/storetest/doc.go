// Package storetest is the suite of tests that every implementation of
// store.Store passes; start with [Run].
package storetest
