package emulator

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// localNameWait limits the question whether names below localhost are resolved.
const localNameWait = time.Second

// localNames makes the addresses of APIs and functions that the control plane shows. They look
// like AWS's where this machine resolves names below localhost, as systemd's resolver
// does; the programs of others would get nowhere by them, so that the address is a path there.
type localNames struct {
	// url is the base of the endpoint.
	url      string
	port     int
	cancel   context.CancelFunc
	finished sync.WaitGroup
	// resolved is written before finished is done.
	resolved bool
}

// newLocalNames begins to find out; lookUp is net.Resolver.LookupHost.
func newLocalNames(url string, port int, lookUp func(ctx context.Context, host string) ([]string, error)) *localNames {
	ctx, cancel := context.WithTimeout(context.Background(), localNameWait)
	n := &localNames{url: url, port: port, cancel: cancel}
	n.finished.Go(func() {
		defer cancel()
		addresses, err := lookUp(ctx, "stagedoor"+executeAPILabel+"localhost.")
		n.resolved = err == nil && len(addresses) > 0 && !slices.ContainsFunc(addresses, isRemote)
	})
	return n
}

func isRemote(address string) bool {
	ip := net.ParseIP(address)
	return ip == nil || !ip.IsLoopback()
}

// close ends the question.
func (n *localNames) close() error {
	n.cancel()
	n.finished.Wait()
	return nil
}

// api is the address of an API, to which the stage and the path are added. scheme is "http"
// or "ws".
func (n *localNames) api(scheme, apiID string) string {
	if n.areResolved() {
		return scheme + "://" + apiID + localDomain(n.port)
	}
	return scheme + strings.TrimPrefix(n.url, "http") + pathForm + url.PathEscape(apiID)
}

// function is the address of a function URL.
func (n *localNames) function(urlID, region string) string {
	if n.areResolved() {
		return "http://" + urlID + localURLDomain(region, n.port) + "/"
	}
	return n.url + urlForm + urlID + "/"
}

func (n *localNames) areResolved() bool {
	n.finished.Wait()
	return n.resolved
}
