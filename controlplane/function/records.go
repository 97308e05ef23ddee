package function

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// The collections of the service. What a record's id consists of stands behind it.
var (
	functions          = store.NewCollection("function", wire.Records[functionRecord]{})                             // name; holds $LATEST
	versions           = store.NewCollection("functionversion", wire.Records[functionRecord]{})                      // name, number
	counters           = store.NewCollection("functioncounter", wire.Records[counterRecord]{})                       // name
	aliases            = store.NewCollection("functionalias", wire.Records[types.AliasConfiguration]{})              // name, alias
	policies           = store.NewCollection("functionpolicy", wire.Records[policyRecord]{})                         // name, qualifier ($LATEST for none)
	concurrencies      = store.NewCollection("functionconcurrency", wire.Records[types.Concurrency]{})               // name
	eventConfigs       = store.NewCollection("functioneventconfig", wire.Records[types.FunctionEventInvokeConfig]{}) // name, qualifier as for policies
	recursions         = store.NewCollection("functionrecursion", wire.Records[recursionRecord]{})                   // name
	provisions         = store.NewCollection("functionprovisioned", wire.Records[provisionedRecord]{})               // name, qualifier
	functionURLs       = store.NewCollection("functionurl", wire.Records[functionURLRecord]{})                       // name, qualifier as for policies
	runtimeManagements = store.NewCollection("functionruntimemanagement", wire.Records[runtimeManagementRecord]{})   // name, qualifier as for policies
	layers             = store.NewCollection("layer", wire.Records[layerRecord]{})                                   // name
	layerVersions      = store.NewCollection("layerversion", wire.Records[layerVersionRecord]{})                     // name, number of ten digits
	layerPolicies      = store.NewCollection("layerpolicy", wire.Records[layerPolicyRecord]{})                       // name, number of ten digits
	tags               = store.NewCollection("functiontags", wire.Records[tagsRecord]{})                             // name
)

// functionRecord is one version of a function.
type functionRecord struct {
	Config types.FunctionConfiguration
	// BuildID changes with each change of code or configuration. RevisionId
	// would not do: permissions change it too, and must not end warm processes.
	BuildID string
	// PublishedFrom is the BuildID that $LATEST had when this version was
	// published; empty for $LATEST.
	PublishedFrom string
	// UnzippedSize is the size of the code's files in bytes; 0 for a directory.
	UnzippedSize int64
	// LocalDir is the directory that the function runs from, empty for a package.
	LocalDir string
	// Layers has what Config.Layers refers to. A layer version may be deleted as
	// long as functions have it.
	Layers []layerUse
}

// setCode makes the version one of the given code.
func (r *functionRecord) setCode(code artifact) {
	r.Config.CodeSha256, r.Config.CodeSize = aws.String(code.SHA256), code.Size
	r.UnzippedSize, r.LocalDir = code.unzipped, code.localDir
}

// counterRecord outlives its function: version numbers are not reused even when
// a function is deleted and created again.
type counterRecord struct {
	LastVersion int64
}

// number is the last version as a qualifier; "0" names none.
func (c *counterRecord) number() string { return strconv.FormatInt(c.LastVersion, 10) }

type tagsRecord struct {
	Tags map[string]string
}

// findOrNil reads a record, nil when there is none.
func findOrNil[T any](tx store.Tx, c store.Collection[T], scope store.Scope, id ...string) (*T, error) {
	return store.Find(tx, c, scope, nil, id...)
}

// findFunction reads $LATEST of the function that r names.
func findFunction(tx store.Tx, r reference) (*functionRecord, error) {
	return store.Find(tx, functions, r.scope, functionNotFound(r.qualifiedARN()), r.name)
}

// findVersion reads the version that r's qualifier leads to; without one, $LATEST.
func findVersion(tx store.Tx, r reference) (*functionRecord, error) {
	missing := functionNotFound(r.qualifiedARN())
	number := r.qualifier
	if isAlias(number) {
		alias, err := store.Find(tx, aliases, r.scope, missing, r.name, number)
		if err != nil {
			return nil, err
		}
		number = *alias.FunctionVersion
	}
	if number == "" || number == latest {
		return findFunction(tx, r)
	}
	return store.Find(tx, versions, r.scope, missing, r.name, number)
}

// versionsOf reads the published versions of a function in the order of their numbers.
func versionsOf(tx store.Tx, r reference) ([]*functionRecord, error) {
	var records []*functionRecord
	for record, err := range versions.All(tx, r.scope, "", r.name) {
		if err != nil {
			return nil, err
		}
		records = append(records, record.Value)
	}
	slices.SortFunc(records, func(a, b *functionRecord) int { return versionNumber(a) - versionNumber(b) })
	return records, nil
}

// versionNumber is the number of a published version, 0 for $LATEST.
func versionNumber(r *functionRecord) int {
	n, _ := strconv.Atoi(*r.Config.Version)
	return n
}
