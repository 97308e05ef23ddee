package function

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

const (
	urlIDLength     = 32
	maxCorsAge      = 86400
	maxCorsEntries  = 100
	maxCorsMethods  = 6
	maxCorsEntryLen = 1024
)

// functionURLRecord is the URL of a function or alias. The URL itself is not
// stored: it depends on where the emulator listens.
type functionURLRecord struct {
	URLID  string
	Config types.FunctionUrlConfig
}

// CreateFunctionUrlConfig gives a function or alias a URL.
func (s *Service) CreateFunctionUrlConfig(ctx context.Context, in *lambda.CreateFunctionUrlConfigInput) (*lambda.CreateFunctionUrlConfigOutput, error) {
	r, err := urlTarget(ctx, "CreateFunctionUrlConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if s.functionURL == nil {
		return nil, unsupported("A function URL (FunctionUrlConfig)")
	}
	if in.InvokeMode == "" {
		in.InvokeMode = types.InvokeModeBuffered
	}
	if err := checkFunctionURL(in.AuthType, in.InvokeMode, in.Cors); err != nil {
		return nil, err
	}
	at := s.urlTime()
	record := &functionURLRecord{URLID: newURLID(), Config: types.FunctionUrlConfig{
		AuthType: in.AuthType, Cors: anyCors(in.Cors), InvokeMode: in.InvokeMode,
		FunctionArn: aws.String(r.qualifiedARN()), CreationTime: &at, LastModifiedTime: &at,
	}}
	created, err := update(ctx, s, func(tx store.Tx) (*types.FunctionUrlConfig, error) {
		if _, err := findVersion(tx, r); err != nil {
			return nil, err
		}
		existing, err := findOrNil(tx, functionURLs, r.scope, r.name, r.policyQualifier())
		if err != nil {
			return nil, err
		}
		if existing != nil {
			return nil, conflict("Failed to create function url config for [functionArn = " + r.qualifiedARN() +
				"]. Error message:  FunctionUrlConfig exists for this Lambda function")
		}
		return s.shownURL(r, record), functionURLs.Put(tx, r.scope, record, r.name, r.policyQualifier())
	})
	return respond[lambda.CreateFunctionUrlConfigOutput](created, err)
}

// UpdateFunctionUrlConfig changes members of a URL's configuration; those that
// are not given stay. Cors is replaced as a whole; an empty one ends it, as Terraform's
// provider has found.
func (s *Service) UpdateFunctionUrlConfig(ctx context.Context, in *lambda.UpdateFunctionUrlConfigInput) (*lambda.UpdateFunctionUrlConfigOutput, error) {
	r, err := urlTarget(ctx, "UpdateFunctionUrlConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	at := s.urlTime()
	updated, err := update(ctx, s, func(tx store.Tx) (*types.FunctionUrlConfig, error) {
		record, err := findURL(tx, r)
		if err != nil {
			return nil, err
		}
		config := &record.Config
		if in.AuthType != "" {
			config.AuthType = in.AuthType
		}
		if in.InvokeMode != "" {
			config.InvokeMode = in.InvokeMode
		}
		if in.Cors != nil {
			config.Cors = anyCors(in.Cors)
		}
		config.LastModifiedTime = &at
		if err := checkFunctionURL(config.AuthType, config.InvokeMode, config.Cors); err != nil {
			return nil, err
		}
		return s.shownURL(r, record), functionURLs.Put(tx, r.scope, record, r.name, r.policyQualifier())
	})
	return respond[lambda.UpdateFunctionUrlConfigOutput](updated, err)
}

// GetFunctionUrlConfig returns the URL of a function or alias.
func (s *Service) GetFunctionUrlConfig(ctx context.Context, in *lambda.GetFunctionUrlConfigInput) (*lambda.GetFunctionUrlConfigOutput, error) {
	r, err := urlTarget(ctx, "GetFunctionUrlConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	config, err := view(ctx, s, func(tx store.Tx) (*types.FunctionUrlConfig, error) {
		record, err := findURL(tx, r)
		if err != nil {
			return nil, err
		}
		return s.shownURL(r, record), nil
	})
	return respond[lambda.GetFunctionUrlConfigOutput](config, err)
}

// DeleteFunctionUrlConfig takes the URL from a function or alias.
func (s *Service) DeleteFunctionUrlConfig(ctx context.Context, in *lambda.DeleteFunctionUrlConfigInput) (*lambda.DeleteFunctionUrlConfigOutput, error) {
	r, err := urlTarget(ctx, "DeleteFunctionUrlConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx store.Tx) (*lambda.DeleteFunctionUrlConfigOutput, error) {
		if _, err := findURL(tx, r); err != nil {
			return nil, err
		}
		return &lambda.DeleteFunctionUrlConfigOutput{}, functionURLs.Delete(tx, r.scope, r.name, r.policyQualifier())
	})
}

// ListFunctionUrlConfigs returns the URLs of a function and its aliases.
func (s *Service) ListFunctionUrlConfigs(ctx context.Context, in *lambda.ListFunctionUrlConfigsInput) (*lambda.ListFunctionUrlConfigsOutput, error) {
	r, p, err := listOf(ctx, "ListFunctionUrlConfigs", in.FunctionName, in.MaxItems, in.Marker)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.ListFunctionUrlConfigsOutput, error) {
		records, next, err := takeUnder(tx, functionURLs, r, p)
		if err != nil {
			return nil, err
		}
		list := make([]types.FunctionUrlConfig, len(records))
		for i := range records {
			list[i] = *s.shownURL(r, &records[i])
		}
		return &lambda.ListFunctionUrlConfigsOutput{FunctionUrlConfigs: list, NextMarker: next}, nil
	})
}

// urlTarget names a function or alias: versions have no URL.
func urlTarget(ctx context.Context, action string, name, qualifier *string) (reference, error) {
	r, err := own(ctx, action, name, qualifier)
	if err != nil {
		return reference{}, err
	}
	if r.qualifier == latest {
		r.qualifier = ""
	}
	if r.qualifier != "" && !isAlias(r.qualifier) {
		return reference{}, violation("qualifier", r.qualifier, `Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)`)
	}
	return r, nil
}

func findURL(tx store.Tx, r reference) (*functionURLRecord, error) {
	return store.Find(tx, functionURLs, r.scope, resourceNotFound(), r.name, r.policyQualifier())
}

// shownURL is a configuration as the API shows it.
func (s *Service) shownURL(r reference, record *functionURLRecord) *types.FunctionUrlConfig {
	config := record.Config
	if s.functionURL != nil {
		config.FunctionUrl = aws.String(s.functionURL(record.URLID, r.scope.Region))
	}
	return &config
}

// urlTime is the time of an operation as AWS prints it for URLs.
func (s *Service) urlTime() string {
	return s.now().UTC().Format("2006-01-02T15:04:05.000000000") + "Z"
}

// newURLID returns a random id, the host label of a URL.
func newURLID() string {
	return strings.ToLower((rand.Text() + rand.Text())[:urlIDLength])
}

// checkFunctionURL refuses a configuration that AWS would. The handler has checked
// the model's constraints already when a request came over HTTP.
func checkFunctionURL(auth types.FunctionUrlAuthType, mode types.InvokeMode, cors *types.Cors) error {
	if !slices.Contains(auth.Values(), auth) {
		return enumViolation("authType", auth, auth.Values())
	}
	if !slices.Contains(mode.Values(), mode) {
		return enumViolation("invokeMode", mode, mode.Values())
	}
	if cors == nil {
		return nil
	}
	if cors.MaxAge != nil {
		if err := checkRange("cors.maxAge", *cors.MaxAge, 0, maxCorsAge); err != nil {
			return err
		}
	}
	for _, list := range []struct {
		member  string
		entries []string
		most    int
		length  int
	}{
		{"cors.allowHeaders", cors.AllowHeaders, maxCorsEntries, maxCorsEntryLen},
		{"cors.allowMethods", cors.AllowMethods, maxCorsMethods, 6},
		{"cors.allowOrigins", cors.AllowOrigins, maxCorsEntries, 253},
		{"cors.exposeHeaders", cors.ExposeHeaders, maxCorsEntries, maxCorsEntryLen},
	} {
		if err := checkCorsList(list.member, list.entries, list.most, list.length); err != nil {
			return err
		}
	}
	return nil
}
