package lambdarunner

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// Paths as functions have them on AWS; error texts and stack traces show these.
const (
	taskRoot    = "/var/task"
	runtimeRoot = "/var/runtime"
)

// awsPath is PATH as functions have it on AWS.
const awsPath = "/usr/local/bin:/usr/bin/:/bin:/opt/bin"

// environment makes the environment of a function process: what AWS sets and
// what the user configured. Nothing of the emulator's own is passed on but the
// directories of PATH, so that interpreters and tools are found; credentials are
// made up, with the account as the access key, by which the emulator knows it.
func (r *Runner) environment(fn *deployed.Function, c command, at place, api string, log logIdentity, provisioned bool) []string {
	v := map[string]string{
		"LANG":                     "en_US.UTF-8",
		"TZ":                       ":UTC",
		"PATH":                     searchPath(c.interpreterDir, at),
		"LD_LIBRARY_PATH":          joinPaths([]string{at.task, filepath.Join(at.task, "lib")}, at.inOpt("lib")),
		"AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
		"AWS_XRAY_DAEMON_ADDRESS":  "169.254.79.129:2000",
		"AWS_LAMBDA_LOG_FORMAT":    "Text",
	}
	if at.scratch != "" {
		v["TMPDIR"] = at.scratch
	}
	if fn.JSONLogs {
		v["AWS_LAMBDA_LOG_FORMAT"], v["AWS_LAMBDA_LOG_LEVEL"] = "JSON", fn.ApplicationLogLevel
	}
	if fn.LocalDir != "" {
		// Compiled files go by the second in which a source was saved, and belong in
		// nobody's working tree unasked.
		v["PYTHONDONTWRITEBYTECODE"] = "1"
	}
	if endpoint := r.cfg.Endpoint(); endpoint != "" {
		v["AWS_ENDPOINT_URL"] = endpoint
	}
	maps.Copy(v, r.trustVariables())
	maps.Copy(v, hostVariables())
	maps.Copy(v, c.variables)
	maps.Copy(v, fn.Environment)
	if own := fn.Environment["PYTHONPATH"]; own != "" && c.variables["PYTHONPATH"] != "" {
		// Layers are searched whatever the user's value is.
		v["PYTHONPATH"] = joinPaths([]string{own, c.variables["PYTHONPATH"]})
	}
	maps.Copy(v, reservedVariables(fn, c, at, api, log))
	v["AWS_LAMBDA_INITIALIZATION_TYPE"] = initialization(fn, provisioned)
	at.localise(v)

	list := make([]string, 0, len(v))
	for _, name := range slices.Sorted(maps.Keys(v)) {
		list = append(list, name+"="+v[name])
	}
	return list
}

// trustVariables let https calls back to the endpoint verify: each runtime has its own way
// to be told of an authority.
func (r *Runner) trustVariables() map[string]string {
	v := map[string]string{}
	if r.cfg.CAFile != "" {
		v["NODE_EXTRA_CA_CERTS"] = r.cfg.CAFile
	}
	if r.cfg.CABundle != "" {
		for _, name := range []string{"AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"} {
			v[name] = r.cfg.CABundle
		}
	}
	return v
}

// reservedVariables are those that users cannot set.
func reservedVariables(fn *deployed.Function, c command, at place, api string, log logIdentity) map[string]string {
	v := map[string]string{
		"_HANDLER":                        fn.Handler,
		"AWS_REGION":                      fn.Region,
		"AWS_DEFAULT_REGION":              fn.Region,
		"AWS_LAMBDA_FUNCTION_NAME":        fn.Name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(int(fn.MemorySizeMiB)),
		"AWS_LAMBDA_FUNCTION_VERSION":     fn.Version,
		"AWS_LAMBDA_LOG_GROUP_NAME":       log.group,
		"AWS_LAMBDA_LOG_STREAM_NAME":      log.stream,
		"AWS_ACCESS_KEY_ID":               fn.Account,
		"AWS_SECRET_ACCESS_KEY":           "test",
		"AWS_SESSION_TOKEN":               "stagedoor",
		"AWS_LAMBDA_RUNTIME_API":          api,
		"LAMBDA_TASK_ROOT":                at.task,
		"LAMBDA_RUNTIME_DIR":              c.runtimeDir,
	}
	if c.managed {
		v["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + fn.Runtime
	}
	return v
}

// searchPath is PATH for a function: the directory of its interpreter first, as
// on AWS, then those of the machine, then AWS's.
func searchPath(interpreterDir string, at place) string {
	dirs := []string{interpreterDir}
	dirs = append(dirs, filepath.SplitList(os.Getenv("PATH"))...)
	dirs = append(dirs, strings.Split(awsPath, ":")...)
	dirs = append(dirs, at.inOpt("bin")...)
	kept := dirs[:0]
	for _, dir := range dirs {
		// Empty and relative ones would be searched in the function's own directory.
		if filepath.IsAbs(dir) && !slices.Contains(kept, dir) {
			kept = append(kept, dir)
		}
	}
	return strings.Join(kept, string(os.PathListSeparator))
}

// hostVariables are what programs cannot start without on some systems.
func hostVariables() map[string]string {
	v := make(map[string]string)
	for _, name := range []string{"SystemRoot", "SystemDrive"} { // Windows
		if value, ok := os.LookupEnv(name); ok {
			v[name] = value
		}
	}
	return v
}
