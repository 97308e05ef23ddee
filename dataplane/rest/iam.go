package rest

import (
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// executeAPI is the service that calls of APIs are signed for.
const executeAPI = "execute-api"

// authenticateIAM checks the signature of a call. Identities have no policies in the
// emulator: whoever is known may call.
func authenticateIAM(x *Exchange) *Failure {
	if !sigv4.IsSigned(x.Request.HTTP) {
		return unauthenticated(x)
	}
	if x.stage.env.Credentials == nil {
		return configurationError("nobody's access keys are known")
	}
	body, failure := x.body()
	if failure != nil {
		return failure
	}
	principal, refused := sigv4.Verify(x.Request.HTTP, body, x.stage.snapshot.Region, executeAPI, x.stage.env.Credentials, x.Request.Time)
	if refused != nil {
		return signatureFailure(refused)
	}
	x.caller = &integration.Identity{
		AccountID: principal.Account, AccessKey: principal.AccessKeyID,
		Caller: principal.CallerID, User: principal.UserID, UserARN: principal.UserARN,
	}
	x.dropSignature()
	return nil
}

// signatureFailure is the gateway response for a signature that is no good. Unverified:
// the types of those that are neither missing nor wrong.
func signatureFailure(refused *sigv4.Failure) *Failure {
	failure := &Failure{
		Type: types.GatewayResponseTypeInvalidSignature, Status: refused.Status,
		Message: refused.Message, ErrorType: refused.Type, Reason: refused.Reason,
	}
	switch refused.Type {
	case "MissingAuthenticationTokenException", "IncompleteSignatureException":
		failure.Type = types.GatewayResponseTypeMissingAuthenticationToken
	case "UnrecognizedClientException":
		failure.Type = types.GatewayResponseTypeAccessDenied
	}
	return failure
}

// dropSignature takes the signature out of the request: an integration does not see it.
// Unverified for that of a presigned URL.
func (x *Exchange) dropSignature() {
	r := x.Request.HTTP.WithContext(x.Request.HTTP.Context()) // others have the request as well
	r.Header = r.Header.Clone()
	r.Header.Del("Authorization")
	if strings.Contains(r.URL.RawQuery, "X-Amz-Signature=") {
		u := *r.URL
		u.RawQuery = withoutSignature(u.RawQuery)
		r.URL = &u
		x.Request.query, x.Request.queryParsed = nil, false
	}
	x.Request.HTTP = r
}

// withoutSignature leaves the parameters of a signature out of a query.
func withoutSignature(query string) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		switch name {
		case "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Security-Token":
		default:
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}
