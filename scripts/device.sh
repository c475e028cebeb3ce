#!/usr/bin/env bash
# Checks and measures avloom on another machine: one with a GPU and many cores that has neither Go, nor
# FFmpeg, nor a network.
#
#	bash scripts/device.sh pack DIR     here: puts all that is needed into DIR, below 45 MiB
#	bash DIR/device.sh run DIR [OUT]    there, where DIR was copied to: runs it, in at most four minutes
#
# It runs the tests of gpu and nodes, and those of api and examples/cuda that use CUDA. Then it measures,
# as far as the time goes (BENCHMARKS=0 measures nothing, LIMIT=600 takes ten minutes): the GPU, 1 to 64
# streams at once, RenderFilm with 1 to 16 workers, short clips, NVENC beside other programs, and one
# stream. OUT, which is DIR/results by default, gets
#
#	report.txt   of each test whether it used the real GPU or the stand-in of internal/cudatest, and tables
#	tests.txt    the whole output of the tests
#	*.json       the results of the tests, of the GPU, and of each benchmark
#
# The exit status is 1 if a test failed.
#
# The other machine needs the same kind of processor, a glibc as old as this one's or newer, and xz or
# Python. The shared libraries that the programs need travel with them, and take less room than programs
# that are linked statically. A GPU without NVENC encodes with the stand-in.
set -euo pipefail

limit=$((45 << 20)) # bytes of the archive
total=${LIMIT:-230}    # seconds after which nothing more is begun or left running
# What is not copied: glibc, which is tied to the machine, and the driver.
not_copied='^(ld-linux[-a-z0-9_]*|lib(c|m|pthread|dl|rt|resolv|util|nss_[a-z]+|anl|mvec|cuda|nvidia-encode))\.so\.[0-9]+$'
packages=(gpu nodes api examples/cuda)

say() { echo "avloom: $*" >&2; }
die() {
	say "$@"
	exit 1
}

# --- pack ------------------------------------------------------------------------------------------------------------

# programs: builds the tests and the benchmarks, and copies the other programs that they start.
programs() {
	local package command flags
	mkdir -p "$work/bin" "$work/standin"
	for package in "${packages[@]}"; do
		go test -c -ldflags '-s -w' -o "$work/bin/${package##*/}.test" "./$package"
	done
	go build -ldflags '-s -w' -o "$work/bin/benchmarks" ./benchmarks
	read -ra flags <<<"$(pkg-config --cflags --libs libavformat libavcodec libavutil)"
	gcc -O2 -s -o "$work/bin/ceiling" benchmarks/native/ceiling.c -pthread "${flags[@]}" -lm
	standin
	cp "$AVLOOM_FFMPEG_BIN"/{ffmpeg,ffprobe} "$work/bin/"
	command=$(command -v mediainfo) || die "there is no mediainfo here, which the tests use: install it, or run make test once"
	cp -L "$command" "$work/bin/"
	strip -g "$work/bin"/{ffmpeg,ffprobe} "$work/standin"/*
}

# standin: builds the stand-in for the driver and NVENC.
standin() {
	local output
	output=$(AVLOOM_STANDIN_KEEP=$work/standin go test -v -count 1 ./internal/cudatest -run TestKeep 2>&1) || true
	[ -e "$work/standin/libnvidia-encode.so.1" ] || die "the stand-in cannot be built here: $output"
	rm "$work/standin"/*.o
}

# libraries: copies the shared libraries that the programs need.
libraries() {
	local program name path
	mkdir -p "$work/lib"
	for program in "$work"/{bin,standin}/*; do
		while read -r name path; do
			if [[ $name =~ $not_copied ]]; then continue; fi
			[ -n "$path" ] || die "$program needs $name, which is not here"
			[ -e "$work/lib/$name" ] || cp -L "$path" "$work/lib/$name"
		done < <(LD_LIBRARY_PATH=$work/standin ldd "$program" | awk '$2 == "=>" {print $1, $3 ~ /^\// ? $3 : ""}')
	done
}

# answer PROGRAM ARGS TEXT: makes a program that the other machine lacks, or has in another version. Its
# only answer is this text, to these arguments; both are in the words of a shell.
answer() {
	printf '#!/bin/sh\ncase "$*" in\n%s) echo "%s" ;;\n*) exit 1 ;;\nesac\n' "$2" "$3" >"$work/bin/$1"
	chmod +x "$work/bin/$1"
}

# files: copies the files that the tests read, and writes down what was built. The tests ask the go
# command for the folder with the clip, and the benchmarks ask for versions.
files() {
	local astiav
	mkdir -p "$work/repository/nodes" "$work/clip/testdata"
	git ls-files -z go.mod gpu/kernel gpu/testdata api/testdata examples/cuda benchmarks/native scripts/ptx.sh |
		xargs -0 cp --parents -t "$work/repository"
	astiav=$(go list -m -f '{{.Dir}}' github.com/asticode/go-astiav)
	cp "$astiav/testdata/video.mp4" "$work/clip/testdata/"
	# shellcheck disable=SC2016
	answer go '"list -m -f {{.Dir}} github.com/asticode/go-astiav"' '$(dirname "$0")/../clip'
	answer gcc -dumpfullversion "$(gcc -dumpfullversion)"
	answer pkg-config '"--modversion x264"' "$(pkg-config --modversion x264)"
	answer git '*"rev-parse --short HEAD"' "$(git rev-parse --short HEAD)"
	{
		echo "avloom: commit $(git describe --always --dirty --exclude '*'), compiled for $(uname -m)"
		echo "with: $(go env GOVERSION), gcc $(gcc -dumpfullversion)," \
			"FFmpeg $("$AVLOOM_FFMPEG_BIN/ffmpeg" -version | awk 'NR == 1 {print $3}'), x264 $(pkg-config --modversion x264)"
	} >"$work/versions"
}

pack() {
	local env dir size
	mkdir -p "$1"
	dir=$(cd "$1" && pwd)
	cd "$(dirname "${BASH_SOURCE[0]}")/.."
	env=$(bash scripts/ffmpeg.sh env)
	eval "$env"
	say "building the tests and the benchmarks"
	programs
	libraries
	files
	say "compressing $(du -sm "$work" | cut -f 1) MiB"
	# The programs contain the same parts of FFmpeg, which one large window finds.
	tar -C "$work" --sort=name --owner=0 --group=0 -c . | xz -T1 --lzma2=preset=6,dict=192MiB >"$dir/device.tar.xz"
	cp scripts/device.sh "$dir/"
	size=$(stat -c %s "$dir/device.tar.xz")
	[ "$size" -le $limit ] || die "$dir/device.tar.xz has $((size >> 20)) MiB, and may have $((limit >> 20))"
	say "$dir has $((size >> 20)) MiB; copy it to the other machine, and run: bash $(basename "$dir")/device.sh run $(basename "$dir")"
}

# --- run -------------------------------------------------------------------------------------------------------------

# machine: describes this machine.
machine() {
	cat "$work/versions"
	echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores, Linux $(uname -r)"
	nvidia-smi -L 2>/dev/null || echo "GPU: nvidia-smi finds none"
	nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null | sed 's/^/driver: /' || true
}

# left: prints how many seconds are left, and at least 1.
left() { echo $((SECONDS < total ? total - SECONDS : 1)); }

# tests PACKAGE ARGS...: runs the tests of a package. The rows of their results go to $work/rows:
# result, package, device, test, reason.
tests() {
	local package=$1 status=0
	shift
	say "testing $package"
	(cd "$work/repository/$package" && "$work/bin/${package##*/}.test" -test.v -test.timeout "$(left)s" "$@") \
		>"$work/output" 2>&1 </dev/null || status=$?
	{
		echo "# $package"
		cat "$work/output"
	} >>"$out/tests.txt"
	[ "$status" = 0 ] || failed=1
	awk -v package="$package" -v status="$status" '
		# The output of a child process, which a failure contains, is indented with tabs.
		/^=== / { test = $3 }
		/^ +[a-z0-9_]+\.go:[0-9]+: / {
			text = $0
			sub(/^ *[^ ]* /, "", text)
			note[test] = text
			if (sub(/^device: /, "", text)) device[test] = text
		}
		/^ *--- (PASS|FAIL|SKIP): / {
			top = $3
			levels = gsub("/", "/", $3)
			sub("/.*", "", top)
			result = substr($2, 1, 4)
			# A test that uses a device is listed by its cases.
			if (levels == (result != "SKIP" && top in device) || levels > 0 && result != "PASS")
				row(result, top in device ? device[top] : "none", $3, result == "PASS" ? "" : note[$3])
		}
		END { if (status && !failures) row("FAIL", "none", "the whole program", "exit status " status) }
		function row(result, device, test, reason) {
			failures += result == "FAIL"
			print result "\t" package "\t" device "\t" test "\t" reason
		}
	' "$work/output" >>"$work/rows"
}

# table: prints the results of all tests.
table() {
	printf '\n== Tests, by device ==\n\npassed failed skipped  package        device\n'
	awk -F '\t' '
		{
			device = $3
			sub(/, since .*/, "", device)
			if (device != $3) why[$3]
			$3 = device
		}
		!(($2 FS $3) in seen) { seen[$2 FS $3]; order[++n] = $2 FS $3 }
		{ count[$2 FS $3 FS $1]++ }
		END {
			for (i = 1; i <= n; i++) {
				split(order[i], key, FS)
				printf "%6d %6d %7d  %-14s %s\n", count[order[i] FS "PASS"], count[order[i] FS "FAIL"],
					count[order[i] FS "SKIP"], key[1], key[2]
			}
			for (device in why) print "\n" device
		}
	' "$work/rows"
	printf '\n== Tests that use a device, those that failed, and those that were skipped ==\n\n'
	awk -F '\t' '$1 != "PASS" || $3 != "none" {
		sub(/, since .*/, "", $3)
		printf "%s  %-14s %-50s %s%s\n", $1, $2, $4, $3, $5 == "" ? "" : ": " $5
	}' "$work/rows"
}

# json KEY...: turns lines of values that are separated by tabs into an array of objects with these keys.
json() {
	awk -F '\t' -v keys="$*" '
		BEGIN { n = split(keys, key, " "); printf "[" }
		{
			printf "%s\n {", (NR > 1 ? "," : "")
			for (i = 1; i <= n; i++) printf "%s\"%s\": %s", (i > 1 ? ", " : ""), key[i], value($i)
			printf "}"
		}
		END { print "\n]" }
		function value(text) {
			if (text ~ /^-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?$/) return text
			gsub(/\\/, "\\\\", text)
			gsub(/"/, "\\\"", text)
			gsub(/[\001-\037]/, " ", text)
			return "\"" text "\""
		}
	'
}

# measure NAME SECONDS COMMAND...: runs a benchmark, for no longer than so many seconds, nor than is left.
# Its output goes into the report.
measure() {
	local name=$1 seconds=$2
	shift 2
	printf '\n== %s ==\n\n' "$name"
	if [ "$(left)" -lt 2 ]; then
		echo "left out: the time is up"
		return
	fi
	say "measuring: $name"
	timeout -k 5 "$((seconds < $(left) ? seconds : $(left)))" "$@" 2>&1 || echo "ended with status $?"
}

# suite NAME SECONDS ARGS...: measures a part of the benchmarks. No round begins after so many seconds. The
# results become NAME.json.
suite() {
	local name=$1 seconds=$2 file
	shift 2
	cd "$work/repository"
	measure "$name" "$((seconds * 2))" benchmarks -within "$((seconds < $(left) ? seconds : $(left)))s" \
		-results "$work/results/$name" "$@"
	for file in "$work/results/$name"/*.json; do
		[ ! -e "$file" ] || cp "$file" "$out/$name.json"
	done
}

# benchmarks: measures what matters most first.
benchmarks() {
	cd "$work/repository/gpu"
	measure gpu 60 gpu.test -test.run '^$' -test.bench . | tee "$work/gpu.txt"
	# Name, runs, and pairs of values and units.
	awk '/^Benchmark/ { for (i = 3; i < NF; i += 2) print $1 "\t" $2 "\t" $(i+1) "\t" $i }' "$work/gpu.txt" |
		json benchmark runs unit value >"$out/gpu.json"
	suite scaling 40 -rounds 5 -run '^scaling/'
	suite film-scaling 45 -rounds 5 -quick -run '^film-scaling/'
	suite clips 15 -rounds 5 -quick -run '^clips/'
	suite nvenc 20 -rounds 5 -run '^nvenc/'
	suite stream 30 -rounds 5 -run '^stream/((1080p|2160p) ultrafast|1080p medium)'
}

run() {
	local dir
	dir=$(cd "$1" && pwd)
	out=${2:-$dir/results} failed=0
	mkdir -p "$out"
	out=$(cd "$out" && pwd)
	# tar needs xz, and Python does not.
	tar -C "$work" -xf "$dir/device.tar.xz" 2>/dev/null || python3 -m tarfile -e "$dir/device.tar.xz" "$work"
	export PATH=$work/bin:$PATH LD_LIBRARY_PATH=$work/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
	export AVLOOM_FFMPEG_BIN=$work/bin AVLOOM_STANDIN_LIBRARIES=$work/standin AVLOOM_CEILING=$work/bin/ceiling
	export XDG_CACHE_HOME=$work/cache
	gpu.test -test.list '^$' || die "the programs do not run on this machine: the reason stands above"
	: >"$out/tests.txt"
	tests gpu
	tests nodes
	tests api -test.run 'GPU|CUDA|DeviceFrames'
	tests examples/cuda
	json result package device test reason <"$work/rows" >"$out/tests.json"
	{ machine && table; } >"$out/report.txt"
	if [ "${BENCHMARKS:-1}" != 0 ]; then (benchmarks) >>"$out/report.txt"; fi
	echo "took $SECONDS s" >>"$out/report.txt"
	cat "$out/report.txt"
	if [ $failed != 0 ]; then die "tests failed; their output is in $out/tests.txt"; fi
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case ${1:-} in
pack) pack "${2:?device.sh pack DIR}" ;;
run) run "${2:?device.sh run DIR [OUT]}" "${3:-}" ;;
*) die "usage: device.sh pack DIR, or device.sh run DIR [OUT]" ;;
esac
