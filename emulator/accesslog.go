package emulator

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/logs"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// accessLog takes the access log lines of stages to where their settings say.
type accessLog struct {
	groups *logs.Service
	// file gets every line, too.
	file   *accessLogFile
	logger *slog.Logger
	// refused has the destinations that a warning was written for.
	refused sync.Map
}

// write adds a line. The destination is the ARN of a log group; one of a Firehose
// stream gets a warning once, unless there is a file.
func (a *accessLog) write(account, region, destinationARN string, at time.Time, line string) {
	a.file.write(line)
	scope, group, ok := logGroup(destinationARN)
	if !ok && a.file != nil {
		return
	}
	if !ok {
		if _, known := a.refused.LoadOrStore(destinationARN, true); !known {
			a.logger.Warn("access log lines are dropped: only log groups can be destinations; --access-log FILE gets all lines", "account", account, "region", region, "destination", destinationARN)
		}
		return
	}
	// AWS spreads the lines over streams named by a hash.
	sum := sha256.Sum256([]byte(destinationARN))
	a.groups.Append(scope, group, hex.EncodeToString(sum[:16]), at, line)
}

// logGroup takes the ARN of a log group apart.
func logGroup(arn string) (scope store.Scope, group string, ok bool) {
	parts := strings.SplitN(arn, ":", 7)
	if len(parts) != 7 || parts[0] != "arn" || parts[2] != "logs" || parts[5] != "log-group" {
		return scope, "", false
	}
	return store.Scope{Region: parts[3], Account: parts[4]}, strings.TrimSuffix(parts[6], ":*"), true
}
