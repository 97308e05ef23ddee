// Command wiregen writes the tables of package wire: the operations of each
// service, from the sources of the pinned SDK modules, and the constraints of
// their inputs, from the interface models in controlplane/wire/models.
//
// Generating is right here because neither can be had at run time: a package's
// variables cannot be enumerated by reflection, and the SDK's schemas carry no
// constraints. It needs no network and gives the same files for the same modules
// and models. Run it with: go generate ./controlplane/wire
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"strings"
)

// service is one AWS service with the names it goes by.
type service struct {
	// module is the last part of the SDK module's path and the model's file name.
	module string
	// constant is its wire.Service constant, prefix begins its generated names.
	constant, prefix string
}

var services = []service{
	{"apigateway", "APIGateway", "apiGateway"},
	{"apigatewayv2", "APIGatewayV2", "apiGatewayV2"},
	{"apigatewaymanagementapi", "APIGatewayManagement", "apiGatewayManagement"},
	{"lambda", "Lambda", "lambda"},
}

const modulePrefix = "github.com/aws/aws-sdk-go-v2/service/"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "wiregen:", err)
		os.Exit(1)
	}
}

func run() error {
	for _, s := range services {
		dir, version, err := moduleOf(modulePrefix + s.module)
		if err != nil {
			return err
		}
		operations, err := operationsFile(s, dir, version)
		if err != nil {
			return fmt.Errorf("operations of %s: %w", s.module, err)
		}
		if err := write("operations_"+s.module+"_gen.go", operations); err != nil {
			return err
		}
		constraints, err := constraintsFile(s, "models/"+s.module+".json")
		if err != nil {
			return fmt.Errorf("constraints of %s: %w", s.module, err)
		}
		if err := write("constraints_"+s.module+"_gen.go", constraints); err != nil {
			return err
		}
	}
	return nil
}

// moduleOf asks the go command for the directory and version of a required module.
func moduleOf(path string) (dir, version string, err error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}\t{{.Version}}", path).Output()
	if err != nil {
		return "", "", fmt.Errorf("find module %s: %w", path, err)
	}
	dir, version, _ = strings.Cut(strings.TrimSpace(string(out)), "\t")
	if dir == "" {
		return "", "", fmt.Errorf("module %s is not in the module cache: run go mod download", path)
	}
	return dir, version, nil
}

func write(name string, source *bytes.Buffer) error {
	formatted, err := format.Source(source.Bytes())
	if err != nil {
		return fmt.Errorf("format %s: %w", name, err)
	}
	return os.WriteFile(name, formatted, 0o644)
}
