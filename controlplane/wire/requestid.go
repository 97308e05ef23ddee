package wire

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
)

// newRequestID returns a random UUID (version 4).
func newRequestID() string {
	var b [16]byte
	// crypto/rand.Read never fails: it ends the program instead.
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newAPIGatewayID returns an x-amz-apigw-id: 11 random bytes in base64, 15
// characters and a "=".
func newAPIGatewayID() string {
	var b [11]byte
	_, _ = rand.Read(b[:])
	return base64.URLEncoding.EncodeToString(b[:])
}
