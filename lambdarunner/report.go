package lambdarunner

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// logTimeFormat is the time of log lines, as all Lambda runtimes print it.
const logTimeFormat = "2006-01-02T15:04:05.000Z"

// initStart is the line that begins the log of a process.
func initStart(fn *deployed.Function, version string, provisioned bool) systemLine {
	// AWS's ARN ends in a hash of the runtime's image; ours is stable for a version.
	sum := sha256.Sum256([]byte(fn.Runtime + " " + version))
	arn := "arn:aws:lambda:" + fn.Region + "::runtime:" + hex.EncodeToString(sum[:])
	return systemLine{
		level: logInfo, text: "INIT_START Runtime Version: " + version + "\tRuntime Version ARN: " + arn,
		kind: "platform.initStart", record: initStartRecord{initialization(fn, provisioned), "init", version, arn, fn.Name, fn.Version},
	}
}

// initReport is the line for an init that failed; phase is "init", or "invoke"
// for the second try, which runs on the function's own time.
func (p *process) initReport(took time.Duration, phase, status, errorType string) systemLine {
	line := "INIT_REPORT Init Duration: " + millis(took) + " ms\tPhase: " + phase + "\tStatus: " + status
	if errorType != "" {
		line += "\tError Type: " + errorType
	}
	return systemLine{
		level: logWarn, text: line, kind: "platform.initReport",
		record: initReportRecord{initialization(p.fn, p.inv == nil), phase, status, errorType, initMetrics{milliseconds(took)}},
	}
}

// report makes the END and REPORT lines of an invocation that is over now.
// An errorType belongs to the status error.
func (p *process) report(inv *invocation, status, errorType string) []systemLine {
	var took time.Duration
	if !inv.started.IsZero() {
		took = min(p.runner.cfg.Now().Sub(inv.started), inv.timeout)
	}
	// Cold starts are billed since August 2025.
	billed := math.Ceil(float64(took+inv.init) / float64(time.Millisecond))
	id := inv.in.RequestID
	line := make([]byte, 0, 256)
	line = append(line, "REPORT RequestId: "...)
	line = append(line, id...)
	line = append(line, "\tDuration: "...)
	line = appendMillis(line, took)
	line = append(line, " ms\tBilled Duration: "...)
	line = strconv.AppendFloat(line, billed, 'f', 0, 64)
	line = append(line, " ms\tMemory Size: "...)
	line = strconv.AppendInt(line, int64(p.fn.MemorySizeMiB), 10)
	line = append(line, " MB\tMax Memory Used: "...)
	used := p.memory.peakMiB(p.runner.cfg.Now())
	if p.fn.MemorySizeMiB > 0 {
		used = min(used, int64(p.fn.MemorySizeMiB)) // files that are only cached count here
	}
	line = strconv.AppendInt(line, used, 10)
	line = append(line, " MB\t"...)
	if inv.init > 0 {
		line = append(line, "Init Duration: "...)
		line = appendMillis(line, inv.init)
		line = append(line, " ms\t"...)
	}
	level := logInfo
	if status != statusSuccess {
		level = logWarn
		line = append(append(line, "Status: "...), status...)
	}
	if errorType != "" {
		line = append(append(line, "\tError Type: "...), errorType...)
	}
	metrics := reportMetrics{milliseconds(took), billed, int64(p.fn.MemorySizeMiB), used, milliseconds(inv.init)}
	return []systemLine{
		{level: logDebug, text: "END RequestId: " + id, kind: "platform.runtimeDone", record: doneRecord{id, status, errorType}},
		{level: level, text: string(line), kind: "platform.report", record: reportRecord{id, metrics, status, errorType}},
	}
}

// milliseconds is d as records have it.
func milliseconds(d time.Duration) float64 {
	return math.Round(float64(d)/float64(time.Microsecond)) / 1000
}

func millis(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond)) }

func appendMillis(b []byte, d time.Duration) []byte {
	return strconv.AppendFloat(b, float64(d)/float64(time.Millisecond), 'f', 2, 64)
}
