package emulator

import (
	"context"
	"log/slog"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/logs"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/lambdarunner"
)

// functionLog returns the sink that keeps what functions print in their log groups, and
// shows it in the emulator's own log. The lines that frame every invocation are there
// for debugging only.
func functionLog(groups *logs.Service, logger *slog.Logger) func(lambdarunner.LogLine) {
	return func(line lambdarunner.LogLine) {
		groups.Append(store.Scope{Account: line.Account, Region: line.Region}, line.Group, line.Stream, line.Time, line.Text)
		level := slog.LevelInfo
		if isFrame(line.Text) {
			level = slog.LevelDebug
		}
		ctx := context.Background()
		if strings.TrimSpace(line.Text) == "" || !logger.Enabled(ctx, level) {
			return
		}
		logger.LogAttrs(ctx, level, "function log",
			slog.String("function", line.Function), slog.String("request_id", line.RequestID), slog.String("line", line.Text))
	}
}

func isFrame(text string) bool {
	for _, prefix := range []string{"INIT_START ", "START RequestId: ", "END RequestId: ", "REPORT RequestId: "} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}
