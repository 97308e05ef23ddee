package lambdarunner

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// jsonLines are the lines of a log tail; those that are not JSON have only a text.
func jsonLines(tail []byte) []map[string]any {
	var lines []map[string]any
	for text := range strings.Lines(string(tail)) {
		line := map[string]any{}
		if json.Unmarshal([]byte(text), &line) != nil {
			line = map[string]any{"text": strings.TrimSpace(text)}
		}
		delete(line, "time")
		delete(line, "timestamp")
		lines = append(lines, line)
	}
	return lines
}

func TestJSONLogs(t *testing.T) {
	t.Parallel()
	python := map[string]string{"app.py": `
import logging
log = logging.getLogger("mine")
def handler(event, context):
    log.debug("not shown")
    log.info("shown %d", 1, extra={"order": 7})
    print("plain")
    if event == "fail":
        raise ValueError("no")
`}
	node := map[string]string{"index.js": `
exports.handler = async (event) => {
  console.debug("not shown")
  console.log("shown %d", 1)
  console.warn({ order: 7 })
  console.error("failed:", new TypeError("no"))
}
`}
	for _, test := range []struct {
		name, tool, runtime, handler string
		files                        map[string]string
		payload, level               string
		want                         []map[string]any
	}{
		{"python", "python3", "python3.13", "app.handler", python, "{}", "", []map[string]any{
			{"type": "platform.start", "record": map[string]any{"requestId": "ID", "version": "$LATEST"}},
			{"level": "INFO", "message": "shown 1", "logger": "mine", "requestId": "ID", "order": 7.0},
			{"text": "plain"},
			{"type": "platform.report", "record": "success"},
		}},
		{"python, failing", "python3", "python3.13", "app.handler", python, `"fail"`, "WARN", []map[string]any{
			{"level": "INFO", "message": "shown 1", "logger": "mine", "requestId": "ID", "order": 7.0},
			{"text": "plain"},
			{
				"log_level": "ERROR", "errorMessage": "no", "errorType": "ValueError", "requestId": "ID",
				"stackTrace": []any{"  File \"/var/task/app.py\", line 9, in handler\n    raise ValueError(\"no\")\n"},
			},
		}},
		{"node", "node", "nodejs20.x", "index.handler", node, "{}", "DEBUG", []map[string]any{
			{"type": "platform.start", "record": map[string]any{"requestId": "ID", "version": "$LATEST"}},
			{"level": "INFO", "message": "shown 1", "requestId": "ID"},
			{"level": "WARN", "message": map[string]any{"order": 7.0}, "requestId": "ID"},
			{"level": "ERROR", "message": "failed: TypeError: no", "errorType": "TypeError", "errorMessage": "no", "requestId": "ID"},
			{"type": "platform.runtimeDone", "record": map[string]any{"requestId": "ID", "status": "success"}},
			{"type": "platform.report", "record": "success"},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			needTool(t, test.tool)
			r := newRig(t, nil)
			fn := r.function(test.runtime, test.handler, zipOf(t, test.files))
			fn.Version, fn.JSONLogs, fn.ApplicationLogLevel, fn.SystemLogLevel = "$LATEST", true, "INFO", test.level
			out := r.call(fn, test.payload)
			got := jsonLines(out.LogTail)
			id := ""
			for _, line := range got {
				if line["requestId"] != nil {
					id = line["requestId"].(string)
				}
			}
			for _, line := range got {
				if line["type"] == "platform.report" {
					record := line["record"].(map[string]any)
					if metrics := record["metrics"].(map[string]any); metrics["durationMs"].(float64) <= 0 || metrics["memorySizeMB"].(float64) != float64(fn.MemorySizeMiB) {
						t.Errorf("metrics %v", metrics)
					}
					line["record"] = record["status"]
				}
				if record, ok := line["record"].(map[string]any); ok && record["requestId"] == id {
					record["requestId"] = "ID"
				}
				if line["requestId"] == id {
					line["requestId"] = "ID"
				}
				if message, ok := line["message"].(string); ok && strings.Contains(message, "\n") {
					line["message"], _, _ = strings.Cut(message, "\n")
				}
				if strings.HasPrefix(test.name, "node") {
					delete(line, "stackTrace")
				}
			}
			got = slices.DeleteFunc(got, func(line map[string]any) bool { return line["type"] == "platform.initStart" })
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s\n%s", diff, out.LogTail)
			}
		})
	}
}
