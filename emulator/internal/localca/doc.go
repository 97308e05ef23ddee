// Package localca is a certificate authority for the names under which the
// emulator is reached. Its root certificate lives in the data directory, where a
// user picks it up to trust it; server certificates are made when a client first
// asks for a name and are kept in memory only.
//
// Start with [Load] and [CA.Certificate].
package localca
