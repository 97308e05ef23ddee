package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			name := version
			if name == "" {
				name = "dev"
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "stagedoor %s %s %s/%s\n", name, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
