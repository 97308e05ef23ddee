package rest

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// unauthenticated is the answer to a call that matches no method (RT-01, RT-02), or
// an AWS_IAM method without a signature. The gateway treats both as IAM calls, so an
// Authorization header that holds anything else, such as a bearer token, is taken
// for a broken signature.
func unauthenticated(x *Exchange) *Failure {
	missing := &Failure{
		Type:   types.GatewayResponseTypeMissingAuthenticationToken,
		Reason: "No method for " + x.Request.HTTP.Method + " " + x.Request.Path + ", or no signature for one that asks for it",
	}
	value := x.Request.HTTP.Header.Get("Authorization")
	scheme, rest, _ := strings.Cut(value, " ")
	if value == "" || strings.HasPrefix(scheme, "AWS4-") || strings.Contains(rest, "=") {
		return missing
	}
	hash := sha256.Sum256([]byte(value))
	missing.ErrorType = "IncompleteSignatureException"
	missing.Message = "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '" +
		base64.StdEncoding.EncodeToString(hash[:]) + "'."
	return missing
}
