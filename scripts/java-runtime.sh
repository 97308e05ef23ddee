#!/usr/bin/env bash
# Builds the jar with which Java functions are run, from lambdarunner/java/src.
# The jar is checked in, for who builds Stagedoor need not have a JDK; a test
# compares the hash in it with that of the sources.
set -euo pipefail
cd "$(dirname "$0")/.."
src=lambdarunner/java/src
jar=lambdarunner/bootstrap/java/runtime.jar
classes=$(mktemp -d)
trap 'rm -rf "$classes"' EXIT

hash=$(cd "$src" && find . -name '*.java' | LC_ALL=C sort | xargs cat | sha256sum | cut -d' ' -f1)
# shellcheck disable=SC2046 # no spaces in these names
javac --release 11 -Xlint:all -Werror -proc:none -XDstringConcat=inline -g:source,lines -d "$classes" $(find "$src" -name '*.java' | LC_ALL=C sort)
mkdir -p "$(dirname "$jar")"
mkdir "$classes/META-INF"
echo "$hash" >"$classes/META-INF/sources.sha256"
jar --create --file "$jar" --main-class dev.stagedoor.runtime.Main --date 1980-01-01T00:00:02+00:00 -C "$classes" .
echo "$jar: sources $hash"
