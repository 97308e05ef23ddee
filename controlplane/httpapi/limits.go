package httpapi

import "cmp"

// Limits are the quotas of an account that AWS raises on request; a zero field
// stands for the AWS default.
type Limits struct {
	// APIs is for an account in a region; it defaults to 600.
	APIs int
	// RoutesPerAPI defaults to 300.
	RoutesPerAPI int
	// IntegrationsPerAPI defaults to 300.
	IntegrationsPerAPI int
	// AuthorizersPerAPI defaults to 10.
	AuthorizersPerAPI int
	// StagesPerAPI defaults to 10.
	StagesPerAPI int
	// VPCLinks is for an account in a region; it defaults to 10.
	VPCLinks int
}

func (l Limits) withDefaults() Limits {
	return Limits{
		APIs:               cmp.Or(l.APIs, 600),
		RoutesPerAPI:       cmp.Or(l.RoutesPerAPI, 300),
		IntegrationsPerAPI: cmp.Or(l.IntegrationsPerAPI, 300),
		AuthorizersPerAPI:  cmp.Or(l.AuthorizersPerAPI, 10),
		StagesPerAPI:       cmp.Or(l.StagesPerAPI, 10),
		VPCLinks:           cmp.Or(l.VPCLinks, 10),
	}
}
