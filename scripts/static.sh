#!/usr/bin/env bash
# Builds the examples, gpu.test and api.test into static/, as programs that need nothing of the machine
# they run on but glibc, and for CUDA the driver, which they load at run time. They have neither TLS nor
# SRT, for which the distribution has no static libraries. Works on Debian and Ubuntu. The variables of
# scripts/ffmpeg.sh apply here too: AVLOOM_GPL=0 leaves x264 and x265 out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/archive.sh
. scripts/svtav1.sh

cache=${XDG_CACHE_HOME:-$HOME/.cache}/avloom
packages=(gcc g++ nasm cmake meson ninja-build=ninja dpkg-dev=dpkg-source libnuma-dev=numa.h)
glibc='^(libc|libm|libpthread|libdl|librt|ld-linux[-a-z0-9_]*)\.so\.[0-9]+$'

say() { echo "avloom: $*" >&2; }
die() {
	say "$@"
	exit 1
}

# --- the libraries ---------------------------------------------------------------------------------------------------

# fetch_sources DIR: unpacks the sources of dav1d and, unless scripts/ffmpeg.sh has built it, of SVT-AV1 into
# DIR, with the distribution's patches. The distribution has no static libraries of these two.
fetch_sources() {
	local suite keyring=$debian_keyring components=main
	. /etc/os-release
	if [ "$ID" = ubuntu ]; then
		keyring=$ubuntu_keyring components="main universe"
	fi
	for suite in "$VERSION_CODENAME" "$VERSION_CODENAME-updates" "$VERSION_CODENAME-security"; do
		if from_archive "$1" deb-src "$keyring" "$suite $components" source "${sources[@]}"; then return; fi
	done
	grep -hE '^[EW]:' "$1/apt.log" | tail -n 5 >&2 || true
	die "the sources of ${sources[*]} cannot be had from the archive that apt uses here"
}

# compile DIR: makes the static libraries from the sources in DIR.
compile() {
	local source
	mkdir "$1/svt" || return 1
	for source in "$1"/svt-av1-*/; do
		[ ! -d "$source" ] || compile_svtav1 "$source" "$1/svt" || return 1
	done
	meson setup "$1/dav1d" "$1"/dav1d-*/ --buildtype=release --default-library=static \
		-Denable_tools=false -Denable_tests=false &&
		ninja -C "$1/dav1d" -j "${AVLOOM_JOBS:-$(nproc)}"
}

# collect: makes $folder, in which the linker finds all static libraries that it needs, and no shared one,
# which it would prefer.
collect() (
	log=$cache/static-build.log
	work=$(mktemp -d "$cache/static.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM HUP
	say "building ${sources[*]}, once (log: $log)"
	fetch_sources "$work"
	if ! compile "$work" >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		die "${sources[*]} could not be built: the end of $log stands above"
	fi
	mkdir "$work/lib"
	find "$work"/{svt,dav1d} \( -path '*/svt/lib/libSvtAv1Enc.a' -o -name libdav1d.a \) -exec cp {} "$work/lib/" \;
	ln -s "${archives[@]}" "$work/lib/"
	mv -T "$work/lib" "$folder" || [ -d "$folder" ] # another may have been quicker
)

# --- the programs ----------------------------------------------------------------------------------------------------

# check FILE: checks that a program needs no shared library but those of glibc. It prints which, and the
# oldest glibc that will do.
check() {
	local needed others
	needed=$(objdump -p "$1" | awk '$1 == "NEEDED" {print $2}')
	[ -n "$needed" ] || die "$1 is no program that is linked with glibc"
	others=$(grep -vE "$glibc" <<<"$needed" || true)
	[ -z "$others" ] || die "$1 needs more than glibc: ${others//$'\n'/ }"
	echo "$1: $(objdump -T "$1" | grep -o 'GLIBC_[0-9.]*' | sort -V | tail -n 1 | tr _ ' ') or later"
	ldd "$1"
}

for program in apt-get dpkg-query; do
	command -v "$program" >/dev/null ||
		die "static programs can be built on Debian and Ubuntu alone: there is no $program here"
done
env=$(AVLOOM_TLS=0 AVLOOM_FFMPEG_SYSTEM=0 bash scripts/ffmpeg.sh env)
eval "$env"
bash scripts/apt.sh "${packages[@]}"

# The libraries that FFmpeg links with, and those that they need in turn. One without an archive is
# glibc's, FFmpeg's own, or made by collect.
direct=$(pkg-config --libs-only-l libavdevice | tr ' ' '\n' | sed -n 's/^-l//p')
archives=() libraries=(-ldav1d) shared=(libdav1d-dev)
if grep -qx SvtAv1Enc <<<"$direct"; then libraries+=(-lSvtAv1Enc) shared+=(libsvtav1enc-dev); fi
mapfile -t sources < <(dpkg-query -W -f '${source:Package}=${source:Version}\n' "${shared[@]}")
for library in $(grep -vxE 'm|dl|rt|pthread' <<<"$direct" | sort -u) ogg numa sharpyuv stdc++; do
	archive=$(gcc -print-file-name="lib$library.a")
	if [ -e "$archive" ]; then
		archives+=("$archive")
		libraries+=("-l$library")
	fi
done
# The name of the folder depends on its content, since the go command does not notice a changed library.
folder=$cache/static-$({ echo "${sources[@]}" && cat "${archives[@]}"; } | sha256sum | cut -c1-12)
[ -d "$folder" ] || collect

# Without these tags Go's package net would need libresolv.
build=(-trimpath -tags "netgo,osusergo"
	-ldflags "-s -w -extldflags '-L$folder -static-libgcc -Wl,--start-group ${libraries[*]} -Wl,--end-group -lm'")
mkdir -p static
go build "${build[@]}" -o static/ ./examples/...
for package in gpu api; do
	go test -c "${build[@]}" -o "static/$package.test" "./$package"
done
for program in static/*; do check "$program"; done
