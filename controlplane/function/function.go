package function

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// maxNameLength is the length of the longest function name.
const maxNameLength = 64

// CreateFunction saves the code of a function and makes it ready to be invoked.
func (s *Service) CreateFunction(ctx context.Context, in *lambda.CreateFunctionInput) (*lambda.CreateFunctionOutput, error) {
	r, err := newFunctionReference(ctx, in.FunctionName)
	if err != nil {
		return nil, err
	}
	if err := s.checkCreate(in); err != nil {
		return nil, err
	}
	record := functionRecord{Config: newConfiguration(r), BuildID: newUUID()}
	if len(in.Architectures) > 0 {
		record.Config.Architectures = in.Architectures
	}
	var common settings
	wire.Copy(&common, in)
	if err := apply(r.scope, &record.Config, &common); err != nil {
		return nil, err
	}
	beginCreate(&record.Config)
	record.Config.LastModified = aws.String(s.lastModified())
	record.Config.RevisionId = aws.String(newUUID())
	publication := publication{wanted: in.Publish, revisionID: newUUID(), buildID: newUUID()}

	var created *types.FunctionConfiguration
	err = s.useCode(ctx, in.Code, func(code artifact) error {
		record.setCode(code)
		if err := s.checkStorage(r.scope, timesPublished(code.Size, in.Publish)); err != nil {
			return err
		}
		created, err = update(ctx, s, func(tx store.Tx) (*types.FunctionConfiguration, error) {
			if err := s.setLayers(tx, r.scope, &record, in.Layers); err != nil {
				return nil, err
			}
			return createFunction(tx, r, record, in.Tags, publication)
		})
		return err
	})
	if err == nil {
		s.activateLater(r)
	}
	return respond[lambda.CreateFunctionOutput](created, err)
}

func createFunction(tx store.Tx, r reference, record functionRecord, given map[string]string, p publication) (*types.FunctionConfiguration, error) {
	existing, err := findOrNil(tx, functions, r.scope, r.name)
	if err != nil {
		return nil, err
	}
	if existing != nil {
		return nil, conflict("Function already exist: " + r.name)
	}
	if len(given) > 0 {
		if err := tags.Put(tx, r.scope, &tagsRecord{Tags: given}, r.name); err != nil {
			return nil, err
		}
	}
	return putLatest(tx, r, record, p)
}

// putLatest stores $LATEST, publishes it as a version when that is wanted, and
// returns the configuration to answer with.
func putLatest(tx store.Tx, r reference, record functionRecord, p publication) (*types.FunctionConfiguration, error) {
	if err := checkSize(&record); err != nil {
		return nil, err
	}
	if err := setConfigDigest(&record.Config); err != nil {
		return nil, err
	}
	if err := functions.Put(tx, r.scope, &record, r.name); err != nil {
		return nil, err
	}
	if !p.wanted {
		return &record.Config, nil
	}
	version, err := publish(tx, r, &record, p)
	if err != nil {
		return nil, err
	}
	return &version.Config, nil
}

func newFunctionReference(ctx context.Context, name *string) (reference, error) {
	r, err := own(ctx, "CreateFunction", name, nil)
	if err != nil {
		return reference{}, err
	}
	if len(r.name) > maxNameLength {
		return reference{}, violation("functionName", r.name, "Member must have length less than or equal to 64")
	}
	if !all(r.name, isWordByte) {
		return reference{}, violation("functionName", r.name, "Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+")
	}
	if r.qualifier != "" && r.qualifier != latest {
		// Unverified: the wording.
		return reference{}, invalidParameter("A function cannot be created with a qualifier: " + r.qualifier)
	}
	r.qualifier = ""
	return r, nil
}

// checkCreate refuses what needs no state to be wrong.
func (s *Service) checkCreate(in *lambda.CreateFunctionInput) error {
	switch {
	case in.PackageType == types.PackageTypeImage:
		return unsupportedImage()
	case aws.ToString(in.CodeSigningConfigArn) != "":
		return unsupported("CodeSigningConfigArn")
	case in.TenancyConfig != nil:
		return unsupported("TenancyConfig")
	case in.PublishTo != "":
		return unsupported("PublishTo")
	case aws.ToString(in.Role) == "":
		// Unverified: the wording; the model's own check comes first.
		return violation("role", "null", "Member must not be null")
	}
	if err := s.checkCode(in.Code); err != nil {
		return err
	}
	if in.Runtime == "" || aws.ToString(in.Handler) == "" {
		return invalidParameter("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	}
	var common settings
	wire.Copy(&common, in)
	if err := s.checkSettings(&common); err != nil {
		return err
	}
	return checkTags(in.Tags)
}

// GetFunction returns a function's configuration, where its code is, its tags
// and its reserved concurrency.
func (s *Service) GetFunction(ctx context.Context, in *lambda.GetFunctionInput) (*lambda.GetFunctionOutput, error) {
	r, err := own(ctx, "GetFunction", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.GetFunctionOutput, error) {
		record, err := findVersion(tx, r)
		if err != nil {
			return nil, err
		}
		out := &lambda.GetFunctionOutput{
			Configuration: qualified(record.Config, r),
			Code:          s.codeLocation(record),
		}
		if out.Concurrency, err = findOrNil(tx, concurrencies, r.scope, r.name); err != nil {
			return nil, err
		}
		given, err := findOrNil(tx, tags, r.scope, r.name)
		if err != nil {
			return nil, err
		}
		if given != nil && len(given.Tags) > 0 {
			out.Tags = given.Tags
		}
		return out, nil
	})
}

func (s *Service) codeLocation(record *functionRecord) *types.FunctionCodeLocation {
	location := &types.FunctionCodeLocation{RepositoryType: aws.String("S3")}
	switch {
	case record.LocalDir != "":
		location.Location = aws.String(localURL(record.LocalDir))
	case s.codeURL != nil:
		location.Location = aws.String(s.codeURL(*record.Config.CodeSha256))
	}
	return location
}

// GetFunctionConfiguration returns a function's configuration.
func (s *Service) GetFunctionConfiguration(ctx context.Context, in *lambda.GetFunctionConfigurationInput) (*lambda.GetFunctionConfigurationOutput, error) {
	r, err := own(ctx, "GetFunctionConfiguration", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	config, err := view(ctx, s, func(tx store.Tx) (*types.FunctionConfiguration, error) {
		record, err := findVersion(tx, r)
		if err != nil {
			return nil, err
		}
		return qualified(record.Config, r), nil
	})
	return respond[lambda.GetFunctionConfigurationOutput](config, err)
}
