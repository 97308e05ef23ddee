package function

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// setConfigDigest sets ConfigSha256, which changes with the settings of a
// function and nothing else. Unverified: its form, and what AWS counts in.
func setConfigDigest(config *types.FunctionConfiguration) error {
	only := *config
	only.CodeSha256, only.CodeSize, only.ConfigSha256 = nil, 0, nil
	only.FunctionArn, only.Version, only.RevisionId, only.LastModified = nil, nil, nil, nil
	only.State, only.StateReason, only.StateReasonCode = "", nil, ""
	only.LastUpdateStatus, only.LastUpdateStatusReason, only.LastUpdateStatusReasonCode = "", nil, ""
	settings, err := wire.Marshal(&only)
	if err != nil {
		return fmt.Errorf("digest configuration: %w", err)
	}
	sum := sha256.Sum256(settings)
	config.ConfigSha256 = aws.String(base64.StdEncoding.EncodeToString(sum[:]))
	return nil
}
