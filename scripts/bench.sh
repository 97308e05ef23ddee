#!/usr/bin/env bash
# Go benchmarks of the parts, then the binary against the bare limit. Argument: length of one measurement.
set -euo pipefail
cd "$(dirname "$0")/.."
duration=${1:-1s}
mkdir -p bin
go build -o bin/bench ./scripts/bench
bin/bench -duration "$duration"

# parts TITLE PATTERN PACKAGE
parts() {
  printf '\n| %s | ns/op | allocs/op |\n| --- | ---: | ---: |\n' "$1"
  go test -run '^$' -bench "$2" -benchmem -benchtime "$duration" "$3" |
    awk '/^Benchmark/ { sub(/-[0-9]+$/, "", $1); print "| " $1 " | " $3 " | " $(NF-1) " |" }'
}
parts 'route match' Match ./dataplane/rest
parts 'a template of 40 lines, with reading its document' BenchmarkTemplate ./dataplane/vtl
parts 'JSONPath' . ./dataplane/jsonpath
parts 'a WebSocket message through MOCK and templates, against the library alone' BenchmarkEcho ./dataplane/websocket
parts 'a warm invocation by the runner, against a bare runtime loop with the same function' 'BenchmarkInvokeWarm/(bare|runner)' ./lambdarunner
parts 'import of OpenAPI documents, by their operations' BenchmarkImport ./controlplane/restapi
parts '1,000 REST APIs with 50 resources each, in a file' BenchmarkManyAPIs ./controlplane/restapi
