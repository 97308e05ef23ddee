package main

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

func envCommand() *cobra.Command {
	var endpoint, region string
	cmd := &cobra.Command{
		Use:     "env",
		Short:   "Print export lines that point AWS tools to the emulator",
		Long:    "Print export lines that point AWS tools to the emulator:\n\n  eval \"$(stagedoor env)\"",
		Args:    noArguments,
		PreRunE: fromEnvironment,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkURL(endpoint); err != nil {
				return err
			}
			for _, v := range [][2]string{
				{"AWS_ENDPOINT_URL", strings.TrimSuffix(endpoint, "/")},
				{"AWS_ACCESS_KEY_ID", "test"},
				{"AWS_SECRET_ACCESS_KEY", "test"},
				{"AWS_REGION", region},
				{"AWS_DEFAULT_REGION", region},
				// Without it, StartLiveTail goes to a host in front of the endpoint's name.
				{"AWS_DISABLE_HOST_PREFIX_INJECTION", "true"},
			} {
				if _, err := fmt.Fprintf(cmd.OutOrStdout(), "export %s=%s\n", v[0], quote(v[1])); err != nil {
					return err
				}
			}
			return nil
		},
	}
	urlFlag(cmd.Flags(), &endpoint)
	cmd.Flags().StringVar(&region, "region", emulator.DefaultRegion, "region to use")
	return cmd
}

// urlFlag adds --url, where the emulator is; STAGEDOOR_LISTEN decides its default.
func urlFlag(flags *pflag.FlagSet, endpoint *string) {
	flags.StringVar(endpoint, "url", listenURL(os.Getenv(variable("listen"))), "where the emulator is")
}

// listenURL returns the URL by which an emulator that listens on address is reached
// from this machine.
func listenURL(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "http://" + emulator.DefaultListen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func checkURL(value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return &usageError{fmt.Errorf("--url %q is no http or https URL", value)}
	}
	return nil
}

// quote makes one word of a POSIX shell out of s.
func quote(s string) string {
	safe := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("_-./:@%+,", c)
	}
	if s != "" && strings.IndexFunc(s, func(c rune) bool { return !safe(c) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
