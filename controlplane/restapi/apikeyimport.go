package restapi

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// importedKey is a key of a file, ready to be stored.
type importedKey struct {
	line    int
	key     *types.ApiKey
	planIDs []string
}

// ImportApiKeys makes the keys of a CSV file and puts them into usage plans. What is
// wrong with a row becomes a warning; with failonwarnings one is enough to make
// nothing at all.
func (s *Service) ImportApiKeys(ctx context.Context, in *apigateway.ImportApiKeysInput) (*apigateway.ImportApiKeysOutput, error) {
	rows, unreadable, err := parseKeyFile(string(in.Body))
	if err != nil {
		return nil, err
	}
	imported, refused := s.importedKeys(rows)
	before := append(unreadable, refused...)
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.ImportApiKeysOutput, error) {
		out := &apigateway.ImportApiKeysOutput{Ids: []string{}}
		out.Warnings = append(out.Warnings, before...)
		for _, imported := range imported {
			warnings, made, err := s.importKey(tx, scope, imported)
			if err != nil {
				return nil, err
			}
			out.Warnings = append(out.Warnings, warnings...)
			if made {
				out.Ids = append(out.Ids, *imported.key.Id)
			}
		}
		if in.FailOnWarnings && len(out.Warnings) > 0 {
			return nil, wire.BadRequest("Warnings found during import:\n\t" + strings.Join(out.Warnings, "\n\t"))
		}
		return out, nil
	})
}

// importedKeys makes keys of the rows. Of rows with the same value the last one
// counts, in the place of the first.
func (s *Service) importedKeys(rows []keyRow) (imported []importedKey, warnings []string) {
	now := s.timestamp()
	place := map[string]int{}
	for _, row := range rows {
		key := &types.ApiKey{
			Id: aws.String(newAPIKeyID()), Name: nonEmpty(row.name), Value: aws.String(row.value),
			Description: nonEmpty(row.description), CreatedDate: now, LastUpdatedDate: now,
			Enabled: row.enabled == "" || strings.EqualFold(row.enabled, "true"),
		}
		if err := checkAPIKey(key); err != nil {
			warnings = append(warnings, rowWarning(row.line, err))
			continue
		}
		next := importedKey{line: row.line, key: key, planIDs: row.usagePlanIDs}
		if i, ok := place[row.value]; ok {
			imported[i] = next
			continue
		}
		place[row.value] = len(imported)
		imported = append(imported, next)
	}
	return imported, warnings
}

// rowWarning is the warning for a row with which something is wrong. Unverified:
// the wording around the message.
func rowWarning(line int, err error) string {
	if message, ok := clientMessage(err); ok {
		return fmt.Sprintf("Line %d: %s", line, message)
	}
	return fmt.Sprintf("Line %d: %v", line, err)
}

// importKey stores a key and puts it into its plans, as far as that can be done.
func (s *Service) importKey(tx store.Tx, scope store.Scope, imported importedKey) (warnings []string, made bool, err error) {
	if err := s.createAPIKey(tx, scope, imported.key); err != nil {
		if _, ok := clientMessage(err); !ok || wire.Is(err, errTooManyKeys.Code) {
			return nil, false, err
		}
		return []string{rowWarning(imported.line, err)}, false, nil
	}
	for _, planID := range imported.planIDs {
		if _, err := s.createPlanKey(tx, scope, planID, *imported.key.Id); err != nil {
			if _, ok := clientMessage(err); !ok {
				return nil, false, err
			}
			warnings = append(warnings, rowWarning(imported.line, err))
		}
	}
	return warnings, true, nil
}

// clientMessage is the message of an error that is for the client.
func clientMessage(err error) (string, bool) {
	e, ok := errors.AsType[*wire.Error](err)
	if !ok {
		return "", false
	}
	return e.Message, true
}
