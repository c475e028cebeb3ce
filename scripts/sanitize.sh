#!/usr/bin/env bash
# Runs the tests under what looks for wrong use of memory: "sanitize.sh" for all packages, "sanitize.sh ./muxer" for one.
#   asan      gcc's AddressSanitizer and LeakSanitizer, for our C, for what it and FFmpeg take from malloc, and for Go's memory that goes there
#   cgocheck  Go's own checks of the pointers that go to C, at each call and at each write
# SANITIZERS="asan" leaves the other out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=("${@:-./...}")
read -ra sanitizers <<<"${SANITIZERS:-asan cgocheck}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Leaks that are not ours, each with what it is.
cat >"$work/leaks" <<'LEAKS'
# x265 (3.5) keeps its first parser of parameters for ever, and the texts that it copies of each
leak:x265_malloc
leak:x265_copy_params
leak:x265_param_parse
# libvorbis (1.3.7) loses a table as it sets up some numbers of channels
leak:vorbis_encode_setup_init
# FFmpeg's WTV muxer frees its table of times with the trailer, which a file that is given up does not get
leak:write_sync
LEAKS
export LSAN_OPTIONS="suppressions=$work/leaks:print_suppressions=0${LSAN_OPTIONS:+:$LSAN_OPTIONS}"
# A size that is too large has to fail, as it does without a sanitizer, and not end the process.
export ASAN_OPTIONS="allocator_may_return_null=1:detect_odr_violation=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"

failed=0
for sanitizer in "${sanitizers[@]}"; do
	for package in $(go list "${packages[@]}"); do
		echo "avloom: $sanitizer $package"
		case $sanitizer in
		# Without the tests that measure memory: the sanitizer takes its own. Those of CUDA know no leaks: the search for them walks the addresses on the device,
		# which lead nowhere, and crashes.
		asan)
			go test -asan -timeout 60m -skip 'Alloc|Memory|CUDA|StandIn' "$package" || failed=1
			ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 go test -asan -timeout 60m -run 'CUDA|StandIn' "$package" || failed=1
			;;
		cgocheck) GODEBUG=cgocheck=1 GOEXPERIMENT=cgocheck2 go test -timeout 60m "$package" || failed=1 ;;
		*) echo "avloom: there is no sanitizer $sanitizer; take asan, cgocheck" >&2; exit 1 ;;
		esac
	done
done
exit $failed
