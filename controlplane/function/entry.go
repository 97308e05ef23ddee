package function

import (
	"maps"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// entry is a version of a function that can be invoked. It is in use from its
// publication until it is withdrawn and the last invocation has let it go.
type entry struct {
	function *deployed.Function
	// users counts the invocations that hold the entry, and one for the index as
	// long as it is published. It does not rise again from 0.
	users atomic.Int64
	// retired is called once, when users comes to 0.
	retired func(*entry)
}

func newEntry(scope store.Scope, record *functionRecord, retired func(*entry)) *entry {
	e := &entry{function: runnable(scope, record), retired: retired}
	e.users.Store(1)
	return e
}

// hold keeps the entry in use; it returns false when it is no longer published
// and nothing holds it.
func (e *entry) hold() bool {
	for {
		users := e.users.Load()
		if users == 0 {
			return false
		}
		if e.users.CompareAndSwap(users, users+1) {
			return true
		}
	}
}

// release ends a hold, or the publication.
func (e *entry) release() {
	if e.users.Add(-1) == 0 {
		e.retired(e)
	}
}

// runnable is what the runner has to know of a version.
func runnable(scope store.Scope, record *functionRecord) *deployed.Function {
	config := &record.Config
	r := reference{scope: scope, name: *config.FunctionName}
	f := &deployed.Function{
		Account:       scope.Account,
		Region:        scope.Region,
		Name:          r.name,
		Version:       *config.Version,
		ARN:           r.arn(),
		RevisionID:    record.BuildID,
		Runtime:       string(config.Runtime),
		Handler:       aws.ToString(config.Handler),
		CodeSHA256:    aws.ToString(config.CodeSha256),
		Timeout:       time.Duration(aws.ToInt32(config.Timeout)) * time.Second,
		MemorySizeMiB: aws.ToInt32(config.MemorySize), EphemeralStorageMiB: ephemeralStorage(config),
		DeadLetterARN: deadLetterARN(config),
		Role:          aws.ToString(config.Role), Initialization: initialization(config),
	}
	f.LocalDir = record.LocalDir
	if config.LoggingConfig != nil {
		f.LogGroup = aws.ToString(config.LoggingConfig.LogGroup)
		f.JSONLogs = config.LoggingConfig.LogFormat == types.LogFormatJson
		f.ApplicationLogLevel = string(config.LoggingConfig.ApplicationLogLevel)
		f.SystemLogLevel = string(config.LoggingConfig.SystemLogLevel)
	}
	for _, layer := range record.Layers {
		f.Layers = append(f.Layers, deployed.Layer{ARN: layer.ARN, SHA256: layer.SHA256})
	}
	if config.Environment != nil {
		f.Environment = maps.Clone(config.Environment.Variables)
	}
	return f
}

// packagesOf names the packages that a function is run from.
func packagesOf(f *deployed.Function) []string {
	var names []string
	if f.LocalDir == "" {
		names = append(names, f.CodeSHA256)
	}
	for _, layer := range f.Layers {
		names = append(names, layer.SHA256)
	}
	return names
}

// route is an alias compiled to choose a version.
type route struct {
	version string
	// additional gets the share weight of the calls.
	additional string
	weight     float64
}

func newRoute(alias *types.AliasConfiguration) route {
	r := route{version: aws.ToString(alias.FunctionVersion)}
	for version, weight := range weightsOf(alias) { // at most one
		r.additional, r.weight = version, weight
	}
	return r
}

// choose returns the version that takes a call; draw returns a number in [0, 1).
func (r route) choose(draw func() float64) string {
	if r.weight > 0 && draw() < r.weight {
		return r.additional
	}
	return r.version
}
