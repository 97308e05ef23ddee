package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// load drives requests over connections kept open, each connection sending the
// next request when the last is answered. It parses only what framing needs, so
// that the generator takes as little as possible of the machine it shares.
type load struct {
	address     string
	request     []byte
	connections int
}

func newLoad(address, host, path string) load {
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n", path, host)
	return load{address: address, request: []byte(request), connections: 32}
}

// run returns requests per second over d. A status other than 200 is an error.
func (l load) run(ctx context.Context, d time.Duration) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, d+5*time.Second)
	defer cancel()
	var count atomic.Int64
	var group sync.WaitGroup
	failures := make(chan error, l.connections)
	end := time.Now().Add(d)
	for range l.connections {
		group.Go(func() {
			if err := l.connection(ctx, end, &count); err != nil {
				failures <- err
			}
		})
	}
	start := time.Now()
	group.Wait()
	elapsed := time.Since(start)
	close(failures)
	var failure error
	for err := range failures {
		failure = errors.Join(failure, err)
	}
	return float64(count.Load()) / elapsed.Seconds(), failure
}

func (l load) connection(ctx context.Context, end time.Time, count *atomic.Int64) error {
	dialer := net.Dialer{}
	conn, err := dialer.DialContext(ctx, "tcp", l.address)
	if err != nil {
		return err
	}
	defer conn.Close()
	reader := bufio.NewReaderSize(conn, 8192)
	for time.Now().Before(end) {
		if _, err := conn.Write(l.request); err != nil {
			return err
		}
		if err := readResponse(reader); err != nil {
			return err
		}
		count.Add(1)
	}
	return nil
}

var contentLength = []byte("content-length:")

func readResponse(r *bufio.Reader) error {
	status, err := r.ReadSlice('\n')
	if err != nil {
		return err
	}
	if len(status) < 12 || string(status[9:12]) != "200" {
		return fmt.Errorf("unexpected answer %q", bytes.TrimSpace(status))
	}
	length := -1
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		if len(line) > len(contentLength) && bytes.EqualFold(line[:len(contentLength)], contentLength) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(line[len(contentLength):]))); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return errors.New("answer without Content-Length")
	}
	_, err = io.CopyN(io.Discard, r, int64(length))
	return err
}
