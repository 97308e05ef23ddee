package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// requestsTimeout is how long requests waits for an answer that is not followed.
const requestsTimeout = 10 * time.Second

// maxReportBytes is far above what an emulator reports.
const maxReportBytes = 64 << 20

func requestsCommand() *cobra.Command {
	var endpoint string
	var follow bool
	var limit int
	cmd := &cobra.Command{
		Use:   "requests [ID]",
		Short: "Show the latest requests to deployed APIs, or one with all its steps",
		Long: "Show the latest requests to deployed APIs, the oldest first, or one with all its steps.\n\n" +
			"An ID may be cut short as long as only one request has it.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return &usageError{errors.New("requests takes one ID")}
			}
			return nil
		},
		PreRunE: fromEnvironment,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkURL(endpoint); err != nil {
				return err
			}
			if limit < 1 {
				return &usageError{errors.New("--limit is a positive number")}
			}
			r := requestsReader{
				base:  strings.TrimSuffix(endpoint, "/") + "/_stagedoor/requests",
				print: requestsPrinter{w: cmd.OutOrStdout(), colours: isTerminal(cmd.OutOrStdout())},
			}
			switch {
			case len(args) == 1 && follow:
				return &usageError{errors.New("-f follows all requests, not one")}
			case len(args) == 1:
				return r.one(cmd.Context(), args[0])
			case follow:
				return r.follow(cmd.Context())
			default:
				return r.list(cmd.Context(), limit)
			}
		},
	}
	urlFlag(cmd.Flags(), &endpoint)
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "print requests as they end, until interrupted")
	cmd.Flags().IntVar(&limit, "limit", 20, "how many requests to show")
	return cmd
}

// requestsReader reads what an emulator keeps of requests.
type requestsReader struct {
	base  string
	print requestsPrinter
}

func (r requestsReader) list(ctx context.Context, limit int) error {
	ctx, cancel := context.WithTimeout(ctx, requestsTimeout)
	defer cancel()
	var all []requestLine
	if err := r.read(ctx, fmt.Sprintf("?limit=%d", limit), func(body io.Reader) error { return json.NewDecoder(body).Decode(&all) }); err != nil {
		return err
	}
	slices.Reverse(all)
	for i := range all {
		if err := r.print.line(&all[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r requestsReader) one(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, requestsTimeout)
	defer cancel()
	var detail requestDetail
	if err := r.read(ctx, "/"+url.PathEscape(id), func(body io.Reader) error { return json.NewDecoder(body).Decode(&detail) }); err != nil {
		return err
	}
	return r.print.detail(&detail)
}

// follow prints requests until ctx is done, which is no error.
func (r requestsReader) follow(ctx context.Context) error {
	err := r.read(ctx, "?follow=1", func(body io.Reader) error {
		decoder := json.NewDecoder(body)
		for {
			var line requestLine
			if err := decoder.Decode(&line); err != nil {
				if errors.Is(err, io.EOF) {
					return nil // the emulator was stopped
				}
				return err
			}
			if err := r.print.line(&line); err != nil {
				return err
			}
		}
	})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// read gets a report and has its body decoded.
func (r requestsReader) read(ctx context.Context, rest string, decode func(io.Reader) error) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base+rest, nil)
	if err != nil {
		return &usageError{err}
	}
	client := &http.Client{}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("not running at %s: %w", request.URL.Host, errors.Unwrap(err)) // without the URL
	}
	defer func() { _ = response.Body.Close() }() // it was read
	body := response.Body
	if response.StatusCode != http.StatusOK {
		var failure struct{ Message string }
		if err := json.NewDecoder(io.LimitReader(body, maxReportBytes)).Decode(&failure); err != nil || failure.Message == "" {
			return fmt.Errorf("what answers at %s keeps no requests (status %d)", request.URL.Host, response.StatusCode)
		}
		return errors.New(failure.Message)
	}
	if err := decode(body); err != nil {
		return fmt.Errorf("read requests: %w", err)
	}
	return nil
}
