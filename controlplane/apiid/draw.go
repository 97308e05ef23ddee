package apiid

import "crypto/rand"

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"

// New draws an id as API Gateway makes them: n characters of [a-z0-9].
func New(n int) string { return draw(alphabet, n) }

// NewKeyValue draws the value of an API key: 40 letters and digits.
func NewKeyValue() string { return draw("ABCDEFGHIJKLMNOPQRSTUVWXYZ"+alphabet, 40) }

func draw(alphabet string, n int) string {
	// Every character is as likely: bytes beyond the largest multiple are dropped.
	limit := 256 - 256%len(alphabet)
	text := make([]byte, 0, n)
	for len(text) < n {
		var random [16]byte
		_, _ = rand.Read(random[:]) // never fails
		for _, b := range random {
			if int(b) < limit && len(text) < n {
				text = append(text, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(text)
}
