package emulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/stagedoor-dev/stagedoor/emulator/internal/listener"
)

const (
	// openingTimeout limits how long a connection may take to say what it speaks,
	// headerTimeout how long a request head may take.
	openingTimeout = 10 * time.Second
	headerTimeout  = 10 * time.Second
	// idleTimeout is longer than that of common client pools, so that they, not we,
	// close idle connections.
	idleTimeout = 2 * time.Minute
	// maxHeaderBytes is above AWS's limit for headers (10,240 bytes) and URLs, which
	// are the data plane's to enforce, and bounds what a head can cost.
	maxHeaderBytes = 64 << 10
	// drainTimeout is how long Close waits for requests under way: longer than the
	// longest integration (29 s) would make Ctrl-C feel dead.
	drainTimeout = 10 * time.Second
)

// Emulator is a running emulator. It is safe for concurrent use.
type Emulator struct {
	settings *settings
	address  *net.TCPAddr
	caPath   string

	stack     closers
	closeOnce sync.Once
	closeErr  error
	done      chan struct{}
}

// Start starts an emulator and returns when it is ready to serve. It runs until
// Close is called or ctx is done, whichever is first.
//
// Errors wrap [ErrConfig], [ErrAddressInUse], [ErrDataDirLocked] or
// [ErrUnreadableData] where these are the reason.
func Start(ctx context.Context, config Config) (*Emulator, error) {
	s, err := config.check()
	if err != nil {
		return nil, err
	}
	e := &Emulator{settings: s, done: make(chan struct{})}
	if err := e.start(ctx); err != nil {
		return nil, errors.Join(err, e.stack.close())
	}
	stop := context.AfterFunc(ctx, func() { _ = e.Close() }) // a later Close returns the error
	e.stack.add("context", func() error { stop(); return nil })
	return e, nil
}

func (e *Emulator) start(ctx context.Context) error {
	inner, err := listen(ctx, e.settings.Listen)
	if err != nil {
		return err
	}
	// The port is held from here on; connections wait until Serve takes them.
	e.stack.add("listener", func() error { return ignoreClosed(inner.Close()) })
	e.address, _ = inner.Addr().(*net.TCPAddr)

	parts, err := compose(e.settings, e.URL(), e.address.Port, &e.stack) //nolint:contextcheck // what is opened here has the emulator's lifetime, which Close ends
	if err != nil {
		return err
	}
	e.caPath = parts.caPath

	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{
		Handler:   parts.edge,
		Protocols: &protocols,
		// No WriteTimeout and no ReadTimeout: they would end integrations (29 s) and
		// function invocations (15 min) that are still under way.
		ReadHeaderTimeout:            headerTimeout,
		IdleTimeout:                  idleTimeout,
		MaxHeaderBytes:               maxHeaderBytes,
		ConnContext:                  listener.WithConn,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     parts.serverLog,
	}
	// Who follows would keep the server from ending.
	server.RegisterOnShutdown(parts.edge.logs.EndSessions)
	if parts.requests != nil {
		server.RegisterOnShutdown(parts.requests.end)
	}
	var served sync.WaitGroup
	front := listener.New(inner, listener.Config{TLS: parts.tls, OpeningTimeout: openingTimeout, Logger: e.settings.Logger})
	served.Go(func() {
		if err := server.Serve(front); !errors.Is(err, http.ErrServerClosed) {
			e.settings.Logger.Error("server stopped", "error", err)
		}
	})
	e.stack.add("server", func() error { //nolint:contextcheck // the context of Start may be what ended
		defer served.Wait()
		return shutdown(server)
	})
	return nil
}

// shutdown stops accepting and waits for the requests under way, up to drainTimeout.
func shutdown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close() // what is left is cut off
	}
	return ignoreClosed(err)
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	var config net.ListenConfig
	inner, err := config.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%w: another program listens on %s", ErrAddressInUse, address)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return inner, nil
}

// Close stops accepting requests, waits up to ten seconds for those under way, stops
// the function processes and closes the store. Further calls wait for the first and
// return its error.
func (e *Emulator) Close() error {
	e.closeOnce.Do(func() {
		e.closeErr = e.stack.close()
		close(e.done)
	})
	<-e.done
	return e.closeErr
}

// Done is closed when the emulator is closed.
func (e *Emulator) Done() <-chan struct{} { return e.done }

// URL is the base of the endpoint, for instance "http://127.0.0.1:4566"; https works
// as well.
func (e *Emulator) URL() string {
	host := e.settings.listenHost
	if address := net.ParseIP(host); host == "" || address != nil && address.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(e.address.Port))
}

// CAPath is the file with the certificate of the authority that signs the emulator's
// TLS certificates (PEM), for AWS_CA_BUNDLE, curl --cacert and the like.
func (e *Emulator) CAPath() string { return e.caPath }

// AWSConfig returns a configuration for clients of the AWS SDK: every service goes to
// this emulator, with credentials that mean its default account.
func (e *Emulator) AWSConfig() aws.Config {
	return aws.Config{
		Region:       e.settings.Region,
		BaseEndpoint: aws.String(e.URL()),
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
	}
}

// InvokeURL returns an address that invokes a stage of an API: path as a client
// would send it, percent-encoded, with or without its first slash. The address works
// where names below localhost are not resolved.
func (e *Emulator) InvokeURL(apiID, stage, path string) string {
	return e.URL() + pathForm + url.PathEscape(apiID) + stageAndPath(stage, path)
}

// HostURL returns the address that looks most like AWS's own, the API being in the
// host: browsers and curl resolve names below localhost to this machine.
func (e *Emulator) HostURL(apiID, stage, path string) string {
	return "http://" + apiID + localDomain(e.address.Port) + stageAndPath(stage, path)
}

// stageAndPath is what follows the address of an API. The default stage has no segment.
func stageAndPath(stage, path string) string {
	path = "/" + strings.TrimPrefix(path, "/")
	if stage == "$default" {
		return path
	}
	return "/" + url.PathEscape(stage) + path
}
