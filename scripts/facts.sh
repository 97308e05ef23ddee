#!/usr/bin/env bash
# Prints, for each file of recorded AWS facts, how many a test names, and which none does.
# testdata/facts.tsv lists the facts: id, tab, file. A test proves a fact by citing its id.
set -euo pipefail
cd "$(dirname "$0")/.."
cited=$(mktemp)
trap 'rm -f "$cited"' EXIT
{
  git ls-files --cached --others --exclude-standard '*_test.go' | xargs -r grep -ohE '\b[A-Z]{2}-[0-9]+[a-z]?\b'
  git ls-files --cached --others --exclude-standard testdata | grep -v 'facts.tsv$' | xargs -r grep -ohE '\b[A-Z]{2}-[0-9]+[a-z]?\b'
} 2>/dev/null | sort -u >"$cited" || true
awk -F'\t' '
  FILENAME == ARGV[1] { proved[$1] = 1; next }
  { total[$2]++; if ($1 in proved) have[$2]++; else open[$2] = open[$2] " " $1 }
  END {
    for (file in total) { sum += total[file]; ok += have[file]; printf "%-28s %3d / %3d%s\n", file, have[file], total[file], (open[file] == "" ? "" : "  unproved:" open[file]) | "sort" }
    close("sort"); printf "%-28s %3d / %3d\n", "all", ok, sum
  }' "$cited" testdata/facts.tsv
