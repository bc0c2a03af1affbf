#!/bin/sh
# Holds the encoding of examples on published tokenizers, which are not in this repository, and prints a table.
#
#     tools/tokenizer/check_real.sh FOLDER
#
# FOLDER holds a folder for each tokenizer, with tokenizer.json and tokenizer_config.json anywhere below it, as
# AutoTokenizer.from_pretrained(...).save_pretrained(...) or an unpacked package leaves them.
set -eu
[ $# -eq 1 ] && [ -d "$1" ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
exec mvn -q -pl preference-data -am test -Dtest=RealTokenizersTest -Dsurefire.failIfNoSpecifiedTests=false \
    -Dgdpo.tokenizers="$folder"
