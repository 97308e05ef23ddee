package restapi

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var errNoSdkType = wire.NotFound("Invalid SDK type identifier specified") // Unverified: the wording.

// sdkTypes are the kinds of client that API Gateway makes, in order of id.
// Unverified: the texts; the ids and names are those that GetSdk takes.
var sdkTypes = []types.SdkType{
	sdkType("android", "Android", "Android client SDK",
		sdkProperty("groupId", "Group ID", "The Maven group id", true), sdkProperty("artifactId", "Artifact ID", "The Maven artifact id", true),
		sdkProperty("artifactVersion", "Artifact version", "The Maven artifact version", true), sdkProperty("invokerPackage", "Invoker package", "The Java package of the client", true)),
	sdkType("java", "Java", "Java client SDK",
		sdkProperty("service.name", "Service Name", "Name that identifies the service in the SDK's classes", true),
		sdkProperty("java.package-name", "Java Package Name", "Name of the Java package of the client", true),
		sdkProperty("java.build-system", "Java Build System", "Build system to make a project for: maven or gradle", false),
		sdkProperty("java.group-id", "Java Group Id", "Group id of the project; by default derived from the package", false),
		sdkProperty("java.artifact-id", "Java Artifact Id", "Artifact id of the project; by default derived from the service name", false),
		sdkProperty("java.artifact-version", "Java Artifact Version", "Version of the project", false),
		sdkProperty("java.license-text", "Source Code License Text", "License text at the top of each source file", false)),
	sdkType("javascript", "JavaScript", "JavaScript client SDK"),
	sdkType("objectivec", "iOS (Objective-C)", "Objective-C client SDK for iOS", sdkProperty("classPrefix", "Prefix", "Prefix of the names of classes", true)),
	sdkType("ruby", "Ruby", "Ruby client SDK", sdkProperty("service.name", "Service Name", "Name that identifies the service in the gem", true),
		sdkProperty("ruby.gem-name", "Ruby Gem Name", "Name of the gem; by default derived from the service name", false),
		sdkProperty("ruby.gem-version", "Ruby Gem Version", "Version of the gem", false)),
	sdkType("swift", "iOS (Swift)", "Swift client SDK for iOS", sdkProperty("classPrefix", "Prefix", "Prefix of the names of classes", true)),
}

func sdkType(id, name, description string, properties ...types.SdkConfigurationProperty) types.SdkType {
	return types.SdkType{Id: &id, FriendlyName: &name, Description: &description, ConfigurationProperties: properties}
}

func sdkProperty(name, friendlyName, description string, required bool) types.SdkConfigurationProperty {
	return types.SdkConfigurationProperty{Name: &name, FriendlyName: &friendlyName, Description: &description, Required: required}
}

// sdkTypesAfter yields the types whose ids follow one.
func sdkTypesAfter(after string) iter.Seq2[store.Record[types.SdkType], error] {
	return func(yield func(store.Record[types.SdkType], error) bool) {
		for i := range sdkTypes {
			id := *sdkTypes[i].Id
			if id > after && !yield(store.Record[types.SdkType]{ID: []string{id}, Value: &sdkTypes[i]}, nil) {
				return
			}
		}
	}
}

// GetSdkTypes lists the kinds of client SDKs. The output has no position: a limit
// cuts the list short.
func (s *Service) GetSdkTypes(_ context.Context, in *apigateway.GetSdkTypesInput) (*apigateway.GetSdkTypesOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	items, _, err := store.Take(page, sdkTypesAfter(page.After))
	if err != nil {
		return nil, err
	}
	return &apigateway.GetSdkTypesOutput{Items: items}, nil
}

// GetSdkType returns a kind of client SDK.
func (s *Service) GetSdkType(_ context.Context, in *apigateway.GetSdkTypeInput) (*apigateway.GetSdkTypeOutput, error) {
	for i := range sdkTypes {
		if aws.ToString(sdkTypes[i].Id) == *in.Id {
			return wire.Respond[apigateway.GetSdkTypeOutput](&sdkTypes[i], nil)
		}
	}
	return nil, errNoSdkType
}
