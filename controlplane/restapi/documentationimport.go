package restapi

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/openapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// errNoImporter is DO-16.
var errNoImporter = wire.BadRequest("Unable to build importer with provided input.")

// documentedDefinition is the documentation within an OpenAPI definition.
type documentedDefinition struct {
	Documentation struct {
		Parts []struct {
			Location   json.RawMessage `json:"location"`
			Properties json.RawMessage `json:"properties"`
		} `json:"documentationParts"`
	} `json:"x-amazon-apigateway-documentation"`
}

// parseDocumentation reads the parts out of an OpenAPI definition in JSON or YAML. A part
// that cannot be read becomes a warning.
func parseDocumentation(definition []byte) (parts []types.DocumentationPart, warnings []string, err error) {
	var document documentedDefinition
	if !isJSONObject(string(definition)) {
		value, err := openapi.Parse(definition)
		if err != nil || value.Kind != openapi.Object {
			return nil, nil, errNoImporter
		}
		definition = value.JSON()
	}
	if err := json.Unmarshal(definition, &document); err != nil {
		return nil, nil, errNoImporter.WithCause(err)
	}
	place := map[string]int{}
	for i, sent := range document.Documentation.Parts {
		part := types.DocumentationPart{Location: &types.DocumentationPartLocation{}, Properties: aws.String(compactJSON(sent.Properties))}
		err := json.Unmarshal(sent.Location, &location{part.Location})
		if err == nil {
			err = checkPart(&part)
		}
		if err != nil {
			message, ok := clientMessage(err)
			if !ok {
				message = "Invalid documentation part location specified"
			}
			warnings = append(warnings, fmt.Sprintf("Documentation part %d: %s", i+1, message)) // Unverified: the wording.
			continue
		}
		key := locationKey(part.Location)
		if at, ok := place[key]; ok {
			parts[at] = part // the last one for a location counts
			continue
		}
		place[key] = len(parts)
		parts = append(parts, part)
	}
	return parts, warnings, nil
}

// location decodes a location through its wire form.
type location struct {
	*types.DocumentationPartLocation
}

func (l *location) UnmarshalJSON(data []byte) error {
	return wire.Unmarshal(data, l.DocumentationPartLocation)
}

// compactJSON is the text of a value: properties stand in a definition as an object,
// or as the text of one.
func compactJSON(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	compact, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(compact)
}

// ImportDocumentationParts makes the parts that an OpenAPI definition contains. In
// mode merge they replace those with the same location, in mode overwrite all. With
// failonwarnings one warning is enough to make nothing at all.
func (s *Service) ImportDocumentationParts(
	ctx context.Context, in *apigateway.ImportDocumentationPartsInput,
) (*apigateway.ImportDocumentationPartsOutput, error) {
	parts, warnings, err := parseDocumentation(in.Body)
	if err != nil {
		return nil, err
	}
	if in.FailOnWarnings && len(warnings) > 0 {
		return nil, wire.BadRequest("Warnings found during import:\n\t" + strings.Join(warnings, "\n\t"))
	}
	out := &apigateway.ImportDocumentationPartsOutput{Ids: newPartIDs(len(parts)), Warnings: warnings}
	for i := range parts {
		parts[i].Id = &out.Ids[i]
	}
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.ImportDocumentationPartsOutput, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		if err := replaceParts(tx, scope, *in.RestApiId, parts, in.Mode == types.PutModeOverwrite); err != nil {
			return nil, err
		}
		number, err := store.Count(tx, documentationParts, scope, *in.RestApiId)
		if err != nil {
			return nil, err
		}
		if number > s.limits.DocumentationPartsPerAPI {
			return nil, errTooManyParts
		}
		return out, nil
	})
}

// newPartIDs draws ids in ascending order, so that parts are listed in the order in
// which the definition has them (DO-15).
func newPartIDs(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = newPartID()
	}
	slices.Sort(ids)
	return ids
}

// replaceParts stores parts in place of those with the same location, or of all.
func replaceParts(tx store.Tx, scope store.Scope, apiID string, parts []types.DocumentationPart, all bool) error {
	replaced := map[string]bool{}
	for _, part := range parts {
		replaced[locationKey(part.Location)] = true
	}
	existing, err := store.Collect(documentationParts.All(tx, scope, "", apiID))
	if err != nil {
		return err
	}
	for _, part := range existing {
		if !all && !replaced[locationKey(part.Location)] {
			continue
		}
		if err := documentationParts.Delete(tx, scope, apiID, *part.Id); err != nil {
			return err
		}
	}
	for i := range parts {
		if err := documentationParts.Put(tx, scope, &parts[i], apiID, *parts[i].Id); err != nil {
			return err
		}
	}
	return nil
}
