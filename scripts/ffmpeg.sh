#!/usr/bin/env bash
# Provides FFmpeg 9 to build avloom against: a static, position-independent one, built once into the user's cache.
# "scripts/ffmpeg.sh help" says the rest.
set -euo pipefail

version=9.0.2
sha256=8c3850283eb25fa026482078a04051e0be17347b09ef81a0849bec15a96e002e
url=https://ffmpeg.org/releases/ffmpeg-$version.tar.xz
avcodec_major=63 # libavcodec of FFmpeg 9

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/archive.sh"
. "$here/nvenc.sh"
. "$here/gosettings.sh"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/avloom
gpl=${AVLOOM_GPL:-1}
nvenc=${AVLOOM_NVENC:-1}
builds='/avloom/ffmpeg-9-[^:]*/lib/pkgconfig' # where every cache has the .pc files of its builds
libraries=(libavcodec libavdevice libavfilter libavformat libswresample libswscale libavutil)

# What an earlier "env" exported is a build of ours, and not the system's.
PKG_CONFIG_PATH=$(printf '%s' ":${PKG_CONFIG_PATH:-}" | sed "s|:[^:]*$builds||g; s/^://")
export PKG_CONFIG_PATH

usage() {
	cat <<USAGE
usage: scripts/ffmpeg.sh [command]

  provide  (default) make sure that there is an FFmpeg 9 to build against, and say where
  setup    the same, then write into the settings of the go command ("go env -w") where it is, so that
           "go build" and editors find it from now on; "setup --undo" takes that back
  env      the same, then print the exports with which "go build" finds it in this shell alone:
           eval "\$(bash scripts/ffmpeg.sh env)"
  clean    remove every FFmpeg that this script built, and the libraries of scripts/static.sh
  help     this text

It takes the first that it finds: a system FFmpeg 9 (pkg-config), the user's cache ($cache),
the tarball that AVLOOM_FFMPEG_TARBALL names, the release of upstream, the source package of Debian.

  AVLOOM_FFMPEG_TARBALL=FILE  build this ffmpeg-9.*.tar.xz
  AVLOOM_FFMPEG_SYSTEM=0      do not use a system FFmpeg
  AVLOOM_GPL=0                build without the GPL parts (x264, x265): the result is under the LGPL
  AVLOOM_TLS=0                build without TLS and SRT, which the distribution cannot link statically; scripts/static.sh does
  AVLOOM_NVENC=0              build without NVENC, whose headers (nv-codec-headers) are not to be had everywhere
  AVLOOM_NO_INSTALL=1         list the packages that are missing and stop, instead of installing them with apt-get
  AVLOOM_JOBS=N               compile N files at once (default: one per core)
USAGE
}

say() { echo "avloom: $*" >&2; }
die() {
	say "$@"
	exit 1
}

# --- what is needed ----------------------------------------------------------------------------------------------------

# As scripts/apt.sh takes them: the package of Debian, and what is looked for.
build_packages=(gcc g++ make nasm pkg-config xz-utils=xz util-linux=flock)
if [ -z "${AVLOOM_FFMPEG_TARBALL:-}" ]; then
	build_packages+=(curl)
	! command -v apt-get >/dev/null || build_packages+=(ca-certificates=/etc/ssl/certs/ca-certificates.crt)
fi
codec_packages=(
	libvpx-dev=vpx.pc libaom-dev=aom.pc libsvtav1enc-dev=SvtAv1Enc.pc libdav1d-dev=dav1d.pc libopus-dev=opus.pc libmp3lame-dev=lame/lame.h
	libvorbis-dev=vorbisenc.pc zlib1g-dev=zlib.pc
)
configuration=(
	--disable-shared --enable-static --enable-pic --disable-autodetect --disable-doc --disable-ffplay --disable-debug
	--enable-libvpx --enable-libaom --enable-libsvtav1 --enable-libdav1d --enable-libopus --enable-libmp3lame --enable-libvorbis
	--enable-zlib
)
if [ "${AVLOOM_TLS:-1}" != 0 ]; then
	codec_packages+=(libgnutls28-dev=gnutls.pc libsrt-gnutls-dev=srt.pc)
	configuration+=(--enable-gnutls --enable-libsrt)
fi
if [ "$nvenc" != 0 ]; then
	configuration+=(--enable-ffnvcodec --enable-nvenc --enable-nvdec --enable-cuvid)
fi
if [ "$gpl" != 0 ]; then
	codec_packages+=(libx264-dev=x264.pc libx265-dev=x265.pc)
	configuration+=(--enable-gpl --enable-libx264 --enable-libx265)
fi

# codec_versions: prints the versions of the codec libraries that pkg-config knows.
codec_versions() {
	local package
	for package in "${codec_packages[@]}"; do
		case $package in *.pc) pkg-config --modversion "$(basename "${package#*=}" .pc)" 2>/dev/null || true ;; esac
	done
}

# The static libraries link against the codec libraries of the distribution, so a cached build belongs to one release of it; where there are no releases,
# to the versions of those libraries.
distribution=$(. /etc/os-release 2>/dev/null && echo "${ID:-linux}-${VERSION_ID:-rolling}" || echo linux-rolling)
case $distribution in *-rolling) versions=$(codec_versions) ;; *) versions= ;; esac
key=$(printf '%s\n' "$version" "$(uname -m)" "$distribution" "${configuration[@]}" ${versions:+"$versions"} | sha256sum | cut -c1-12)
prefix=$cache/ffmpeg-9-$distribution-$key
gone=$prefix/lib/this-FFmpeg-is-gone--run-scripts-ffmpeg.sh-again

# --- finding one -------------------------------------------------------------------------------------------------------

has_system_ffmpeg() {
	[ "${AVLOOM_FFMPEG_SYSTEM:-1}" != 0 ] && command -v pkg-config >/dev/null || return 1
	local found
	pkg-config --exists "${libraries[@]}" || return 1
	found=$(pkg-config --modversion libavcodec)
	[ "${found%%.*}" = "$avcodec_major" ] || return 1
	[ "$gpl" != 0 ] || is_lgpl || {
		say "the FFmpeg 9 of this system is not under the LGPL, as AVLOOM_GPL=0 asks for"
		return 1
	}
}

# is_lgpl: whether the FFmpeg that pkg-config finds says so of itself.
is_lgpl() (
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	printf '#include <libavcodec/avcodec.h>\n#include <stdio.h>\nint main(void) { return puts(avcodec_license()) < 0; }\n' >"$work/license.c"
	read -ra flags < <(pkg-config --cflags --libs libavcodec)
	gcc "$work/license.c" -o "$work/license" "${flags[@]}" 2>/dev/null && [[ $("$work/license") == LGPL* ]]
)

# --- the source --------------------------------------------------------------------------------------------------------

# fetch_source DIR: puts exactly one FFmpeg tarball into DIR and prints its path.
fetch_source() {
	local dir=$1 tarball
	if [ -n "${AVLOOM_FFMPEG_TARBALL:-}" ]; then
		[ -r "$AVLOOM_FFMPEG_TARBALL" ] || die "AVLOOM_FFMPEG_TARBALL names $AVLOOM_FFMPEG_TARBALL, which cannot be read"
		realpath "$AVLOOM_FFMPEG_TARBALL"
		return
	fi
	tarball=$dir/ffmpeg-$version.tar.xz
	say "downloading FFmpeg $version"
	if curl -fsSL --connect-timeout 10 --speed-time 30 --speed-limit 1000 -o "$tarball" "$url" 2>/dev/null; then
		[ "$(sha256sum <"$tarball" | cut -d ' ' -f 1)" = "$sha256" ] ||
			die "what $url gave is not FFmpeg $version: its SHA-256 should be $sha256"
		echo "$tarball"
		return
	fi
	rm -f "$tarball"
	if [ -e "$debian_keyring" ] && command -v apt-get >/dev/null; then
		say "upstream cannot be reached; taking Debian's source package"
		from_archive "$dir" deb-src "$debian_keyring" "forky main" source --download-only --tar-only ffmpeg || true
		tarball=$(find "$dir" -maxdepth 1 -name 'ffmpeg_9.*.orig.tar.*z' | head -n 1)
		if [ -n "$tarball" ]; then
			echo "$tarball"
			return
		fi
		say "Debian's archive has no FFmpeg 9 at the moment, or cannot be reached:"
		grep -hE '^[EW]:' "$dir/apt.log" | tail -n 5 >&2 || true
	fi
	die "no source of FFmpeg 9 found; download $url elsewhere and set AVLOOM_FFMPEG_TARBALL to it"
}

# is_complete: whether $prefix has all that a build of today leaves there.
is_complete() {
	[ "$(sed -n 's/^prefix=//p' "$prefix/lib/pkgconfig/libavutil.pc" 2>/dev/null)" = "$prefix" ] && [ -e "$gone" ] &&
		{ [ "$nvenc" = 0 ] || [ -d "$prefix/include/ffnvcodec" ]; }
}

# complete: mends a build that was made before some part of it was, or in another place.
complete() {
	local was
	was=$(sed -n 's/^prefix=//p' "$prefix/lib/pkgconfig/libavutil.pc") || die "$prefix is damaged; remove it with: bash scripts/ffmpeg.sh clean"
	[ "$was" = "$prefix" ] || sed -i "s|$was|$prefix|g" "$prefix"/lib/pkgconfig/*.pc
	[ -e "$gone" ] || mark
	add_headers || say "the headers of nvenc could not be had; the tests of CUDA will be skipped"
}

# mark: the linker is to ask for an empty library before each of FFmpeg's. Where all are gone it names that one, too, and a program whose packages the go
# command has in its cache gets no other message. It gives up at the first library that it finds after that, so there is one beside each.
mark() {
	local name
	mkdir -p "$gone"
	for name in "${libraries[@]}"; do
		ar rc "$gone/$name.a"
		grep -q "/$name.a" "$prefix/lib/pkgconfig/$name.pc" || sed -i "s|^Libs: |&\${libdir}/$(basename "$gone")/$name.a |" "$prefix/lib/pkgconfig/$name.pc"
	done
}

# --- the build ---------------------------------------------------------------------------------------------------------

# progress TOTAL: counts the lines of make that come in and shows how far it is; on a terminal in place, else a line every tenth.
progress() {
	awk -v total="$1" -v tty="$([ -t 2 ] && echo 1 || echo 0)" '
		/^[A-Z0-9]+\t/ {
			p = int(100 * ++n / total); if (p > 99) p = 99
			if (!tty) p -= p % 10
			if (p == last) next
			last = p
			printf tty ? "\ravloom: building FFmpeg: %d %%" : "avloom: building FFmpeg: %d %%\n", p
			fflush()
		}
		END { if (tty) printf "\r\033[K" }' >&2
}

# compile LOG ROOT: configures, makes and installs what is in this directory into ROOT. Called where "set -e" does not hold.
compile() {
	local log=$1 root=$2 total
	./configure --prefix="$prefix" "${configuration[@]}" >"$log" 2>&1 || return 1
	total=$(make -n all 2>/dev/null | grep -c 'printf "' || true)
	[ "$total" -gt 0 ] || total=2500
	make -j"${AVLOOM_JOBS:-$(nproc)}" 2>&1 | tee -a "$log" | progress "$total" || return 1
	make install DESTDIR="$root" >>"$log" 2>&1 || return 1
}

# build: FFmpeg into $prefix, complete or not at all: it is made aside and moved into place.
build() {
	local log=$cache/ffmpeg-build.log tarball release
	rm -rf "$cache"/build.*
	work=$(mktemp -d "$cache/build.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM HUP
	nvenc_headers "$work"
	tarball=$(fetch_source "$work")
	mkdir "$work/source"
	tar -xf "$tarball" -C "$work/source" --strip-components=1 || die "$tarball cannot be unpacked"
	release=$(cat "$work/source/RELEASE" 2>/dev/null || true)
	case $release in
	9.*) ;;
	*) die "$tarball is not a release of FFmpeg 9 but ${release:-something else}" ;;
	esac
	say "building FFmpeg $release, once; about five minutes on two cores, and twice that beside other work (log: $log)"
	cd "$work/source"
	if ! compile "$log" "$work/root"; then
		tail -n 20 "$log" >&2
		[ ! -e ffbuild/config.log ] || cp ffbuild/config.log "$cache/ffmpeg-config.log"
		die "FFmpeg $release could not be built: the end of $log stands above (configure's own log: $cache/ffmpeg-config.log)." \
			"Mend what it names and run this again, or set AVLOOM_FFMPEG_TARBALL to another ffmpeg-9 tarball"
	fi
	cd "$cache"
	keep_headers "$work/root$prefix" || true # complete tries again
	mv "$work/root$prefix" "$prefix"
	say "FFmpeg $release is in $prefix"
}

# --- the commands ------------------------------------------------------------------------------------------------------

# provide: sets bin to the folder of the ffmpeg and ffprobe of the FFmpeg 9 found or built, pkgconfig to that of its .pc files, which is empty for the
# system's, and build_key to a key of what pkg-config says of it.
provide() {
	if has_system_ffmpeg; then
		bin=$(dirname "$(command -v ffmpeg || echo /usr/bin/ffmpeg)")
		pkgconfig=
		bash "$here/apt.sh" gcc
	else
		bin=$prefix/bin
		pkgconfig=$prefix/lib/pkgconfig
		provide_build
	fi
	local says
	says=$(ask_pkg_config --cflags --libs && ask_pkg_config --modversion) || die "$prefix is damaged; remove it with: bash scripts/ffmpeg.sh clean"
	build_key=$(printf '%s\n' "$says" | sha256sum | cut -c1-12)
}

ask_pkg_config() { PKG_CONFIG_PATH=$pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH} pkg-config "$@" "${libraries[@]}"; }

# provide_build: sees to it that there is a build of ours in $prefix, and what is needed to link it.
provide_build() {
	if is_complete; then
		bash "$here/apt.sh" gcc g++ pkg-config "${codec_packages[@]}"
		return
	fi
	bash "$here/apt.sh" "${build_packages[@]}" "${codec_packages[@]}"
	mkdir -p "$cache"
	[ -d "$prefix" ] || (
		if ! flock -n 9; then
			say "another build of FFmpeg is running; waiting for it"
			flock 9
		fi
		[ -d "$prefix" ] || build
	) 9>"$cache/ffmpeg-build.lock"
	(flock 9 && { is_complete || complete; }) 9>"$cache/ffmpeg-complete.lock"
}

main() {
	case "$*" in
	'' | provide)
		provide
		say "FFmpeg 9: ${pkgconfig:-of the system}"
		;;
	env)
		provide
		exports
		;;
	setup) setup ;;
	"setup --undo") undo_setup ;;
	clean)
		rm -rf "$cache"/ffmpeg-9-* "$cache"/build.* "$cache"/static*
		say "what was built is gone; shells that use it, and the settings of the go command after \"setup\", need \"env\" or \"setup\" again"
		;;
	help | -h | --help) usage ;;
	*)
		usage >&2
		exit 2
		;;
	esac
}

# On one line: this file may change while a build goes on, and bash reads it as it gets there.
main "$@"; exit
