#!/usr/bin/env bash
# Provides the FFmpeg 9 that avloom is built against: static, position-independent, and built once into
# the user's cache. "scripts/ffmpeg.sh help" lists the commands and variables.
set -euo pipefail

version=9.0.2
sha256=8c3850283eb25fa026482078a04051e0be17347b09ef81a0849bec15a96e002e
url=https://ffmpeg.org/releases/ffmpeg-$version.tar.xz
avcodec_major=63 # libavcodec of FFmpeg 9

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/archive.sh"
. "$here/components.sh"
. "$here/nvenc.sh"
. "$here/svtav1.sh"
. "$here/gosettings.sh"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/avloom
extent=${AVLOOM_FFMPEG:-lean}
gpl=${AVLOOM_GPL:-1}
nvenc=${AVLOOM_NVENC:-1}
builds='/avloom/ffmpeg-9-[^:]*/lib/pkgconfig' # where every cache has the .pc files of its builds
libraries=(libavcodec libavdevice libavfilter libavformat libswresample libswscale libavutil)

# An earlier "env" may have exported one of our builds. It must not be taken for the system's FFmpeg.
PKG_CONFIG_PATH=$(printf '%s' ":${PKG_CONFIG_PATH:-}" | sed "s|:[^:]*$builds||g; s/^://")
export PKG_CONFIG_PATH

usage() {
	cat <<USAGE
usage: scripts/ffmpeg.sh [command]

  provide  (default) make sure that there is an FFmpeg 9 to build against, and say where
  setup    the same, then write into the settings of the go command ("go env -w") where it is, so that
           "go build" and editors find it from now on; "setup --undo" removes the settings
  env      the same, then print the exports with which "go build" finds it in this shell alone:
           eval "\$(bash scripts/ffmpeg.sh env)"
  clean    remove every FFmpeg and SVT-AV1 that this script built, and the libraries of scripts/static.sh
  help     this text

It takes the first that it finds: a system FFmpeg 9 (pkg-config), a build in the user's cache ($cache),
the tarball that AVLOOM_FFMPEG_TARBALL names, the release of upstream, the source package of Debian.

Where the distribution's SVT-AV1 is older than $svtav1_least, it builds $svtav1_version as well, from the same kinds of places,
and links it statically. Where it cannot, it says so and takes the distribution's.

  AVLOOM_FFMPEG=full          build all of FFmpeg. By default the build has all encoders, muxers and protocols,
                              but only the usual decoders and demuxers and few filters, in little more than
                              half the time

  AVLOOM_FFMPEG_TARBALL=FILE  build this ffmpeg-9.*.tar.xz
  AVLOOM_FFMPEG_SYSTEM=0      do not use a system FFmpeg
  AVLOOM_GPL=0                build without the GPL parts (x264, x265): the result is under the LGPL
  AVLOOM_TLS=0                build without TLS and SRT. The distribution has no static libraries for them, so
                              scripts/static.sh sets this
  AVLOOM_SVTAV1=system        use the distribution's SVT-AV1, however old it is
  AVLOOM_SVTAV1_TARBALL=FILE  build this source of SVT-AV1. A version other than $svtav1_version makes a build of its own,
                              which is found only while this is set
  AVLOOM_NVENC=0              build without NVENC, where its headers (nv-codec-headers) are not available
  AVLOOM_NO_INSTALL=1         list the packages that are missing and stop, instead of installing them with apt-get
  AVLOOM_JOBS=N               compile N files at once (default: one per core)
USAGE
}

say() { echo "avloom: $*" >&2; }
die() {
	say "$@"
	exit 1
}

# --- what is needed --------------------------------------------------------------------------------------------------

# Each entry is an argument of scripts/apt.sh: a package of Debian, and the sign that it is installed.
build_packages=(gcc g++ make nasm pkg-config xz-utils=xz util-linux=flock)
if [ -z "${AVLOOM_FFMPEG_TARBALL:-}" ]; then
	build_packages+=(curl)
	! command -v apt-get >/dev/null || build_packages+=(ca-certificates=/etc/ssl/certs/ca-certificates.crt)
fi
codec_packages=(
	libvpx-dev=vpx.pc libaom-dev=aom.pc libdav1d-dev=dav1d.pc libopus-dev=opus.pc libmp3lame-dev=lame/lame.h
	libvorbis-dev=vorbisenc.pc libwebp-dev=libwebpmux.pc zlib1g-dev=zlib.pc
)
svtav1_package=libsvtav1enc-dev=SvtAv1Enc.pc # of which there are builds without
configuration=(
	--disable-shared --enable-static --enable-pic --disable-autodetect --disable-doc --disable-ffplay --disable-debug
	--extra-cflags=-w # looking for what deserves a warning takes a twentieth of gcc's time
	--enable-libvpx --enable-libaom --enable-libsvtav1 --enable-libdav1d --enable-libopus --enable-libmp3lame
	--enable-libvorbis --enable-libwebp --enable-zlib
)
if [ "${AVLOOM_TLS:-1}" != 0 ]; then
	codec_packages+=(libgnutls28-dev=gnutls.pc libsrt-gnutls-dev=srt.pc)
	configuration+=(--enable-gnutls --enable-libsrt)
fi
if [ "$nvenc" != 0 ]; then
	configuration+=(--enable-ffnvcodec --enable-nvenc)
fi
if [ "$gpl" != 0 ]; then
	codec_packages+=(libx264-dev=x264.pc libx265-dev=x265.pc)
	configuration+=(--enable-gpl --enable-libx264 --enable-libx265)
fi
case $extent in
lean)
	minutes=three
	mapfile -t -O "${#configuration[@]}" configuration < <(lean_options)
	;;
full)
	minutes=five
	[ "$nvenc" = 0 ] || configuration+=(--enable-nvdec --enable-cuvid)
	;;
*) die "AVLOOM_FFMPEG=$extent is neither lean, which is the default, nor full" ;;
esac

# codec_versions: prints the versions of the codec libraries that pkg-config knows.
codec_versions() {
	local package
	for package in "${codec_packages[@]}" $svtav1_package; do
		case $package in *.pc) pkg-config --modversion "$(basename "${package#*=}" .pc)" 2>/dev/null || true ;; esac
	done
}

# A build is kept for the recipe that it was made with. FFmpeg's static libraries link with the codec
# libraries of the distribution, so a build belongs to one release of it, or, if the distribution has no
# releases, to the versions of those libraries.
distribution=$(. /etc/os-release 2>/dev/null && echo "${ID:-linux}-${VERSION_ID:-rolling}" || echo linux-rolling)
case $distribution in *-rolling) versions=$(codec_versions) ;; *) versions= ;; esac

# name_build SVTAV1: sets svtav1 to the version of SVT-AV1 that is built for FFmpeg, or to nothing if it gets
# that of the distribution, and prefix to the folder of such a build.
name_build() {
	svtav1=$1
	local recipe key
	recipe=("$version" "$(uname -m)" "$distribution" "${configuration[@]}" ${versions:+"$versions"})
	[ -z "$svtav1" ] || recipe+=("SVT-AV1 $svtav1" "${svtav1_options[@]}")
	key=$(printf '%s\n' "${recipe[@]}" | sha256sum | cut -c1-12)
	prefix=$cache/ffmpeg-9-$distribution-$key
	gone=$prefix/lib/this-FFmpeg-is-gone--run-scripts-ffmpeg.sh-again
	damaged="$prefix is damaged; remove it with: bash scripts/ffmpeg.sh clean"
	key=$(printf '%s\n' "$(uname -m)" "$distribution" "${svtav1_options[@]}" | sha256sum | cut -c1-12)
	svtav1_folder=$cache/svtav1-$svtav1-$key
}

# --- finding one -----------------------------------------------------------------------------------------------------

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

# is_lgpl: tells whether the FFmpeg that pkg-config finds reports the LGPL as its licence.
is_lgpl() (
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	cat >"$work/license.c" <<-PROGRAM
		#include <libavcodec/avcodec.h>
		#include <stdio.h>
		int main(void) { return puts(avcodec_license()) < 0; }
	PROGRAM
	read -ra flags < <(pkg-config --cflags --libs libavcodec)
	gcc "$work/license.c" -o "$work/license" "${flags[@]}" 2>/dev/null && [[ $("$work/license") == LGPL* ]]
)

# --- the source ------------------------------------------------------------------------------------------------------

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

# is_complete: tells whether $prefix has everything that build and complete put there.
is_complete() {
	[ "$(sed -n 's/^prefix=//p' "$prefix/lib/pkgconfig/libavutil.pc" 2>/dev/null)" = "$prefix" ] && [ -e "$gone" ] &&
		{ [ "$nvenc" = 0 ] || [ -d "$prefix/include/ffnvcodec" ]; }
}

# complete: adds to a build what it lacks, and corrects its .pc files if the cache was moved.
complete() {
	local was
	was=$(sed -n 's/^prefix=//p' "$prefix/lib/pkgconfig/libavutil.pc") || die "$damaged"
	[ "$was" = "$prefix" ] || sed -i "s|$was|$prefix|g" "$prefix"/lib/pkgconfig/*.pc
	[ -e "$gone" ] || mark
	add_headers || say "there are no headers of NVENC; the tests of CUDA will be skipped"
}

# mark: makes the linker look for an empty library before each of FFmpeg's libraries. If FFmpeg is
# removed, the linker names that empty library, whose folder says what happened and what to do. A program
# whose packages are in the cache of the go command gets no other message. The linker stops at the first
# library that it does find, so each of FFmpeg's has an empty one beside it.
mark() {
	local name pc
	mkdir -p "$gone"
	for name in "${libraries[@]}"; do
		pc=$prefix/lib/pkgconfig/$name.pc
		ar rc "$gone/$name.a"
		grep -q "/$name.a" "$pc" || sed -i "s|^Libs: |&\${libdir}/$(basename "$gone")/$name.a |" "$pc"
	done
}

# --- the build -------------------------------------------------------------------------------------------------------

# progress TOTAL: reads the output of make and shows which part of TOTAL files is done: on a terminal in
# one line that changes, elsewhere in a line for each tenth.
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

# compile LOG ROOT: configures, makes and installs the source in this directory into ROOT. "set -e" has no
# effect where it is called.
compile() {
	local log=$1 root=$2 total
	./configure --prefix="$prefix" "${configuration[@]}" >"$log" 2>&1 || return 1
	total=$(make -n all 2>/dev/null | grep -c 'printf "' || true)
	[ "$total" -gt 0 ] || total=2500
	make -j"${AVLOOM_JOBS:-$(nproc)}" 2>&1 | tee -a "$log" | progress "$total" || return 1
	make install DESTDIR="$root" >>"$log" 2>&1 || return 1
	keep_svtav1 "$root$prefix" || return 1
}

# build: builds FFmpeg beside $prefix and moves it there when it is complete.
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
	say "building FFmpeg $release, once; about $minutes minutes on two cores, and twice that beside other work" \
		"(log: $log)"
	cd "$work/source"
	if ! compile "$log" "$work/root"; then
		tail -n 20 "$log" >&2
		[ ! -e ffbuild/config.log ] || cp ffbuild/config.log "$cache/ffmpeg-config.log"
		die "FFmpeg $release could not be built: the end of $log stands above" \
			"(configure's own log: $cache/ffmpeg-config.log)." \
			"Mend what it names and run this again, or set AVLOOM_FFMPEG_TARBALL to another ffmpeg-9 tarball"
	fi
	cd "$cache"
	keep_headers "$work/root$prefix" || true # complete will try again
	mv "$work/root$prefix" "$prefix"
	say "FFmpeg $release is in $prefix"
}

# --- the commands ----------------------------------------------------------------------------------------------------

# provide: finds or builds an FFmpeg 9. It sets bin to the folder of its programs, pkgconfig to that of its
# .pc files (empty for the system's), and build_key to a key of what pkg-config prints for it.
provide() {
	if has_system_ffmpeg; then
		bin=$(dirname "$(command -v ffmpeg || echo /usr/bin/ffmpeg)")
		pkgconfig=
		bash "$here/apt.sh" gcc
	else
		provide_build
		bin=$prefix/bin
		pkgconfig=$prefix/lib/pkgconfig
	fi
	local flags
	flags=$(ask_pkg_config --cflags --libs && ask_pkg_config --modversion) || die "$damaged"
	build_key=$(printf '%s\n' "$flags" | sha256sum | cut -c1-12)
}

ask_pkg_config() { PKG_CONFIG_PATH=$pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH} pkg-config "$@" "${libraries[@]}"; }

# provide_build: makes sure that there is a build in the cache, sets prefix to its folder, and makes sure that
# the libraries to link with it are installed.
provide_build() {
	choose_build
	[ -n "$svtav1" ] || codec_packages+=("$svtav1_package")
	if is_complete; then
		bash "$here/apt.sh" gcc g++ pkg-config "${codec_packages[@]}"
		return
	fi
	bash "$here/apt.sh" "${build_packages[@]}" "${codec_packages[@]}"
	mkdir -p "$cache"
	local failed=
	if [ -n "$svtav1" ] && [ ! -d "$prefix" ] && ! provide_svtav1; then
		say "FFmpeg gets the distribution's SVT-AV1 instead"
		failed=$svtav1
		name_build ''
		bash "$here/apt.sh" "$svtav1_package"
	fi
	[ -d "$prefix" ] || (
		if ! flock -n 9; then
			say "another build of FFmpeg is running; waiting for it"
			flock 9
		fi
		[ -d "$prefix" ] || build
	) 9>"$cache/ffmpeg-build.lock"
	(flock 9 && { is_complete || complete; }) 9>"$cache/ffmpeg-complete.lock"
	[ -z "$failed" ] || touch "$prefix/$(without_svtav1 "$failed")"
}

# choose_build: chooses the SVT-AV1 of the build. If there was none to be had before, this does not try again.
choose_build() {
	local wanted
	wanted=$(wanted_svtav1)
	name_build "$wanted"
	if [ -z "$wanted" ] || [ -d "$prefix" ] || [ -n "${AVLOOM_SVTAV1_TARBALL:-}" ]; then return; fi
	name_build ''
	if [ -e "$prefix/$(without_svtav1 "$wanted")" ]; then
		say "FFmpeg was built with the distribution's SVT-AV1, since $wanted could not be had or built;" \
			"to try again: bash scripts/ffmpeg.sh clean"
	else
		name_build "$wanted"
	fi
}

# without_svtav1 VERSION: prints the name of the file that marks a build for which SVT-AV1 was not to be had.
without_svtav1() { echo "without-svtav1-$1"; }

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
		rm -rf "$cache"/ffmpeg-9-* "$cache"/build.* "$cache"/svtav1* "$cache"/static*
		say "the builds are removed; shells that use them need \"env\" again, and the go command after" \
			"\"setup\" needs \"setup\" again"
		;;
	help | -h | --help) usage ;;
	*)
		usage >&2
		exit 2
		;;
	esac
}

# bash reads a script while it runs it, and this file may change during a build. It reads all that is in
# braces before it runs any of it.
{
	main "$@"
	exit
}
