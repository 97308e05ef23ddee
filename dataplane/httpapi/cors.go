package httpapi

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

// cors is a compiled CORS configuration; nil when the API has none.
type cors struct {
	// everybody tells that the origin * is allowed; schemes are the prefixes of origins
	// like https://*.
	everybody bool
	origins   map[string]bool
	schemes   []string
	// The values of headers, nil for those that are not sent.
	credentials, methods, headers, expose, maxAge []string
	// anyMethod and anyHeader tell that * is among the methods and headers.
	anyMethod, anyHeader bool
}

func compileCORS(configuration *types.Cors) *cors {
	if configuration == nil {
		return nil
	}
	c := &cors{origins: map[string]bool{}}
	for _, origin := range configuration.AllowOrigins {
		switch {
		case origin == "*":
			c.everybody = true
		case strings.HasSuffix(origin, "://*"):
			c.schemes = append(c.schemes, strings.TrimSuffix(origin, "*"))
		default:
			c.origins[origin] = true
		}
	}
	if aws.ToBool(configuration.AllowCredentials) {
		c.credentials = []string{"true"}
	}
	c.methods, c.anyMethod = joinedList(configuration.AllowMethods)
	c.headers, c.anyHeader = joinedList(configuration.AllowHeaders)
	c.expose, _ = joinedList(configuration.ExposeHeaders)
	if configuration.MaxAge != nil {
		c.maxAge = []string{strconv.Itoa(int(*configuration.MaxAge))}
	}
	return c
}

func joinedList(entries []string) (value []string, everything bool) {
	if len(entries) == 0 {
		return nil, false
	}
	return []string{strings.Join(entries, ",")}, slices.Contains(entries, "*")
}

// allows reports whether an origin is allowed.
func (c *cors) allows(origin string) bool {
	if c.everybody || c.origins[origin] {
		return true
	}
	return slices.ContainsFunc(c.schemes, func(prefix string) bool { return strings.HasPrefix(origin, prefix) })
}

// The request headers of a preflight, and the answer to one.
const (
	askedMethod  = "Access-Control-Request-Method"
	askedHeaders = "Access-Control-Request-Headers"
)

// preflight answers a preflight request, whatever routes there are, and reports whether it
// is one. The headers for the origin are added where the exchange ends.
func (c *cors) preflight(x *Exchange) bool {
	asked := x.Request.HTTP.Header
	if c == nil || x.Request.HTTP.Method != http.MethodOptions || asked.Get("Origin") == "" || asked.Get(askedMethod) == "" {
		return false
	}
	x.Response = Response{Status: http.StatusNoContent, Header: http.Header{}}
	if !c.allows(asked.Get("Origin")) {
		return true
	}
	set := func(name string, values []string, everything bool, request string) {
		if everything && c.credentials != nil && asked.Get(request) != "" {
			values = asked[request] // for such requests browsers take * by its letter; unverified
		}
		if values != nil {
			x.Response.Header[name] = values
		}
	}
	set("Access-Control-Allow-Methods", c.methods, c.anyMethod, askedMethod)
	set("Access-Control-Allow-Headers", c.headers, c.anyHeader, askedHeaders)
	if c.maxAge != nil {
		x.Response.Header["Access-Control-Max-Age"] = c.maxAge
	}
	return true
}

// apply puts the headers for the origin into a response that is complete, also into one
// of a failure (unverified). What the backend said of CORS is removed.
func (c *cors) apply(x *Exchange) {
	if c == nil {
		return
	}
	header := x.Response.Header
	if x.Integration.Called {
		for name := range header {
			if isCORSHeader(name) {
				delete(header, name)
			}
		}
	}
	origin := x.Request.HTTP.Header.Get("Origin")
	if origin == "" || !c.allows(origin) {
		return
	}
	if header == nil {
		header = http.Header{}
		x.Response.Header = header
	}
	if c.everybody && c.credentials == nil {
		header["Access-Control-Allow-Origin"] = allOrigins
	} else {
		header["Access-Control-Allow-Origin"] = []string{origin}
		header["Vary"] = append(slices.Clip(header["Vary"]), "origin") // unverified
	}
	if c.credentials != nil {
		header["Access-Control-Allow-Credentials"] = c.credentials
	}
	if c.expose != nil {
		header["Access-Control-Expose-Headers"] = c.expose
	}
}

// allOrigins is shared by all responses and never written.
var allOrigins = []string{"*"}

func isCORSHeader(name string) bool {
	const prefix = "Access-Control-"
	return len(name) > len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
}
