#!/bin/sh
# Records what Jayway JsonPath answers to the paths in testdata/jsonpath. Needs a JDK
# and Maven. To add cases, add {"path": "..."} rows to a file, or N random ones to
# every file with: record-jsonpath.sh generate N
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
cat >"$build/pom.xml" <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>jsonpath-oracle</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.jayway.jsonpath</groupId><artifactId>json-path</artifactId><version>2.9.0</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.11</version>
    </dependency>
  </dependencies>
</project>
POM
mvn -q -f "$build/pom.xml" dependency:copy-dependencies -DoutputDirectory="$build/lib"
javac -nowarn -cp "$build/lib/*" -d "$build" "$here/JsonPathOracle.java"
java -cp "$build/lib/*:$build" JsonPathOracle "${@:-record}" "$here"/../../testdata/jsonpath/*.json
