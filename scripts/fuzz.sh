#!/usr/bin/env bash
# Runs every fuzz target for a while, one after another: "fuzz.sh 2m" for two minutes each,
# "fuzz.sh 2m Config" for those with Config in their name.
#
# An input that makes a target fail stays in the testdata/fuzz of its package, where every run of the
# tests tries it again. Fix the fault, name the file after it, and commit both.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

time=${1:-30s} only=${2:-}
found=0
while IFS=: read -r file line; do
	target=${line#func } target=${target%%(*}
	[[ $target == *"$only"* ]] || continue
	echo "avloom: $target in $(dirname "$file"), for $time"
	(cd "$(dirname "$file")" && go test . -run '^$' -fuzz "^$target\$" -fuzztime "$time") || found=1
done < <(grep -r --include='*_test.go' '^func Fuzz' . | sed 's|^\./||' | sort)
exit $found
