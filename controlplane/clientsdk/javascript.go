package clientsdk

import (
	"archive/zip"
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

//go:embed lib/*.js README.md.tmpl
var files embed.FS

// root is the directory of everything in the zip, as in AWS's.
const root = "apiGateway-js-sdk/"

// method is what the client knows of a method; the names are those of
// lib/apiGatewayClient.js.
type method struct {
	Verb             string   `json:"verb"`
	Path             string   `json:"path"`
	AuthType         string   `json:"authType"`
	PathParameters   []string `json:"pathParameters"`
	QueryParameters  []string `json:"queryParameters"`
	HeaderParameters []string `json:"headerParameters"`
	Required         []string `json:"required"`
}

// JavaScript returns the zip with the JavaScript client of a stage that is served at
// invokeURL. The files have the time of made. Methods for ANY are left out, as AWS does;
// without other methods there is no apigClient.js.
func JavaScript(stage *deployed.RestStage, invokeURL string, made time.Time) ([]byte, error) {
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	add := func(name string, content []byte) error {
		w, err := archive.CreateHeader(&zip.FileHeader{Name: root + name, Method: zip.Deflate, Modified: made.UTC()})
		if err != nil {
			return err
		}
		_, err = w.Write(content)
		return err
	}
	readme, err := files.ReadFile("README.md.tmpl")
	if err != nil {
		return nil, err
	}
	if err := add("README.md", readme); err != nil {
		return nil, err
	}
	client, err := client(stage, invokeURL)
	if err != nil {
		return nil, err
	}
	if client != nil {
		if err := add("apigClient.js", client); err != nil {
			return nil, err
		}
	}
	library, err := files.ReadDir("lib")
	if err != nil {
		return nil, err
	}
	for _, entry := range library {
		content, err := files.ReadFile("lib/" + entry.Name())
		if err != nil {
			return nil, err
		}
		if err := add("lib/apiGatewayCore/"+entry.Name(), content); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

const clientHead = `// The client of an API's stage, made by Stagedoor. See README.md.
var apigClientFactory = {};

apigClientFactory.newClient = function (config) {
  var factory = typeof module === 'object' && module.exports ?
    require('./lib/apiGatewayCore/apiGatewayClient.js').core.apiGatewayClientFactory : apiGateway.core.apiGatewayClientFactory;
  config = Object.assign({}, config);
  config.invokeUrl = config.invokeUrl || %s;
  config.region = config.region || %s;
  config.defaultContentType = config.defaultContentType || 'application/json';
  config.defaultAcceptType = config.defaultAcceptType || 'application/json';
  var client = factory.newClient(config);
  var apigClient = {};
`

const clientMethod = `
  apigClient.%s = function (params, body, additionalParams) {
    return client.call(%s, params, body, additionalParams);
  };
`

const clientTail = `
  return apigClient;
};

if (typeof module === 'object' && module.exports) {
  module.exports = apigClientFactory;
}
`

// client is apigClient.js; nil when there is no method for it.
func client(stage *deployed.RestStage, invokeURL string) ([]byte, error) {
	var b bytes.Buffer
	address, err := json.Marshal(strings.TrimSuffix(invokeURL, "/"))
	if err != nil {
		return nil, err
	}
	region, err := json.Marshal(stage.Region)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&b, clientHead, address, region)
	names := map[string]bool{}
	resources := slices.SortedFunc(slices.Values(stage.Api.Resources), func(a, b types.Resource) int { return cmp.Compare(*a.Path, *b.Path) })
	for i := range resources {
		r := &resources[i]
		for _, verb := range slices.Sorted(maps.Keys(r.ResourceMethods)) {
			if verb == "ANY" {
				continue
			}
			m := r.ResourceMethods[verb]
			description, err := json.Marshal(describe(*r.Path, verb, &m))
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&b, clientMethod, unique(names, functionName(*r.Path, verb)), description)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	b.WriteString(clientTail)
	return b.Bytes(), nil
}

func unique(names map[string]bool, name string) string {
	free := name
	for n := 2; names[free]; n++ {
		free = name + strconv.Itoa(n)
	}
	names[free] = true
	return free
}

// functionName is the name of the function for a method: petsPetIdGet for GET on
// /pets/{petId}, rootGet for GET on /.
//
// Unverified: what becomes of characters besides letters and digits.
func functionName(path, verb string) string {
	words := strings.FieldsFunc(path, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9')
	})
	if len(words) == 0 {
		words = []string{"root"}
	}
	var name strings.Builder
	for i, word := range append(words, strings.ToLower(verb)) {
		first := strings.ToUpper(word[:1])
		if i == 0 {
			first = strings.ToLower(first)
			if first[0] >= '0' && first[0] <= '9' {
				first = "_" + first
			}
		}
		name.WriteString(first + word[1:])
	}
	return name.String()
}

// describe tells the client of a method.
func describe(path, verb string, m *types.Method) method {
	d := method{
		Verb: verb, Path: path, AuthType: aws.ToString(m.AuthorizationType),
		PathParameters: []string{}, QueryParameters: []string{}, HeaderParameters: []string{}, Required: []string{},
	}
	for segment := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			name = strings.TrimSuffix(strings.TrimSuffix(name, "}"), "+")
			d.PathParameters, d.Required = append(d.PathParameters, name), append(d.Required, name)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.RequestParameters)) {
		where, name, _ := strings.Cut(strings.TrimPrefix(key, "method.request."), ".")
		switch where {
		case "querystring":
			d.QueryParameters = append(d.QueryParameters, name)
		case "header":
			d.HeaderParameters = append(d.HeaderParameters, name)
		default:
			continue
		}
		if m.RequestParameters[key] {
			d.Required = append(d.Required, name)
		}
	}
	return d
}
