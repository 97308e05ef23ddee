#!/usr/bin/env bash
# Go benchmarks of the parts, then the binary against the bare limit. Argument: length of one measurement.
set -euo pipefail
cd "$(dirname "$0")/.."
duration=${1:-1s}
mkdir -p bin
go build -o bin/bench ./scripts/bench
bin/bench -duration "$duration"
echo
echo '| route match | ns/op | allocs/op |'
echo '| --- | ---: | ---: |'
go test -run '^$' -bench 'Match' -benchmem -benchtime "$duration" ./dataplane/rest |
  awk '/^Benchmark/ { sub(/-[0-9]+$/, "", $1); print "| " $1 " | " $3 " | " $(NF-1) " |" }'
