#!/usr/bin/env bash
# Runs the tests under two tools that find wrong uses of memory: "sanitize.sh" for all packages,
# "sanitize.sh ./muxer" for one.
#
#	asan      gcc's AddressSanitizer and LeakSanitizer. They check avloom's C, all memory that it and FFmpeg
#	          take from malloc, and Go's memory that C reads or writes
#	cgocheck  Go's own checks of the pointers that are passed to C, at each call and at each write
#
# SANITIZERS="asan" runs that one alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=("${@:-./...}")
read -ra sanitizers <<<"${SANITIZERS:-asan cgocheck}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Leaks of libraries, each with its reason.
cat >"$work/leaks" <<'LEAKS'
# x265 (3.5) never frees its first parser of parameters, and the texts that each parser copies
leak:x265_malloc
leak:x265_copy_params
leak:x265_param_parse
# libvorbis (1.3.7) loses a table when it sets up some numbers of channels
leak:vorbis_encode_setup_init
# FFmpeg's WTV muxer frees its table of times when it writes the trailer, which an aborted file does not get
leak:write_sync
LEAKS
export LSAN_OPTIONS="suppressions=$work/leaks:print_suppressions=0${LSAN_OPTIONS:+:$LSAN_OPTIONS}"
# An allocation that is too large must fail, as it does without a sanitizer, and not end the process.
export ASAN_OPTIONS="allocator_may_return_null=1:detect_odr_violation=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"

failed=0
for sanitizer in "${sanitizers[@]}"; do
	for package in $(go list "${packages[@]}"); do
		echo "avloom: $sanitizer $package"
		case $sanitizer in
		# The tests that measure memory are left out, since the sanitizer takes memory of its own. Leaks are
		# not looked for in the tests of CUDA: the search follows addresses on the device, and crashes.
		asan)
			go test -asan -timeout 60m -skip 'Alloc|Memory|CUDA|StandIn' "$package" || failed=1
			ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 go test -asan -timeout 60m -run 'CUDA|StandIn' "$package" || failed=1
			;;
		cgocheck) GODEBUG=cgocheck=1 GOEXPERIMENT=cgocheck2 go test -timeout 60m "$package" || failed=1 ;;
		*)
			echo "avloom: there is no sanitizer $sanitizer; take asan or cgocheck" >&2
			exit 1
			;;
		esac
	done
done
exit $failed
