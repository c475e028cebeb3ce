#!/usr/bin/env bash
# Counts with callgrind how many instructions the kernels of internal/rgbyuv execute for one picture, at
# the levels that Valgrind knows (AVX2, and what every machine has). It compares the counts with those in
# benchmarks/instructions.txt; "instructions.sh -update" writes them there instead.
#
# Counts do not depend on other work of the machine, so they show the cost of a change of the kernels
# where times are too noisy. They depend on the compiler, which the file names; with another compiler the
# counts are printed and not compared.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

file=benchmarks/instructions.txt
width=640 height=360 tolerance=1 # percent

for tool in gcc valgrind; do
	command -v "$tool" >/dev/null || {
		echo "avloom: make instructions needs $tool; install it with: apt-get install $tool" >&2
		exit 1
	}
done
compiler="gcc $(gcc -dumpfullversion) $(gcc -dumpmachine)"
[ "$(uname -m)" = x86_64 ] || {
	echo "avloom: the counts in $file are for x86_64" >&2
	exit 0
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The flags are those of cgo: -g -O2 is its default, and the package adds the rest.
gcc -g -O2 -O3 -Wno-psabi -I internal/rgbyuv -o "$work/kernels" benchmarks/native/kernels.c internal/rgbyuv/*.c

count() { # level input output
	valgrind --tool=callgrind --callgrind-out-file="$work/out" --toggle-collect=rgbyuv_convert \
		"$work/kernels" count "$2" "$3" "$1" "$width" "$height" 2>"$work/log" || {
		cat "$work/log" >&2
		exit 1
	}
	awk '$1 == "summary:" || $1 == "totals:" { print $2; exit }' "$work/out"
}

{
	echo "# Instructions that internal/rgbyuv executes for one picture of ${width}x${height}," \
		"counted by callgrind: make instructions."
	echo "# compiler: $compiler"
	echo "# level input output instructions per-pixel"
	for level in avx2 base; do
		for input in planar rgb24 rgba; do
			for output in gray yuv444p yuv420p nv12; do
				n=$(count "$level" "$input" "$output")
				echo "$level $input $output $n $(awk -v n="$n" -v p=$((width * height)) 'BEGIN { printf "%.3f", n / p }')"
			done
		done
	done
} >"$work/counts"

if [ "${1:-}" = -update ]; then
	cp "$work/counts" "$file"
	echo "avloom: wrote $file"
	exit 0
fi
recorded=$(sed -n 's/^# compiler: //p' "$file")
if [ "$recorded" != "$compiler" ]; then
	echo "avloom: $file is of $recorded, and this is $compiler: the counts are not compared" >&2
	cat "$work/counts"
	exit 0
fi
awk -v tolerance="$tolerance" '
	/^#/ { next }
	NR == FNR { recorded[$1 " " $2 " " $3] = $4; next }
	{
		key = $1 " " $2 " " $3
		change = (key in recorded) ? 100 * ($4 / recorded[key] - 1) : 0
		off = !(key in recorded) || change > tolerance || change < -tolerance
		printf "%-26s %9d %+7.2f %%%s\n", key, $4, change, off ? "  <-- differs" : ""
		if (off) bad++
	}
	END { exit bad > 0 }
' "$file" "$work/counts" || {
	echo "avloom: more than $tolerance % off $file. If that is meant, run: make instructions UPDATE=1," \
		"and commit the file with the change" >&2
	exit 1
}
