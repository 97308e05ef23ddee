package function

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

const layerNamePattern = `(arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+`

// layerReference names a layer, or a version of it.
type layerReference struct {
	scope store.Scope
	name  string
	// version is 0 when none is named.
	version int64
}

// arn is the layer's ARN, without version.
func (r layerReference) arn() string {
	return "arn:aws:lambda:" + r.scope.Region + ":" + r.scope.Account + ":layer:" + r.name
}

// versionARN is the ARN of the layer version.
func (r layerReference) versionARN() string { return r.arn() + ":" + strconv.FormatInt(r.version, 10) }

// number is the version as part of an id: numbers sort as text.
func (r layerReference) number() string { return fmt.Sprintf("%010d", r.version) }

// parseLayerARN reads the ARN of a layer, or of a version of it.
func parseLayerARN(arn string) (layerReference, bool) {
	parts := strings.SplitN(arn, ":", 8)
	if len(parts) < 7 || parts[0] != "arn" || parts[1] == "" || parts[2] != "lambda" || parts[5] != "layer" ||
		!isRegion(parts[3]) || !isAccount(parts[4]) || parts[6] == "" || !all(parts[6], isWordByte) {
		return layerReference{}, false
	}
	r := layerReference{scope: store.Scope{Account: parts[4], Region: parts[3]}, name: parts[6]}
	if len(parts) == 8 {
		if !isVersion(parts[7]) {
			return layerReference{}, false
		}
		version, err := strconv.ParseInt(parts[7], 10, 64)
		if err != nil || version < 1 {
			return layerReference{}, false
		}
		r.version = version
	}
	return r, true
}

// resolveLayer reads a layer's name or ARN, without a version. The layer is in the
// caller's region, and in any account.
func resolveLayer(ctx context.Context, name *string) (layerReference, error) {
	scope, given := scopeOf(ctx), aws.ToString(name)
	r := layerReference{scope: scope, name: given}
	if strings.HasPrefix(given, "arn:") {
		parsed, ok := parseLayerARN(given)
		if !ok || parsed.version != 0 {
			return layerReference{}, violation("layerName", given, "Member must satisfy regular expression pattern: "+layerNamePattern)
		}
		r = parsed
	}
	if r.name == "" || len(given) > 140 || !all(r.name, isWordByte) {
		return layerReference{}, violation("layerName", given, "Member must satisfy regular expression pattern: "+layerNamePattern)
	}
	if r.scope.Region != scope.Region {
		return layerReference{}, notFound("Layers from '" + r.scope.Region + "' are not reachable in this region ('" + scope.Region + "')") // Unverified: the wording.
	}
	return r, nil
}

// ownLayer resolves a layer of the caller's own account.
func ownLayer(ctx context.Context, action string, name *string) (layerReference, error) {
	r, err := resolveLayer(ctx, name)
	if err != nil {
		return layerReference{}, err
	}
	if account := scopeOf(ctx).Account; r.scope.Account != account {
		return layerReference{}, accessDenied(rootOf(account), "lambda:"+action, r.arn())
	}
	return r, nil
}

// ownLayerVersion resolves a version of a layer of the caller's own account.
func ownLayerVersion(ctx context.Context, action string, name *string, version *int64) (layerReference, error) {
	r, err := ownLayer(ctx, action, name)
	if err != nil {
		return layerReference{}, err
	}
	return r.withVersion(version)
}

func (r layerReference) withVersion(version *int64) (layerReference, error) {
	if aws.ToInt64(version) < 1 {
		// Unverified: the wording.
		return layerReference{}, invalidParameter("Layer Version Cannot be less than 1.")
	}
	r.version = *version
	return r, nil
}
