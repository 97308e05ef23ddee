package restapi

import "crypto/rand"

const (
	idAlphabet  = "abcdefghijklmnopqrstuvwxyz0123456789"
	keyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + idAlphabet
)

// newID draws an id as API Gateway makes them: n characters of [a-z0-9].
func newID(n int) string { return draw(idAlphabet, n) }

// newKeyValue draws the value of an API key: 40 letters and digits.
func newKeyValue() string { return draw(keyAlphabet, 40) }

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

func newAPIID() string         { return newID(10) }
func newRootID() string        { return newID(10) }
func newResourceID() string    { return newID(6) }
func newDeploymentID() string  { return newID(6) }
func newModelID() string       { return newID(6) }
func newValidatorID() string   { return newID(6) }
func newVpcLinkID() string     { return newID(6) }
func newAPIKeyID() string      { return newID(10) }
func newUsagePlanID() string   { return newID(6) }
func newAuthorizerID() string  { return newID(6) }
func newPartID() string        { return newID(6) }
func newCertificateID() string { return newID(6) }
func newDomainNameID() string  { return newID(10) }

// newDistributionID draws what the names of endpoints are made with.
func newDistributionID() string { return newID(13) }
