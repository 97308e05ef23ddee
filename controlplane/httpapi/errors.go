package httpapi

import "github.com/stagedoor-dev/stagedoor/controlplane/wire"

// notFound is NotFoundException as this service has it.
func notFound(message string) error { return wire.NotFound(message) }
