package function

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// maxLayers is the number of layers that a function can have.
const maxLayers = 5

// layerUse is a layer version as a function has it.
type layerUse struct {
	ARN          string
	SHA256       string
	Size         int64
	UnzippedSize int64
}

// setLayers gives a function the layers with the given ARNs; nil changes nothing,
// none removes them.
func (s *Service) setLayers(tx store.Tx, scope store.Scope, record *functionRecord, arns []string) error {
	if arns == nil {
		return nil
	}
	uses, err := s.findLayers(tx, scope, arns)
	if err != nil {
		return err
	}
	record.Layers, record.Config.Layers = uses, nil
	for _, use := range uses {
		record.Config.Layers = append(record.Config.Layers, types.Layer{Arn: aws.String(use.ARN), CodeSize: use.Size})
	}
	return nil
}

func (s *Service) findLayers(tx store.Tx, scope store.Scope, arns []string) ([]layerUse, error) {
	if len(arns) > maxLayers {
		return nil, invalidParameter(fmt.Sprintf("Cannot reference more than %d layers.", maxLayers))
	}
	var uses []layerUse
	versionOf := map[string]string{}
	for _, arn := range arns {
		r, ok := parseLayerARN(arn)
		if !ok || r.version == 0 {
			return nil, violation("layers", "["+strings.Join(arns, ", ")+"]",
				`Member must satisfy constraint: [Member must satisfy regular expression pattern: `+
					`arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+]`)
		}
		if other, twice := versionOf[r.arn()]; twice {
			// Unverified: the wording.
			return nil, invalidParameter("Two different versions of the same layer are not allowed to be referenced in the same function. " +
				"Same layer versions: [" + other + ", " + arn + "]")
		}
		versionOf[r.arn()] = arn
		if r.scope.Region != scope.Region {
			return nil, layerVersionMissing(arn)
		}
		layer, err := s.readLayer(tx, scope.Account, r)
		if err != nil {
			return nil, err
		}
		if layer == nil {
			return nil, layerVersionMissing(arn)
		}
		uses = append(uses, layerUse{ARN: r.versionARN(), SHA256: layer.CodeSHA256, Size: layer.CodeSize, UnzippedSize: layer.UnzippedSize})
	}
	return uses, nil
}

func layerVersionMissing(arn string) error {
	return invalidParameter("Layer version " + arn + " does not exist.")
}

// checkSize refuses code that with its layers is too large.
func checkSize(record *functionRecord) error {
	size := record.UnzippedSize
	if size > maxUnzippedBytes {
		return tooLargeUnzipped()
	}
	for _, layer := range record.Layers {
		size += layer.UnzippedSize
	}
	if size > maxUnzippedBytes {
		return invalidParameter(fmt.Sprintf(
			"Function code combined with layers exceeds the maximum allowed size of %d bytes. The actual size is %d bytes.", maxUnzippedBytes, size))
	}
	return nil
}
