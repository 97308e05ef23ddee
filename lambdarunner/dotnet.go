package lambdarunner

import (
	"context"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// dotnet runs dotnet* functions whose package has a bootstrap executable, which is
// what self-contained and native publishing make.
type dotnet struct{}

func (dotnet) command(ctx context.Context, files *runtimeFiles, fn *deployed.Function, at place) (command, error) {
	if _, ok := bootstrapOf(at); ok {
		c, err := provided{}.command(ctx, files, fn, at)
		c.managed = true
		return c, err
	}
	return command{}, &fault{
		Type: "Runtime.InvalidEntrypoint",
		Reason: "Functions of " + fn.Runtime + " run here from an executable named bootstrap, and the package of handler " + fn.Handler +
			" has none: make it an executable assembly on Amazon.Lambda.RuntimeSupport with <AssemblyName>bootstrap</AssemblyName>, " +
			"published self-contained or with PublishAot, and deploy it for provided.al2023 or " + fn.Runtime,
	}
}
