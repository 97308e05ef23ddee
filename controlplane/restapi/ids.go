package restapi

import "github.com/stagedoor-dev/stagedoor/controlplane/apiid"

func newRootID() string        { return apiid.New(10) }
func newResourceID() string    { return apiid.New(6) }
func newDeploymentID() string  { return apiid.New(6) }
func newModelID() string       { return apiid.New(6) }
func newValidatorID() string   { return apiid.New(6) }
func newVpcLinkID() string     { return apiid.New(6) }
func newAPIKeyID() string      { return apiid.New(10) }
func newUsagePlanID() string   { return apiid.New(6) }
func newAuthorizerID() string  { return apiid.New(6) }
func newPartID() string        { return apiid.New(6) }
func newCertificateID() string { return apiid.New(6) }
func newDomainNameID() string  { return apiid.New(10) }

// newDistributionID draws what the names of endpoints are made with.
func newDistributionID() string { return apiid.New(13) }
