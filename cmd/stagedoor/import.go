package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// errNotImported is a document that was refused; what is wrong has been printed.
var errNotImported = errors.New("the document was not imported")

func importCommand() *cobra.Command {
	var i docImporter
	var endpoint, region string
	var isHTTP, watch bool
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Make an API of an OpenAPI document, deploy it, and show its URLs",
		Long: "Make a REST API, or with --http an HTTP API, of an OpenAPI document in JSON or YAML, deploy it, and show its URLs.\n\n" +
			"An API with the same name is overwritten, so that the command can be run again. With --watch that is done whenever the file is saved, until interrupted.",
		Args:    oneArgument("FILE"),
		PreRunE: fromEnvironment,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkURL(endpoint); err != nil {
				return err
			}
			i.file, i.endpoint, i.stdout, i.stderr = args[0], strings.TrimSuffix(endpoint, "/"), cmd.OutOrStdout(), cmd.ErrOrStderr()
			i.target = newRestTarget(clientConfig(i.endpoint, region))
			if isHTTP {
				i.target = newHTTPTarget(clientConfig(i.endpoint, region))
			}
			if watch {
				return i.watch(cmd.Context())
			}
			document, err := os.ReadFile(i.file)
			if err != nil {
				return fmt.Errorf("read the document: %w", err)
			}
			return i.run(cmd.Context(), document)
		},
	}
	urlFlag(cmd.Flags(), &endpoint)
	cmd.Flags().StringVar(&i.name, "name", "", "the name of the API; by default the title of the document")
	cmd.Flags().StringVar(&i.stage, "stage", "dev", "the stage to deploy to")
	cmd.Flags().StringVar(&region, "region", "", "the region of the API; without one the emulator's default")
	cmd.Flags().BoolVar(&isHTTP, "http", false, "make an HTTP API")
	cmd.Flags().BoolVarP(&watch, "watch", "w", false, "import again whenever the file is saved, until interrupted")
	return cmd
}

// clientConfig is for clients of the emulator. Without a region requests are not signed:
// the emulator takes its own.
func clientConfig(endpoint, region string) aws.Config {
	config := aws.Config{BaseEndpoint: &endpoint, Region: emulator.DefaultRegion, Credentials: aws.AnonymousCredentials{}, RetryMaxAttempts: 1}
	if region != "" {
		config.Region, config.Credentials = region, credentials.NewStaticCredentialsProvider("test", "test", "")
	}
	return config
}

// importTarget is a kind of API that documents are imported as.
type importTarget interface {
	// find returns the ids of the APIs with a name.
	find(ctx context.Context, name string) ([]string, error)
	// put makes an API of a document, or overwrites the one with the id if that is not
	// empty. It returns the id and the warnings.
	put(ctx context.Context, id string, document []byte) (string, []string, error)
	// rename gives an API a name.
	rename(ctx context.Context, id, name string) error
	// deploy deploys an API to a stage.
	deploy(ctx context.Context, id, stage string) error
	// methods lists the methods of an API and their paths, in order of paths.
	methods(ctx context.Context, id string) ([][2]string, error)
}

// docImporter imports a file into the emulator.
type docImporter struct {
	endpoint, file, name, stage string
	stdout, stderr              io.Writer
	target                      importTarget

	// id is that of the API, once it is known.
	id string
}

// run imports a document, deploys it, and prints its URLs. What is wrong with the
// document is printed; then it returns errNotImported.
func (i *docImporter) run(ctx context.Context, document []byte) error {
	title := documentTitle(document)
	name := i.name
	if name == "" {
		name = title
	}
	if i.id == "" && name != "" {
		ids, err := i.target.find(ctx, name)
		if err != nil {
			return i.failed(err)
		}
		if len(ids) > 1 {
			return fmt.Errorf("%d APIs have the name %s: delete them, or choose another name with --name", len(ids), name)
		}
		if len(ids) == 1 {
			i.id = ids[0]
		}
	}
	id, warnings, err := i.target.put(ctx, i.id, document)
	if err != nil {
		return i.failed(err)
	}
	i.id = id
	for _, warning := range warnings {
		_, _ = fmt.Fprintf(i.stderr, "warning: %s\n", warning)
	}
	if name != title {
		if err := i.target.rename(ctx, id, name); err != nil {
			return i.failed(err)
		}
	}
	if err := i.target.deploy(ctx, id, i.stage); err != nil {
		return i.failed(err)
	}
	return i.printURLs(ctx, name)
}

// failed prints what the emulator says, line by line, if it is about the document.
func (i *docImporter) failed(err error) error {
	known, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return fmt.Errorf("no emulator answers: %w", err)
	}
	if known.ErrorCode() != "BadRequestException" {
		return errors.New(known.ErrorMessage())
	}
	_, _ = fmt.Fprintf(i.stderr, "%s: %s\n", i.file, known.ErrorMessage())
	return errNotImported
}

func (i *docImporter) printURLs(ctx context.Context, name string) error {
	methods, err := i.target.methods(ctx, i.id)
	if err != nil {
		return i.failed(err)
	}
	base := i.endpoint + "/_aws/execute-api/" + i.id + "/" + i.stage
	if _, err := fmt.Fprintf(i.stdout, "%s (%s) is deployed to stage %s:\n", name, i.id, i.stage); err != nil {
		return err
	}
	for _, m := range methods {
		if _, err := fmt.Fprintf(i.stdout, "  %-7s %s%s\n", m[0], base, m[1]); err != nil {
			return err
		}
	}
	return nil
}

// documentTitle is the title of a document; empty when it has none.
func documentTitle(document []byte) string {
	var root struct {
		Info struct {
			Title string `yaml:"title"`
		} `yaml:"info"`
	}
	if yaml.Unmarshal(document, &root) != nil {
		return "" // the emulator says what is wrong
	}
	return root.Info.Title
}
