package emulator

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/stagedoor-dev/stagedoor/controlplane/logs"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/dataplane/executionlog"
)

// The prefixes of the log groups of execution logs: "{prefix}{apiId}/{stage}".
const (
	restLogs      = "API-Gateway-Execution-Logs_"
	webSocketLogs = "/aws/apigateway/"
)

// executionLog takes the execution logs of stages to their log groups, which come into
// being with the first line, as on AWS.
func executionLog(groups *logs.Service, prefix string) executionlog.Sink {
	return func(account, region, apiID, stage string, lines []executionlog.Line) {
		group := prefix + apiID + "/" + stage
		// AWS spreads the lines over streams named by a hash.
		sum := sha256.Sum256([]byte(group))
		scope, stream := store.Scope{Account: account, Region: region}, hex.EncodeToString(sum[:16])
		for _, line := range lines {
			groups.Append(scope, group, stream, line.Time, line.Text)
		}
	}
}
