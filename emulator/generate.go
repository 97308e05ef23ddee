package emulator

// The operation tables of the compatibility page come from the handlers themselves,
// so that the page cannot claim what the binary does not answer.
//
//go:generate go run ../scripts/compatgen -file ../docs/compatibility.md
