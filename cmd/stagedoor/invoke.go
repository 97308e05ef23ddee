package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// errFunctionFailed is a function that ended with an error of its own.
var errFunctionFailed = errors.New("the function failed")

func invokeCommand() *cobra.Command {
	var endpoint, file, region string
	cmd := &cobra.Command{
		Use:   "invoke FUNCTION",
		Short: "Invoke a function with an event and show its answer and its log",
		Long: "Invoke a function with an event. The answer goes to the standard output, the log of the invocation to the standard error.\n\n" +
			"It ends with status 1 when the function fails. FUNCTION is a name, an ARN, or either with :version or :alias.",
		Args:    oneArgument("FUNCTION"),
		PreRunE: fromEnvironment,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkURL(endpoint); err != nil {
				return err
			}
			event, err := readEvent(cmd.InOrStdin(), file)
			if err != nil {
				return err
			}
			address := strings.TrimSuffix(endpoint, "/") + "/2015-03-31/functions/" + url.PathEscape(args[0]) + "/invocations"
			request, err := http.NewRequestWithContext(cmd.Context(), http.MethodPost, address, bytes.NewReader(event))
			if err != nil {
				return err
			}
			request.Header.Set("X-Amz-Log-Type", "Tail")
			nameRegion(request, region, "lambda")
			return invoke(request, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	urlFlag(cmd.Flags(), &endpoint)
	cmd.Flags().StringVarP(&file, "event", "e", "", `the file with the event, "-" for the standard input; without it the event is {}`)
	cmd.Flags().StringVar(&region, "region", "", "the region of the function; without one the emulator's default")
	return cmd
}

// readEvent reads the event, which has to be JSON.
func readEvent(stdin io.Reader, file string) ([]byte, error) {
	event := []byte("{}")
	var err error
	switch file {
	case "":
	case "-":
		event, err = io.ReadAll(stdin)
	default:
		event, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, fmt.Errorf("read the event: %w", err)
	}
	if !json.Valid(event) {
		return nil, &usageError{errors.New("the event is not JSON")}
	}
	return event, nil
}

func invoke(r *http.Request, stdout, stderr io.Writer) error {
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("no emulator answers: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // only read
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxReportBytes))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		failure := struct{ Message string }{}
		if json.Unmarshal(answer, &failure) != nil || failure.Message == "" {
			failure.Message = response.Status
		}
		return errors.New(failure.Message)
	}
	log, err := base64.StdEncoding.DecodeString(response.Header.Get("X-Amz-Log-Result"))
	if err == nil {
		_, err = stderr.Write(log)
	}
	if err == nil {
		_, err = fmt.Fprintf(stdout, "%s\n", answer)
	}
	if err == nil && response.Header.Get("X-Amz-Function-Error") != "" {
		err = errFunctionFailed
	}
	return err
}
