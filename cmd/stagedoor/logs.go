package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

const (
	// logsInterval is how long a follower waits before it asks again.
	logsInterval = 250 * time.Millisecond
	// functionGroups is what the log groups of functions begin with.
	functionGroups = "/aws/lambda/"
)

func logsCommand() *cobra.Command {
	var endpoint, filter, region string
	var follow bool
	var since time.Duration
	cmd := &cobra.Command{
		Use:   "logs FUNCTION",
		Short: "Show what a function has printed, or follow it",
		Long: "Show what a function has printed, the oldest line first. A name with a slash is that of a log group.\n\n" +
			"The AWS CLI shows the same: aws logs tail /aws/lambda/FUNCTION --follow",
		Args:    oneArgument("FUNCTION"),
		PreRunE: fromEnvironment,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkURL(endpoint); err != nil {
				return err
			}
			group := args[0]
			if !strings.Contains(group, "/") {
				group = functionGroups + group
			}
			r := logsReader{endpoint: endpoint, region: region, group: group, filter: filter, w: cmd.OutOrStdout(), from: time.Now().Add(-since).UnixMilli()}
			return r.run(cmd.Context(), follow)
		},
	}
	urlFlag(cmd.Flags(), &endpoint)
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "print lines as they come, until interrupted")
	cmd.Flags().DurationVar(&since, "since", 10*time.Minute, "how far back to begin")
	cmd.Flags().StringVar(&filter, "filter", "", "only lines that match a CloudWatch filter pattern")
	cmd.Flags().StringVar(&region, "region", "", "the region of the log group; without one the emulator's default")
	return cmd
}

// oneArgument checks that there is one argument, which is called name.
func oneArgument(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return &usageError{fmt.Errorf("%s takes one %s", cmd.Name(), name)}
		}
		return nil
	}
}

// logsReader reads a log group.
type logsReader struct {
	endpoint, region, group, filter string
	w                               io.Writer
	// from is the time of the first event that is wanted, in milliseconds.
	from int64
	// seen are the ids of events of that time which are printed.
	seen map[string]bool
}

// logEvents is what FilterLogEvents answers.
type logEvents struct {
	Events []struct {
		EventID   string `json:"eventId"`
		Timestamp int64  `json:"timestamp"`
		Message   string `json:"message"`
	} `json:"events"`
	NextToken string `json:"nextToken"`
}

// errNoLogGroup is the answer for a group that is not there.
var errNoLogGroup = errors.New("no such log group")

func (r *logsReader) run(ctx context.Context, follow bool) error {
	r.seen = map[string]bool{}
	for {
		err := r.page(ctx)
		switch {
		case errors.Is(err, context.Canceled):
			return nil // interrupted
		case errors.Is(err, errNoLogGroup) && follow:
			// The function has not run yet.
		case errors.Is(err, errNoLogGroup):
			return fmt.Errorf("%w: %s", err, r.group)
		case err != nil:
			return err
		}
		if !follow {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(logsInterval):
		}
	}
}

// page prints all events there are from r.from on, and moves it.
func (r *logsReader) page(ctx context.Context) error {
	token := ""
	for {
		events, err := r.ask(ctx, token)
		if err != nil {
			return err
		}
		for _, e := range events.Events {
			if r.seen[e.EventID] {
				continue
			}
			if e.Timestamp > r.from {
				clear(r.seen)
				r.from = e.Timestamp
			}
			r.seen[e.EventID] = true
			at := time.UnixMilli(e.Timestamp).Format("15:04:05.000")
			if _, err := fmt.Fprintf(r.w, "%s %s\n", at, strings.TrimSuffix(e.Message, "\n")); err != nil {
				return err
			}
		}
		if token = events.NextToken; token == "" {
			return nil
		}
	}
}

func (r *logsReader) ask(ctx context.Context, token string) (*logEvents, error) {
	ctx, cancel := context.WithTimeout(ctx, requestsTimeout)
	defer cancel()
	input := map[string]any{"logGroupName": r.group, "startTime": r.from}
	if r.filter != "" {
		input["filterPattern"] = r.filter
	}
	if token != "" {
		input["nextToken"] = token
	}
	body, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(r.endpoint, "/")+"/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Amz-Target", "Logs_20140328.FilterLogEvents")
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	nameRegion(request, r.region, "logs")
	events := &logEvents{}
	failure := struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}{}
	status, err := exchange(request, func(status int, body io.Reader) error {
		if status == http.StatusOK {
			return json.NewDecoder(body).Decode(events)
		}
		return json.NewDecoder(body).Decode(&failure)
	})
	switch {
	case err != nil:
		return nil, err
	case failure.Type == "ResourceNotFoundException":
		return nil, errNoLogGroup
	case status != http.StatusOK:
		return nil, errors.New(cmp.Or(failure.Message, http.StatusText(status)))
	}
	return events, nil
}

// nameRegion names a region in the form of a signature, which is not verified; without
// a region the emulator takes its default.
func nameRegion(r *http.Request, region, service string) {
	if region != "" {
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/"+region+"/"+service+"/aws4_request, SignedHeaders=host, Signature=none")
	}
}

// exchange sends a request and lets read read the answer.
func exchange(r *http.Request, read func(status int, body io.Reader) error) (int, error) {
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, fmt.Errorf("no emulator answers: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // only read
	return response.StatusCode, read(response.StatusCode, io.LimitReader(response.Body, maxReportBytes))
}
