package restapi

import "crypto/rand"

const idAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789"

// newID draws an id as API Gateway makes them: n characters of [a-z0-9].
func newID(n int) string {
	id := make([]byte, 0, n)
	for len(id) < n {
		var random [16]byte
		_, _ = rand.Read(random[:]) // never fails
		for _, b := range random {
			// 252 is the largest multiple of 36 in a byte: every character is as likely.
			if b < 252 && len(id) < n {
				id = append(id, idAlphabet[int(b)%len(idAlphabet)])
			}
		}
	}
	return string(id)
}

func newAPIID() string        { return newID(10) }
func newRootID() string       { return newID(10) }
func newResourceID() string   { return newID(6) }
func newDeploymentID() string { return newID(6) }
func newModelID() string      { return newID(6) }
func newValidatorID() string  { return newID(6) }
func newVpcLinkID() string    { return newID(6) }
