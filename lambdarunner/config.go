package lambdarunner

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Defaults of [Config].
const (
	// DefaultIdleTimeout is how long a process waits for its next invocation.
	DefaultIdleTimeout = 10 * time.Minute
	// DefaultInitTimeout is AWS's limit of the init phase.
	DefaultInitTimeout = 10 * time.Second
	// DefaultMaxConcurrency is AWS's default limit of concurrent executions.
	DefaultMaxConcurrency = 1000
)

// Config is what a [Runner] needs. Only Packages is required.
type Config struct {
	// Packages holds the code of the functions.
	Packages *Packages
	// Endpoint returns the URL that functions get as AWS_ENDPOINT_URL, so that
	// their SDK clients call the emulator; nil or an empty result sets none. It
	// is asked at each process start, for the listener may come up later.
	Endpoint func() string
	// CAFile has the certificate of the authority of that endpoint (PEM), CABundle that and
	// all others that functions trust; empty = what the machine trusts.
	CAFile, CABundle string
	// Logger gets what the runner itself has to say; nil discards it.
	Logger *slog.Logger
	// Logs gets every line of the functions' logs, the START, END and REPORT lines
	// included, in order for each process. It is called with the process's log
	// locked: it has to return soon and must not call the Runner. nil discards.
	Logs func(LogLine)
	// IdleTimeout is how long an idle process is kept; zero = DefaultIdleTimeout.
	IdleTimeout time.Duration
	// InitTimeout limits the init phase of a process; zero = DefaultInitTimeout.
	InitTimeout time.Duration
	// MaxConcurrency limits the concurrent invocations of all functions
	// together; zero = DefaultMaxConcurrency.
	MaxConcurrency int
	// MaxFunctionConcurrency limits the processes of one function revision;
	// zero = MaxConcurrency.
	MaxFunctionConcurrency int
	// Debug are the ports, on the loopback interface, where debuggers reach functions, by
	// the name of the function. Such a function has one process, which is kept, and no
	// limits of time and memory. Node.js, Python (with debugpy) and Java can be debugged.
	Debug map[string]int
	// Files says which files functions see; empty = FilesPlaced.
	Files Files
	// NodeModules are directories of that name where Node.js functions find the AWS SDK,
	// which AWS's runtimes have, after their own packages and layers and before what is
	// installed globally.
	NodeModules []string
	// Now is the clock of log lines, deadlines and idle times; nil = time.Now.
	Now func() time.Time
	// TempDir is where the bootstraps of the managed runtimes are written, in a
	// directory of their own that Close removes; empty = os.TempDir.
	TempDir string
}

// Files says which files functions see where.
type Files string

// The values of [Config.Files]. All but FilesMachine need a kernel that lets us mount: Linux,
// as root with CAP_SYS_ADMIN. Elsewhere they mean FilesMachine.
const (
	// FilesMachine are the files of this machine. Code, layers and runtime are in directories
	// that the environment variables of functions name; each environment has a directory for
	// temporary files of its own by TMPDIR.
	FilesMachine Files = "machine"
	// FilesPlaced are the files of this machine with code at /var/task, layers at /opt and the
	// runtime at /var/runtime, where nobody can write. /tmp is the machine's, by which the
	// tests of many projects exchange files with their functions.
	FilesPlaced Files = "placed"
	// FilesPrivate are those of FilesPlaced, all read-only, with an empty /tmp for each
	// environment that is as large as the function's EphemeralStorage: as on AWS.
	FilesPrivate Files = "private"
)

// LogLine is one line of a function's log.
type LogLine struct {
	// Account, Region, Function and Version name the function version.
	Account, Region, Function, Version string
	// Group and Stream are the CloudWatch names the function sees.
	Group, Stream string
	// RequestID is the invocation the line belongs to; empty during init.
	RequestID string
	// Time is when the line was read.
	Time time.Time
	// Text is the line without its end of line.
	Text string
}

func (c Config) withDefaults() (Config, error) {
	if c.Packages == nil {
		return c, errors.New("lambdarunner: Config.Packages is required")
	}
	if c.Endpoint == nil {
		c.Endpoint = func() string { return "" }
	}
	switch c.Files {
	case "":
		c.Files = FilesPlaced
	case FilesMachine, FilesPlaced, FilesPrivate:
	default:
		return c, fmt.Errorf("lambdarunner: Config.Files is %q", c.Files)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Logs == nil {
		c.Logs = func(LogLine) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.IdleTimeout <= 0 {
		c.IdleTimeout = DefaultIdleTimeout
	}
	if c.InitTimeout <= 0 {
		c.InitTimeout = DefaultInitTimeout
	}
	if c.MaxConcurrency <= 0 {
		c.MaxConcurrency = DefaultMaxConcurrency
	}
	if c.MaxFunctionConcurrency <= 0 {
		c.MaxFunctionConcurrency = c.MaxConcurrency
	}
	return c, nil
}
