package sigv4

import "encoding/json"

// Authorizer is the authorizer member of an event 2.0 for the principal.
func (p *Principal) Authorizer() []byte {
	type member struct {
		AccessKey       string  `json:"accessKey"`
		AccountID       string  `json:"accountId"`
		CallerID        string  `json:"callerId"`
		CognitoIdentity *string `json:"cognitoIdentity"`
		PrincipalOrgID  *string `json:"principalOrgId"`
		UserARN         string  `json:"userArn"`
		UserID          string  `json:"userId"`
	}
	text, err := json.Marshal(struct {
		IAM member `json:"iam"`
	}{member{AccessKey: p.AccessKeyID, AccountID: p.Account, CallerID: p.CallerID, UserARN: p.UserARN, UserID: p.UserID}})
	if err != nil {
		return nil // texts always encode
	}
	return text
}
