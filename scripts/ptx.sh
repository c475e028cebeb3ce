#!/usr/bin/env bash
# Compiles CUDA kernels to PTX, which the driver compiles for its GPU when it loads them:
#
#	scripts/ptx.sh [-o FOLDER] FILE.cu...
#
# The PTX is written beside its source, or into the folder. This takes clang 14 or later (Debian: clang)
# and no CUDA toolkit. The PTX in the repository is made with clang 14.
set -euo pipefail

clang=${CLANG:-clang}
shared=$(cd "$(dirname "${BASH_SOURCE[0]}")/../gpu/kernel" && pwd) # device.h, which all kernels include
folder=
if [ "${1:-}" = -o ]; then
	folder=$2
	shift 2
fi
[ $# -gt 0 ] || {
	echo "usage: scripts/ptx.sh [-o FOLDER] FILE.cu..." >&2
	exit 2
}

# sources FILE.cu: prints the paths of this file and of the headers that it can include.
sources() {
	echo "$1"
	find "$(dirname "$1")" "$shared/device.h" -maxdepth 1 -name '*.h' -exec realpath {} + | LC_ALL=C sort -u
}

for source in "$@"; do
	sum=$(sources "$source" | xargs -d '\n' cat | sha256sum | cut -d ' ' -f 1)
	{
		echo "// Made by scripts/ptx.sh from $(basename "$source") and its headers, whose SHA-256 is $sum"
		# sm_50 is the oldest GPU that the drivers of today know. They compile its PTX for every later one.
		"$clang" -x cuda --cuda-device-only -nocudainc -nocudalib --cuda-gpu-arch=sm_50 -O2 -ffp-contract=off \
			-I "$shared" -S -o - "$source"
	} >"${folder:-$(dirname "$source")}/$(basename "${source%.cu}").ptx"
done
