package function

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// corsMethods are the methods that a function URL's Cors can allow.
var corsMethods = []string{"GET", "PUT", "HEAD", "POST", "PATCH", "DELETE", "*"}

// checkCorsList checks one list of a Cors: at most so many entries, each at most
// so long.
func checkCorsList(member string, entries []string, most, length int) error {
	shown := "[" + strings.Join(entries, ", ") + "]"
	if len(entries) > most {
		return violation(member, shown, "Member must have length less than or equal to "+strconv.Itoa(most))
	}
	for _, entry := range entries {
		if len(entry) > length {
			return violation(member, shown, "Member must satisfy constraint: [Member must have length less than or equal to "+strconv.Itoa(length)+"]")
		}
		if member == "cors.allowMethods" && !slices.Contains(corsMethods, entry) {
			return invalidParameter("Invalid method in AllowMethods: " + entry + ".") // Unverified: the wording.
		}
		if member == "cors.allowOrigins" && entry != "*" && !isOrigin(entry) {
			return invalidParameter("Invalid origin in AllowOrigins: " + entry + ".") // Unverified: the wording.
		}
	}
	return nil
}

// isOrigin tells whether s is a scheme with a host, which is what browsers send.
func isOrigin(s string) bool {
	scheme, host, ok := strings.Cut(s, "://")
	return ok && scheme != "" && host != "" && !strings.ContainsAny(host, "/?# ")
}

// anyCors is nil for a Cors that says nothing.
func anyCors(cors *types.Cors) *types.Cors {
	if cors == nil || cors.AllowCredentials == nil && cors.MaxAge == nil &&
		len(cors.AllowHeaders)+len(cors.AllowMethods)+len(cors.AllowOrigins)+len(cors.ExposeHeaders) == 0 {
		return nil
	}
	return cors
}
