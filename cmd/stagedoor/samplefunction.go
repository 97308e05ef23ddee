package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/stagedoor-dev/stagedoor/cmd/stagedoor/internal/sample"
)

const sampleFunctionName = "sample-function"

// sampleFunctionCommand is the function of the sample API: this binary in the role of
// a Lambda function, so that the sample needs no other program.
func sampleFunctionCommand() *cobra.Command {
	return &cobra.Command{
		Use:    sampleFunctionName,
		Hidden: true,
		Args:   noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return sample.Run(cmd.Context(), os.Getenv("AWS_LAMBDA_RUNTIME_API"))
		},
	}
}
