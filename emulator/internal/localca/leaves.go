package localca

import (
	"container/list"
	"crypto/tls"
)

// maxLeaves is how many server certificates are kept. Anybody may ask for any name
// below localhost, so there has to be an end; making one anew is a matter of
// microseconds.
const maxLeaves = 1000

// leaves keeps the certificates last used. The zero value is empty.
type leaves struct {
	byHost map[string]*list.Element
	recent list.List // of *kept, last used first
}

type kept struct {
	host string
	leaf *tls.Certificate
}

// get returns the certificate for host, nil when there is none.
func (l *leaves) get(host string) *tls.Certificate {
	element, ok := l.byHost[host]
	if !ok {
		return nil
	}
	l.recent.MoveToFront(element)
	return element.Value.(*kept).leaf
}

// put keeps leaf as the certificate for host.
func (l *leaves) put(host string, leaf *tls.Certificate) {
	if element, ok := l.byHost[host]; ok {
		element.Value.(*kept).leaf = leaf
		l.recent.MoveToFront(element)
		return
	}
	if l.byHost == nil {
		l.byHost = make(map[string]*list.Element)
	}
	l.byHost[host] = l.recent.PushFront(&kept{host: host, leaf: leaf})
	if l.recent.Len() > maxLeaves {
		oldest := l.recent.Back()
		l.recent.Remove(oldest)
		delete(l.byHost, oldest.Value.(*kept).host)
	}
}
