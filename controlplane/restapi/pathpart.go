package restapi

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	// pathPartPattern is plain text, a path variable, or a greedy one.
	pathPartPattern = regexp.MustCompile(`^(?:[a-zA-Z0-9._:$-]+|\{[a-zA-Z0-9._:$-]+\+?\})$`)

	errPathPart = wire.BadRequest("Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.")
)

func isVariable(pathPart string) bool { return strings.HasPrefix(pathPart, "{") }

func isGreedy(pathPart string) bool { return strings.HasSuffix(pathPart, "+}") }

// childSlot is where the children collection keeps a path part.
func childSlot(pathPart string) string {
	if isVariable(pathPart) {
		return variableSlot
	}
	return pathPart
}

func joinPath(parent, pathPart string) string {
	return strings.TrimSuffix(parent, "/") + "/" + pathPart
}

// checkChild holds the rules between a parent and the path part of a child.
func checkChild(parent *types.Resource, pathPart string) error {
	if parent.PathPart != nil && isGreedy(*parent.PathPart) {
		return errBelowGreedy(*parent.PathPart)
	}
	if pathPart == "" {
		return errNoPathPart
	}
	if !pathPartPattern.MatchString(pathPart) {
		return errPathPart
	}
	return nil
}

// errBelowGreedy is RM-22.
func errBelowGreedy(greedy string) error {
	return wire.BadRequest("Cannot create a child of a resource with a greedy path variable: " + greedy)
}

// checkSiblings holds the rules among the children of a parent for a resource id
// that is to stand there as pathPart: names are unique (RM-13), and one path
// variable is all they have (RM-21).
func checkSiblings(tx store.Tx, scope store.Scope, apiID, parentID, pathPart, id string) error {
	taken, err := store.Exists(tx, children, scope, apiID, parentID, childSlot(pathPart))
	if err != nil || !taken {
		return err
	}
	sibling, err := children.Get(tx, scope, apiID, parentID, childSlot(pathPart))
	if err != nil || sibling.ID == id {
		return err
	}
	return errSibling(sibling.PathPart, pathPart)
}

// errSibling is the error for a path part where a sibling stands.
func errSibling(sibling, pathPart string) error {
	if sibling == pathPart {
		return wire.Conflict("Another resource with the same parent already has this name: " + pathPart)
	}
	return wire.BadRequest(fmt.Sprintf("A sibling (%s) of this resource already has a variable path part -- only one is allowed", sibling))
}
