#!/usr/bin/env bash
# Runs each fuzz target of the module for the given time (default 5s).
set -euo pipefail
cd "$(dirname "$0")/.."
duration=${1:-5s}
output=$(mktemp)
trap 'rm -f "$output"' EXIT

fuzz() { go test -run '^$' -fuzz "^$2\$" -fuzztime "$duration" "$1" </dev/null >"$output" 2>&1; }

# The fuzzer sometimes takes the end of its time for a failure of the target: that is one
# without an input, and then it gets a second chance.
isClock() { grep -q 'context deadline exceeded' "$output" && ! grep -q 'Failing input written' "$output"; }

grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u | while read -r package; do
  grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$package"/*_test.go | awk '{print $2}' | sort -u | while read -r target; do
    echo "fuzz $package $target"
    if ! fuzz "$package" "$target" && ! { isClock && fuzz "$package" "$target"; }; then
      cat "$output"
      exit 1
    fi
    tail -n 1 "$output"
  done
done
