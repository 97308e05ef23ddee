package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// statusTimeout is how long status waits for an answer.
const statusTimeout = 2 * time.Second

func statusCommand() *cobra.Command {
	var endpoint string
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "Tell whether the emulator is running; exits with 1 when it is not",
		Args:    noArguments,
		PreRunE: fromEnvironment,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkURL(endpoint); err != nil {
				return err
			}
			return status(cmd, strings.TrimSuffix(endpoint, "/"))
		},
	}
	urlFlag(cmd.Flags(), &endpoint)
	return cmd
}

func status(cmd *cobra.Command, endpoint string) error {
	request, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, endpoint+"/_stagedoor/health", nil)
	if err != nil {
		return &usageError{err}
	}
	client := &http.Client{Timeout: statusTimeout}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("not running at %s: %w", endpoint, errors.Unwrap(err))
	}
	defer func() { _ = response.Body.Close() }() // it was read
	var report struct {
		Status, Version string
		UptimeSeconds   int64
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&report); err != nil || report.Status == "" {
		return fmt.Errorf("what answers at %s is not Stagedoor", endpoint)
	}
	if report.Status != "ok" {
		return fmt.Errorf("running at %s, but %s", endpoint, report.Status)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "running at %s, version %s, up %s\n", endpoint, report.Version, time.Duration(report.UptimeSeconds)*time.Second)
	return err
}
