package openapi

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// MaxBytes is AWS's limit for a document.
const MaxBytes = 6 << 20

// ErrInvalid is a document that is no OpenAPI document. The message is AWS's.
var ErrInvalid = errors.New("Invalid OpenAPI input.") //nolint:revive // AWS's words

// ErrNoTitle is a document without info.title where one is needed.
var ErrNoTitle = fmt.Errorf("%w There is no title", ErrInvalid)

// BasePathMode says what becomes of the base path of a document.
type BasePathMode string

// The modes of the basepath parameter.
const (
	BasePathIgnore  BasePathMode = "ignore"
	BasePathPrepend BasePathMode = "prepend"
	BasePathSplit   BasePathMode = "split"
)

// Options say how a document is imported.
type Options struct {
	// Account, Region and Partition stand for ${AWS::AccountId}, ${AWS::Region} and
	// ${AWS::Partition} in the document.
	Account, Region string
	// BasePath defaults to BasePathIgnore.
	BasePath BasePathMode
	// IgnoreDocumentation makes no documentation parts.
	IgnoreDocumentation bool
	// ModelURL is what references to models begin with in their schemas.
	ModelURL string
}

// RestApi is what a document says of a REST API.
type RestApi struct {
	Name, Description, Version string
	// The following are nil or empty where the document is silent.
	ApiKeySource              string
	BinaryMediaTypes          []string
	MinimumCompressionSize    *string
	Policy                    *string
	SecurityPolicy            string
	EndpointAccessMode        string
	DisableExecuteApiEndpoint *bool
	VpcEndpointIds            []string
	IpAddressType             string

	Models           []types.Model
	Validators       []types.RequestValidator
	Authorizers      []types.Authorizer
	GatewayResponses []types.GatewayResponse
	// Paths are in the order of the document, with the base path as the mode has it.
	Paths              []Path
	DocumentationParts []types.DocumentationPart
	// DocumentationVersion is the version of the documentation extension.
	DocumentationVersion string
	// Warnings say what could not be taken over.
	Warnings []string
}

// Path is a path of the document.
type Path struct {
	// Path begins with a slash.
	Path    string
	Methods []Method
}

// Method is an operation of the document.
type Method struct {
	types.Method

	// Authorizer and Validator are names; empty for none.
	Authorizer, Validator string
	// Responses are those of the integration, in the order of the document.
	Responses []types.IntegrationResponse

	path string
}

// importer collects a RestApi from a document.
type importer struct {
	root    *Value
	options Options
	isV3    bool
	api     *RestApi
	// models has the names that are taken, inline those made for schemas.
	models map[string]bool
	inline map[string]string
	// schemes are the security schemes by name.
	schemes map[string]scheme
	// validator is the default request validator.
	validator string
}

// Import reads a Swagger 2.0 or OpenAPI 3.0 document. It returns [ErrInvalid], wrapped
// with the cause, for what is none.
func Import(document []byte, options Options) (*RestApi, error) {
	root, err := readRoot(document, options)
	if err != nil {
		return nil, err
	}
	im := &importer{root: root, options: options, api: &RestApi{}, models: map[string]bool{}, inline: map[string]string{}, schemes: map[string]scheme{}}
	if root.at("info", "title").text() == "" {
		return nil, ErrNoTitle
	}
	switch {
	case strings.HasPrefix(root.Get("openapi").text(), "3.0"):
		im.isV3 = true
		im.api.Warnings = unexpected(root, openapi3)
	case root.Get("swagger").text() == "2.0" || root.Get("swagger").text() == "2":
		im.api.Warnings = unexpected(root, swagger2)
	default:
		return nil, fmt.Errorf("%w Neither swagger 2.0 nor openapi 3.0", ErrInvalid)
	}
	im.general()
	im.declareModels()
	im.validators()
	im.security()
	im.gatewayResponses()
	im.paths()
	im.extensionDocumentation()
	return im.api, nil
}

// readRoot reads a document as far as all kinds of APIs share it.
func readRoot(document []byte, options Options) (*Value, error) {
	if len(document) > MaxBytes {
		return nil, fmt.Errorf("%w The document is larger than %d bytes", ErrInvalid, MaxBytes)
	}
	text := strings.NewReplacer("${AWS::AccountId}", options.Account, "${AWS::Region}", options.Region, "${AWS::Partition}", "aws").Replace(string(document))
	root, err := Parse([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("%w %w", ErrInvalid, err)
	}
	if root.Kind != Object {
		return nil, fmt.Errorf("%w It is no object", ErrInvalid)
	}
	if info := root.Get("info"); info == nil || info.Kind != Object {
		return nil, ErrNoTitle
	}
	if paths := root.Get("paths"); paths != nil && paths.Kind != Object {
		return nil, fmt.Errorf("%w paths is no object", ErrInvalid)
	}
	return root, nil
}

func (im *importer) warn(format string, args ...any) {
	im.api.Warnings = append(im.api.Warnings, fmt.Sprintf(format, args...))
}

const extension = "x-amazon-apigateway-"

// general reads what concerns the API as a whole.
func (im *importer) general() {
	root, api := im.root, im.api
	info := root.Get("info")
	api.Name, api.Description, api.Version = info.Get("title").text(), info.Get("description").text(), info.Get("version").text()
	api.ApiKeySource = root.Get(extension + "api-key-source").text()
	api.BinaryMediaTypes = root.Get(extension + "binary-media-types").texts()
	if size := root.Get(extension + "minimum-compression-size"); size != nil {
		text := size.text()
		api.MinimumCompressionSize = &text
	}
	if policy := root.Get(extension + "policy"); policy != nil {
		text := policy.compact()
		if policy.Kind == String {
			text = policy.Text
		}
		api.Policy = &text
	}
	api.SecurityPolicy = root.Get(extension + "security-policy").text()
	api.EndpointAccessMode = root.Get(extension + "endpoint-access-mode").text()
	endpoint := root.Get(extension + "endpoint-configuration")
	if servers := root.Get("servers"); endpoint == nil && servers != nil && servers.Kind == Array {
		for _, server := range servers.Items {
			if found := server.Get(extension + "endpoint-configuration"); found != nil {
				endpoint = found
			}
		}
	}
	if endpoint != nil {
		if disable := endpoint.Get("disableExecuteApiEndpoint"); disable != nil {
			disabled := disable.isTrue()
			api.DisableExecuteApiEndpoint = &disabled
		}
		api.VpcEndpointIds = endpoint.Get("vpcEndpointIds").texts()
		api.IpAddressType = endpoint.Get("ipAddressType").text()
	}
	im.validator = root.Get(extension + "request-validator").text()
	im.documentInfo(info)
}

// basePath returns what stands before every path.
func (im *importer) basePath() string {
	mode := im.options.BasePath
	if mode != BasePathPrepend && mode != BasePathSplit {
		return ""
	}
	base := strings.Trim(im.documentBasePath(), "/")
	if mode == BasePathSplit {
		_, base, _ = strings.Cut(base, "/")
	}
	if base == "" {
		return ""
	}
	return "/" + base
}

func (im *importer) documentBasePath() string {
	if !im.isV3 {
		return im.root.Get("basePath").text()
	}
	servers := im.root.Get("servers")
	if servers == nil || servers.Kind != Array || len(servers.Items) == 0 {
		return ""
	}
	for _, server := range servers.Items {
		if variable := server.at("variables", "basePath", "default"); variable != nil {
			return variable.text()
		}
	}
	url := servers.Items[0].Get("url").text()
	if _, rest, ok := strings.Cut(url, "://"); ok {
		_, url, _ = strings.Cut(rest, "/")
	}
	return url
}

// maxReferences bounds chains of references.
const maxReferences = 16

// resolve follows references within the document. What refers elsewhere, or to nothing,
// gets a warning and is nil.
func (im *importer) resolve(v *Value) *Value {
	for range maxReferences {
		ref := v.Get("$ref")
		if ref == nil {
			return v
		}
		pointer, ok := strings.CutPrefix(ref.text(), "#/")
		if !ok {
			im.warn("Reference '%s' is not supported: only references within the document are.", ref.text())
			return nil
		}
		target := im.root
		for part := range strings.SplitSeq(pointer, "/") {
			target = target.Get(strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
		}
		if target == nil {
			im.warn("Unable to resolve reference '%s'.", ref.text())
			return nil
		}
		v = target
	}
	im.warn("Reference '%s' refers to itself.", v.Get("$ref").text())
	return nil
}
