package httpapi

import (
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	// Unverified: whether AWS takes schemes besides http and https; apps in web views
	// have origins such as capacitor://localhost.
	originPattern = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*://(\*|[^/*?#\s]+)$`)
	headerPattern = regexp.MustCompile("^[a-zA-Z0-9!#$%&'*+.^_`|~-]+$")
	corsMethods   = []string{"GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS", "DELETE", "*"}

	// Unverified: the wording.
	errCredentials = wire.BadRequest("Allow credentials is not supported with the wildcard origin *")
)

// checkCORS holds the rules for a CORS configuration. Methods become upper case, as
// they are compared.
func checkCORS(cors *types.Cors) error {
	if cors == nil {
		return nil
	}
	for _, origin := range cors.AllowOrigins {
		if origin != "*" && !originPattern.MatchString(origin) {
			return wire.BadRequest("Invalid format for origin " + origin + ". Origin must be * or of the form scheme://host[:port]") // Unverified: the wording.
		}
	}
	if aws.ToBool(cors.AllowCredentials) && slices.Contains(cors.AllowOrigins, "*") {
		return errCredentials
	}
	for i, method := range cors.AllowMethods {
		cors.AllowMethods[i] = strings.ToUpper(method)
		if !slices.Contains(corsMethods, cors.AllowMethods[i]) {
			return wire.BadRequest("Invalid method " + method + " in CORS configuration") // Unverified: the wording.
		}
	}
	for _, headers := range [][]string{cors.AllowHeaders, cors.ExposeHeaders} {
		for _, header := range headers {
			if !headerPattern.MatchString(header) {
				return wire.BadRequest("Invalid header " + header + " in CORS configuration") // Unverified: the wording.
			}
		}
	}
	return nil
}
