#!/bin/sh
# Makes what tests know of the version before, by that version's own program:
#   platform/src/test/resources/version-before/events.jsonl        one event of each type
#   training-engine/src/test/resources/version-before/             a job that it left half done, and
#                                                                  the weights that it would have ended with
# usage: tools/version-before/make_fixtures.sh [COMMIT]
# Needs git, a JDK and Maven; builds that commit in a temporary folder.
set -eu

commit=${1:-1c6a27a}
root=$(cd -- "$(dirname -- "$0")/../.." && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

git clone -q "$root" "$build/version"
git -C "$build/version" checkout -q "$commit"
# One run of Maven: the modules find one another in it. The last one's class path stays in the file.
(cd "$build/version" && mvn -B -q -Dspotless.check.skip=true -DskipTests -pl trainer-service -am \
  package dependency:build-classpath -Dmdep.outputFile="$build/jars" -Dmdep.includeScope=test)

classes=$build/classes
mkdir "$classes"
for module in contracts platform preference-data causal-lm embedded-infrastructure trainer-service; do
  classes=$classes:$build/version/$module/target/classes
done
classes=$classes:$build/version/trainer-service/target/test-classes:$(cat "$build/jars")
javac -d "$build/classes" -cp "$classes" "$root"/tools/version-before/*.java

events=$root/platform/src/test/resources/version-before
mkdir -p "$events"
java -cp "$classes" RecordEvents "$build/version/examples/demo-quick.yaml" >"$events/events.jsonl"

# A run knows its model by its tokenizer's path, which is therefore the one that the test has.
folder=src/test/resources/version-before
mkdir "$build/work"
cd "$build/work"
java -cp "$classes" io.gdpo.trainer.train.HalfDoneJob "$folder" sft gdpo
for whole in "$folder"/*-whole; do # of it the weights and the progress are compared with
  mv "$whole" kept
  mkdir -p "$whole/final"
  mv kept/progress.jsonl "$whole/"
  mv kept/final/model.safetensors "$whole/final/"
  rm -rf kept
done
rm -rf "$root/training-engine/$folder"
mkdir -p "$root/training-engine/$folder"
cp -r "$folder/." "$root/training-engine/$folder/"
