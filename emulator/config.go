package emulator

import (
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/url"
	"os"
	"runtime/debug"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
	"github.com/stagedoor-dev/stagedoor/dataplane/websocket"
	"github.com/stagedoor-dev/stagedoor/lambdarunner"
)

// Defaults of [Config].
const (
	DefaultListen  = "127.0.0.1:4566"
	DefaultRegion  = "us-east-1"
	DefaultAccount = "000000000000"
)

// Config configures an emulator. Either DataDir or Ephemeral is required.
type Config struct {
	// Listen is the address, "host:port"; empty = [DefaultListen], port 0 = any free
	// one. Whoever can reach it can run code as this process.
	Listen string
	// DataDir is the directory that keeps the state; it is created if need be.
	DataDir string
	// Ephemeral keeps nothing: state is in memory, files are in a directory that
	// Close removes. It excludes DataDir.
	Ephemeral bool
	// Region and Account hold for requests whose signature names none; empty =
	// [DefaultRegion], [DefaultAccount].
	Region, Account string
	// Upstream is the URL of an endpoint for the AWS services that are not part of
	// the emulator; empty = none. AWS_ENDPOINT_URL_<SERVICE> goes before it.
	Upstream string
	// VPCLinks are the local addresses (URLs) of the targets of VPC links, by the id or
	// the name of the link or by the ARN of its target. A link's tag "stagedoor:target"
	// says the same.
	VPCLinks map[string]string
	// LambdaFiles says which files functions see; empty = [lambdarunner.FilesPlaced].
	LambdaFiles lambdarunner.Files
	// LambdaPermissions tells whether a function's resource policy has to allow API
	// Gateway; the zero value enforces it, as AWS does.
	LambdaPermissions LambdaPermissions
	// Credentials are access keys, besides the default ones, that requests to methods and
	// routes with AWS_IAM may be signed with: "KEY=SECRET", or "KEY=SECRET,ARN" with the ARN
	// of the user or the assumed role. Always known are "test" and every account, with the
	// secret "test".
	Credentials []string
	// CognitoIssuer is what stands before the id of a user pool in the iss claim of its
	// tokens, for instance "http://127.0.0.1:9229" for a local Cognito; the keys are at
	// {issuer}/{pool}/.well-known/jwks.json. Empty = AWS's own. It is https, or http on a
	// loopback address.
	CognitoIssuer string
	// Limits are quotas of an account that AWS raises on request, by name, for instance
	// "resources-per-api"; those that are not named have AWS's default. An unknown name is
	// an error that lists all.
	Limits map[string]int
	// WebSockets bound the connections of WebSocket APIs; zero fields are AWS's quotas: 10
	// minutes of silence, 2 hours in all.
	WebSockets websocket.Limits
	// AccessLog is a file that the access log lines of all stages are appended to, besides
	// the log groups that their settings name; empty = none.
	AccessLog string
	// LambdaDebug are the ports, on the loopback interface, where debuggers reach
	// functions, by the name of the function.
	LambdaDebug map[string]int
	// Trace tells whether the latest requests to deployed APIs are kept, to be looked at
	// below /_stagedoor/requests; the zero value keeps them.
	Trace Trace
	// AllowedHosts are further names that requests may be addressed to, for instance
	// the name of a container; "*.name" allows all names below it.
	AllowedHosts []string
	// Version is what the health report says; empty = the version of the module.
	Version string
	// Logger is where the emulator logs; nil = nowhere.
	Logger *slog.Logger
	// Now is the clock; nil = time.Now.
	Now func() time.Time
	// Getenv reads AWS_ENDPOINT_URL_<SERVICE>; nil = os.Getenv.
	Getenv func(string) string
}

// LambdaPermissions is whether function policies are enforced.
type LambdaPermissions uint8

const (
	// PermissionsOn refuses invocations that the function's policy does not allow.
	PermissionsOn LambdaPermissions = iota
	// PermissionsOff lets API Gateway invoke every function.
	PermissionsOff
)

// Trace is whether the latest requests are kept.
type Trace uint8

const (
	// TraceOn keeps the latest requests, in memory and within bounds, secrets masked
	// where they are shown.
	TraceOn Trace = iota
	// TraceOff keeps nothing.
	TraceOff
)

// settings is a checked Config.
type settings struct {
	Config

	upstream *url.URL
	vpcLinks map[string]*url.URL
	// credentials are the parsed ones, with those that everybody has.
	credentials *sigv4.Static
	quotas      quotas
	listenHost  string
}

// check fills the defaults in.
func (c Config) check() (*settings, error) {
	s := &settings{Config: c}
	for _, field := range []struct {
		value    *string
		fallback string
	}{{&s.Listen, DefaultListen}, {&s.Region, DefaultRegion}, {&s.Account, DefaultAccount}, {&s.Version, moduleVersion()}} {
		if *field.value == "" {
			*field.value = field.fallback
		}
	}
	if s.Logger == nil {
		s.Logger = slog.New(slog.DiscardHandler)
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Getenv == nil {
		s.Getenv = os.Getenv
	}
	if !isAccount(s.Account) {
		return nil, fmt.Errorf("%w: account %q is not 12 digits", ErrConfig, s.Account)
	}
	if !isRegion(s.Region) {
		return nil, fmt.Errorf("%w: %q is no region", ErrConfig, s.Region)
	}
	if s.Ephemeral == (s.DataDir != "") {
		return nil, fmt.Errorf("%w: either a data directory or ephemeral state is needed", ErrConfig)
	}
	host, _, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return nil, fmt.Errorf("%w: listen address %q is not host:port", ErrConfig, s.Listen)
	}
	s.listenHost = host
	if s.Upstream != "" {
		if s.upstream, err = parseEndpoint(s.Upstream); err != nil {
			return nil, fmt.Errorf("%w: upstream %w", ErrConfig, err)
		}
	}
	s.vpcLinks = make(map[string]*url.URL, len(s.VPCLinks))
	for link, address := range s.VPCLinks {
		if s.vpcLinks[link], err = parseEndpoint(address); err != nil {
			return nil, fmt.Errorf("%w: VPC link %s: %w", ErrConfig, link, err)
		}
	}
	if s.credentials, err = s.parseCredentials(); err != nil {
		return nil, err
	}
	if s.quotas, err = newQuotas(s.Limits); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	for function, port := range s.LambdaDebug {
		if port < 1 || port > math.MaxUint16 {
			return nil, fmt.Errorf("%w: debugger port %d of function %s", ErrConfig, port, function)
		}
	}
	return s, nil
}

func (s *settings) parseCredentials() (*sigv4.Static, error) {
	list := make([]sigv4.Credential, 0, len(s.Credentials))
	for _, text := range s.Credentials {
		credential, err := sigv4.ParseCredential(text)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrConfig, err)
		}
		list = append(list, credential)
	}
	known, err := sigv4.NewStatic(s.Account, list)
	if err != nil {
		return nil, fmt.Errorf("%w: credentials: %w", ErrConfig, err)
	}
	return known, nil
}

// moduleVersion is the version of this module as the program was built with it.
func moduleVersion() string {
	const module = "github.com/stagedoor-dev/stagedoor"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "dev"
	}
	for _, dependency := range append(info.Deps, &info.Main) {
		if dependency.Path == module && dependency.Version != "" && dependency.Version != "(devel)" {
			return dependency.Version
		}
	}
	return "dev"
}
