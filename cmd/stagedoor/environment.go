package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// variable returns the environment variable that stands for a flag.
func variable(flag string) string {
	return "STAGEDOOR_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// fromEnvironment is a cobra PreRunE that sets the flags which the command line left
// out from their variables. It returns a usage error for a value that is none.
func fromEnvironment(cmd *cobra.Command, _ []string) error {
	var failed error
	cmd.LocalNonPersistentFlags().VisitAll(func(flag *pflag.Flag) {
		value, ok := os.LookupEnv(variable(flag.Name))
		if !ok || value == "" || flag.Changed || flag.Name == "help" || failed != nil {
			return
		}
		if err := flag.Value.Set(value); err != nil {
			failed = &usageError{fmt.Errorf("%s: %w", variable(flag.Name), err)}
		}
	})
	return failed
}
