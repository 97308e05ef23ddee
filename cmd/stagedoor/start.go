package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/stagedoor-dev/stagedoor/cmd/stagedoor/internal/sample"
	"github.com/stagedoor-dev/stagedoor/dataplane/websocket"
	"github.com/stagedoor-dev/stagedoor/emulator"
	"github.com/stagedoor-dev/stagedoor/lambdarunner"
)

// startFlags are the flags of start.
type startFlags struct {
	listen, dataDir, region, account, upstream string
	ephemeral, sample                          bool
	allowedHosts                               []string
	vpcLinks                                   map[string]string
	debug                                      map[string]int
	credentials                                []string
	cognitoIssuer, accessLog                   string
	webSockets                                 websocket.Limits
	limits                                     map[string]int
	permissions, files, trace                  string
	logLevel, logFormat                        string
}

func startCommand() *cobra.Command {
	var f startFlags
	cmd := &cobra.Command{
		Use:   "start",
		Short: "Start the emulator and serve until interrupted",
		Long: "Start the emulator and serve until interrupted.\n\n" +
			"Each flag can be set by an environment variable: --data-dir by STAGEDOOR_DATA_DIR, and so on.",
		Args:    noArguments,
		PreRunE: fromEnvironment,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := f.config(cmd)
			if err != nil {
				return &usageError{err}
			}
			return start(cmd.Context(), config, f.sample, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", emulator.DefaultListen, "address to listen on; whoever reaches it can run code as you")
	flags.StringVar(&f.dataDir, "data-dir", "", "directory that keeps the state (default "+defaultDataDir()+")")
	flags.BoolVar(&f.ephemeral, "ephemeral", false, "keep nothing: all state is gone at the end")
	flags.StringVar(&f.region, "region", emulator.DefaultRegion, "region of requests that name none")
	flags.StringVar(&f.account, "account", emulator.DefaultAccount, "account of requests whose access key is none")
	flags.StringVar(&f.upstream, "upstream", "", "URL of an endpoint for the AWS services that are not part of Stagedoor")
	flags.StringToStringVar(&f.vpcLinks, "vpc-link", nil, "local URL of the target of a VPC link, LINK=URL; LINK is the id or name of the link, or the ARN of its target (repeatable)")
	flags.StringVar(&f.permissions, "lambda-permissions", "on", "on or off: whether a function's policy has to allow API Gateway")
	flags.StringVar(&f.files, "lambda-files", string(lambdarunner.FilesPlaced), "files that functions see: machine, those of this machine; placed, with code at /var/task and layers at /opt; private, all read-only but an empty /tmp for each environment, as on AWS (Linux, as root)")
	flags.StringToIntVar(&f.debug, "lambda-debug", nil, "port where a debugger reaches a function of node, python (debugpy) or java, FUNCTION=PORT; its time limit is lifted (repeatable)")
	flags.StringArrayVar(&f.credentials, "credential", nil, "access key that may sign calls of APIs with AWS_IAM, KEY=SECRET or KEY=SECRET,ARN; test=test is always known (repeatable)")
	flags.StringVar(&f.cognitoIssuer, "cognito-issuer", "", "URL that stands before the id of a user pool in the iss claim of its tokens, of a local Cognito; empty is AWS's own")
	flags.StringToIntVar(&f.limits, "limit", nil, "quota that AWS raises on request, NAME=NUMBER, for instance resources-per-api=1000 (repeatable; a wrong name lists all)")
	flags.StringVar(&f.accessLog, "access-log", "", "file that the access log lines of all stages are appended to, besides their log groups")
	flags.DurationVar(&f.webSockets.Idle, "websocket-idle-timeout", 10*time.Minute, "how long a WebSocket connection may be silent")
	flags.DurationVar(&f.webSockets.Duration, "websocket-duration", 2*time.Hour, "how long a WebSocket connection may last")
	flags.StringVar(&f.trace, "trace", "on", "on or off: whether the latest requests are kept, for \"stagedoor requests\"")
	flags.StringSliceVar(&f.allowedHosts, "allowed-host", nil, "further name that requests may be addressed to, \"*.name\" for all below it (repeatable)")
	flags.BoolVar(&f.sample, "sample", false, "deploy a sample API and print its URLs")
	flags.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
	flags.StringVar(&f.logFormat, "log-format", "pretty", "pretty or json")
	return cmd
}

func (f *startFlags) config(cmd *cobra.Command) (emulator.Config, error) {
	config := emulator.Config{
		Listen: f.listen, DataDir: f.dataDir, Ephemeral: f.ephemeral, Region: f.region, Account: f.account,
		Upstream: f.upstream, VPCLinks: f.vpcLinks, LambdaDebug: f.debug, Credentials: f.credentials, CognitoIssuer: f.cognitoIssuer, AccessLog: f.accessLog, WebSockets: f.webSockets, Limits: f.limits, AllowedHosts: f.allowedHosts, Version: version,
	}
	if config.DataDir != "" && config.Ephemeral {
		// A flag goes before a variable that says otherwise.
		onCommandLine := cmd.Flags().Changed
		switch {
		case onCommandLine("ephemeral") && !onCommandLine("data-dir"):
			config.DataDir = ""
		case onCommandLine("data-dir") && !onCommandLine("ephemeral"):
			config.Ephemeral = false
		default:
			return config, errors.New("--data-dir and --ephemeral exclude each other")
		}
	}
	if config.DataDir == "" && !config.Ephemeral {
		config.DataDir = defaultDataDir()
	}
	switch f.permissions {
	case "on":
		config.LambdaPermissions = emulator.PermissionsOn
	case "off":
		config.LambdaPermissions = emulator.PermissionsOff
	default:
		return config, fmt.Errorf("--lambda-permissions is on or off, not %q", f.permissions)
	}
	switch files := lambdarunner.Files(f.files); files {
	case lambdarunner.FilesMachine, lambdarunner.FilesPlaced, lambdarunner.FilesPrivate:
		config.LambdaFiles = files
	default:
		return config, fmt.Errorf("--lambda-files is machine, placed or private, not %q", f.files)
	}
	switch f.trace {
	case "on":
		config.Trace = emulator.TraceOn
	case "off":
		config.Trace = emulator.TraceOff
	default:
		return config, fmt.Errorf("--trace is on or off, not %q", f.trace)
	}
	var err error
	config.Logger, err = newLogger(cmd.ErrOrStderr(), f.logLevel, f.logFormat)
	return config, err
}

// defaultDataDir follows the XDG base directory specification.
func defaultDataDir() string {
	base := os.Getenv("XDG_DATA_HOME")
	if base == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			home = "."
		}
		base = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(base, "stagedoor")
}

// start serves until ctx is done.
func start(ctx context.Context, config emulator.Config, withSample bool, stdout, stderr io.Writer) error {
	began := time.Now()
	e, err := emulator.Start(ctx, config)
	if err != nil {
		return explain(err)
	}
	err = printBanner(stdout, e, config, time.Since(began))
	if err == nil && withSample {
		err = startSample(ctx, e, stdout)
	}
	if err != nil && ctx.Err() == nil {
		return errors.Join(err, e.Close())
	}
	select {
	case <-ctx.Done():
		_, _ = fmt.Fprintln(stderr, "stagedoor: stopping; once more stops at once")
		<-e.Done()
	case <-e.Done():
	}
	return e.Close()
}

// explain adds what the user can do.
func explain(err error) error {
	switch {
	case errors.Is(err, emulator.ErrConfig):
		return &usageError{err}
	case errors.Is(err, emulator.ErrAddressInUse):
		return fmt.Errorf("%w (is Stagedoor running already? choose another port with --listen)", err)
	case errors.Is(err, emulator.ErrDataDirLocked):
		return fmt.Errorf("%w (choose another with --data-dir, or use --ephemeral)", err)
	case errors.Is(err, emulator.ErrUnreadableData):
		return fmt.Errorf("%w (to start afresh, move it away)", err)
	default:
		return err
	}
}

func printBanner(w io.Writer, e *emulator.Emulator, config emulator.Config, took time.Duration) error {
	data := config.DataDir
	if config.Ephemeral {
		data = "in memory, gone at the end"
	}
	environment := "stagedoor env"
	if e.URL() != "http://"+emulator.DefaultListen {
		environment += " --url " + quote(e.URL())
	}
	_, err := fmt.Fprintf(w, `Stagedoor is ready (%d ms).

  Listening  %s  (plain HTTP, TLS and HTTP/2)
  Data       %s
  CA         %s

Try:

  eval "$(%s)"
  aws apigateway create-rest-api --name pets
  aws apigateway get-rest-apis

`, took.Milliseconds(), e.URL(), data, e.CAPath(), environment)
	if host, _, err := net.SplitHostPort(config.Listen); err == nil && host != "localhost" {
		if address := net.ParseIP(host); address == nil || !address.IsLoopback() {
			config.Logger.Warn("not only this machine can reach the address: whoever does can run code as this process", "listen", config.Listen)
		}
	}
	return err
}

func startSample(ctx context.Context, e *emulator.Emulator, stdout io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := sample.Deploy(ctx, e.AWSConfig(), []string{self, sampleFunctionName}); err != nil {
		return fmt.Errorf("deploy the sample: %w", err)
	}
	_, err = fmt.Fprintf(stdout, "The sample API:\n\n  %s\n  %s\n  %s\n  %s  (where names below localhost are not resolved)\n\n",
		e.HostURL(sample.APIID, sample.Stage, "hello"), e.HostURL(sample.APIID, sample.Stage, "mock"),
		e.HostURL(sample.APIID, sample.Stage, "any/path"), e.InvokeURL(sample.APIID, sample.Stage, "hello"))
	return err
}
