package deployed

import "time"

// Function is one version of a Lambda function as it is to be run.
type Function struct {
	// Account and Region own the function.
	Account, Region string
	// Name is the function's name, Version "$LATEST" or a number.
	Name, Version string
	// ARN is the unqualified function ARN.
	ARN string
	// RevisionID changes with each change of code or configuration: processes of
	// another revision do not serve this one.
	RevisionID string
	// Runtime is the runtime identifier, for instance "python3.13".
	Runtime string
	// Handler is the handler as configured; its form depends on the runtime.
	Handler string
	// CodeSHA256 names the code package: base64 of the SHA-256 of the zip. With a
	// LocalDir there is no package, and this is only what the API shows.
	CodeSHA256 string
	// LocalDir is the directory that holds the code, absolute and clean; empty when
	// the code is a package. What is in it may change at any time.
	LocalDir string
	// Layers are put together at /opt in this order: files of a later one take the
	// place of files of those before it.
	Layers []Layer
	// Environment holds the user's variables.
	Environment map[string]string
	// Timeout limits an invocation (1 to 900 s).
	Timeout time.Duration
	// DeadLetterARN is the queue or topic that gets the events of failed asynchronous
	// invocations; empty for none.
	DeadLetterARN string
	// MemorySizeMiB is the configured memory.
	MemorySizeMiB int32
	// EphemeralStorageMiB is the configured size of /tmp; 0 for AWS's default of 512.
	EphemeralStorageMiB int32
	// LogGroup is the log group of its lines; empty = /aws/lambda/ and the name.
	LogGroup string
	// JSONLogs says that lines are JSON; then ApplicationLogLevel is the least level of the
	// function's own (TRACE to FATAL), SystemLogLevel that of Lambda's (DEBUG to WARN).
	JSONLogs                            bool
	ApplicationLogLevel, SystemLogLevel string
	// Role is the execution role's ARN.
	Role string
	// Initialization is how environments come to be that nobody keeps warm.
	Initialization Initialization
}

// Initialization is the value of AWS_LAMBDA_INITIALIZATION_TYPE.
type Initialization string

// The kinds of initialization.
const (
	OnDemand    Initialization = "on-demand"
	Provisioned Initialization = "provisioned-concurrency"
	// SnapStart is that of published versions with SnapStart. Here it is a name only: their
	// processes start as those on demand.
	SnapStart Initialization = "snap-start"
)
