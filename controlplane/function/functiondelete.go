package function

import (
	"context"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// DeleteFunction deletes a function with all that belongs to it, or one version.
// Invocations that run come to their end.
func (s *Service) DeleteFunction(ctx context.Context, in *lambda.DeleteFunctionInput) (*lambda.DeleteFunctionOutput, error) {
	r, err := own(ctx, "DeleteFunction", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	remove := deleteFunction
	switch {
	case r.qualifier == "":
	case isVersion(r.qualifier):
		remove = deleteVersion
	case isAlias(r.qualifier):
		return nil, invalidParameter("Deletion of aliases is not currently supported.")
	default:
		return nil, invalidParameter("$LATEST version cannot be deleted without deleting the function.")
	}
	return update(ctx, s, func(tx store.Tx) (*lambda.DeleteFunctionOutput, error) {
		if _, err := findFunction(tx, r); err != nil {
			return nil, err
		}
		if err := remove(tx, r); err != nil {
			return nil, err
		}
		return &lambda.DeleteFunctionOutput{StatusCode: http.StatusNoContent}, nil
	})
}

func deleteFunction(tx store.Tx, r reference) error {
	for _, remove := range []func(store.Tx, store.Scope, ...string) error{
		functions.Delete, tags.Delete, concurrencies.Delete, recursions.Delete,
		versions.DeleteUnder, aliases.DeleteUnder, policies.DeleteUnder, eventConfigs.DeleteUnder,
		provisions.DeleteUnder, functionURLs.DeleteUnder, runtimeManagements.DeleteUnder,
	} {
		if err := remove(tx, r.scope, r.name); err != nil {
			return err
		}
	}
	return nil
}

// deleteVersion deletes a version that no alias uses; it is no error when there
// is none.
func deleteVersion(tx store.Tx, r reference) error {
	var using []string
	for record, err := range aliases.All(tx, r.scope, "", r.name) {
		if err != nil {
			return err
		}
		if _, weighted := weightsOf(record.Value)[r.qualifier]; weighted || *record.Value.FunctionVersion == r.qualifier {
			using = append(using, *record.Value.Name)
		}
	}
	if len(using) > 0 {
		return conflict("Unable to delete version because the following aliases reference it: [" + strings.Join(using, ", ") + "]")
	}
	if err := versions.Delete(tx, r.scope, r.name, r.qualifier); err != nil {
		return err
	}
	return deleteQualified(tx, r)
}

// deleteQualified deletes what belongs to the version or alias that r names.
func deleteQualified(tx store.Tx, r reference) error {
	for _, remove := range []func(store.Tx, store.Scope, ...string) error{
		policies.Delete, eventConfigs.Delete, provisions.Delete, functionURLs.Delete, runtimeManagements.Delete,
	} {
		if err := remove(tx, r.scope, r.name, r.qualifier); err != nil {
			return err
		}
	}
	return nil
}
