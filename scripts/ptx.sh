#!/usr/bin/env bash
# Compiles CUDA kernels to PTX, which the driver compiles on for its GPU when it loads them: scripts/ptx.sh FILE.cu...
# It takes clang 14 or later (Debian: clang), and no CUDA toolkit. The PTX of clang 14 is what is kept.
set -euo pipefail

clang=${CLANG:-clang}
[ $# -gt 0 ] || {
	echo "usage: scripts/ptx.sh FILE.cu..." >&2
	exit 2
}
for source in "$@"; do
	dir=$(dirname "$source")
	sum=$(cat "$source" "$dir"/*.h | sha256sum | cut -d ' ' -f 1)
	{
		echo "// Made by scripts/ptx.sh from $(basename "$source") and the headers beside it, whose SHA-256 is $sum"
		# sm_50 is the oldest GPU that drivers of today know; they compile it on for all that came later.
		"$clang" -x cuda --cuda-device-only -nocudainc -nocudalib --cuda-gpu-arch=sm_50 -O2 -ffp-contract=off -S -o - "$source"
	} >"${source%.cu}.ptx"
done
