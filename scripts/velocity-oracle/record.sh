#!/usr/bin/env bash
# Records what Apache Velocity 1.7 makes of the templates in testdata/vtl/golden.json: the
# tests of dataplane/vtl replay it. To add a case, add an object with a "template". Needs a
# JDK and Maven, which fetches the libraries; CI does not run it.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for artifact in org.apache.velocity:velocity:1.7 commons-collections:commons-collections:3.2.1 commons-lang:commons-lang:2.4 \
  net.minidev:json-smart:2.5.0 net.minidev:accessors-smart:2.5.0 org.ow2.asm:asm:9.3; do
  mvn --quiet dependency:copy "-Dartifact=$artifact" "-DoutputDirectory=$work/lib"
done
javac -Xlint:none -cp "$work/lib/*" -d "$work" scripts/velocity-oracle/VelocityOracle.java
java -cp "$work:$work/lib/*" VelocityOracle testdata/vtl/golden.json "$work/golden.json"
mv "$work/golden.json" testdata/vtl/golden.json
