package functionurl

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// cors is the Cors of a URL; nil when it has none.
type cors struct{ settings *types.Cors }

func corsOf(settings *types.Cors) cors { return cors{settings} }

// preflight answers a preflight request, which the function does not see, and reports
// whether it is one.
func (c cors) preflight(header http.Header, r *http.Request) bool {
	if c.settings == nil || r.Method != http.MethodOptions || r.Header.Get("Origin") == "" || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	if !c.apply(header, r) {
		return true
	}
	c.list(header, "Access-Control-Allow-Methods", c.settings.AllowMethods)
	c.list(header, "Access-Control-Allow-Headers", c.settings.AllowHeaders)
	if c.settings.MaxAge != nil {
		header.Set("Access-Control-Max-Age", strconv.Itoa(int(*c.settings.MaxAge)))
	}
	return true
}

// apply sets the headers of every response to an allowed origin and reports whether it
// is one.
func (c cors) apply(header http.Header, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if c.settings == nil || origin == "" {
		return false
	}
	everybody := slices.Contains(c.settings.AllowOrigins, "*")
	if !everybody && !slices.ContainsFunc(c.settings.AllowOrigins, func(o string) bool { return strings.EqualFold(o, origin) }) {
		return false
	}
	allowed := origin
	if everybody && !aws.ToBool(c.settings.AllowCredentials) {
		allowed = "*"
	} else {
		header.Set("Vary", "Origin")
	}
	header.Set("Access-Control-Allow-Origin", allowed)
	if aws.ToBool(c.settings.AllowCredentials) {
		header.Set("Access-Control-Allow-Credentials", "true")
	}
	c.list(header, "Access-Control-Expose-Headers", c.settings.ExposeHeaders)
	return true
}

func (c cors) list(header http.Header, name string, entries []string) {
	if len(entries) > 0 {
		header.Set(name, strings.Join(entries, ","))
	}
}
