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
cache=${XDG_CACHE_HOME:-$HOME/.cache}/avloom
gpl=${AVLOOM_GPL:-1}

usage() {
	cat <<USAGE
usage: scripts/ffmpeg.sh [command]

  provide  (default) make sure that there is an FFmpeg 9 to build against, and say where
  env      the same, then print the exports with which "go build" finds it:
           eval "\$(bash scripts/ffmpeg.sh env)"
  clean    remove every FFmpeg that this script built, and the libraries of scripts/static.sh
  help     this text

It takes the first that it finds: a system FFmpeg 9 (pkg-config), the user's cache ($cache),
the tarball that AVLOOM_FFMPEG_TARBALL names, the release of upstream, the source package of Debian.

  AVLOOM_FFMPEG_TARBALL=FILE  build this ffmpeg-9.*.tar.xz
  AVLOOM_FFMPEG_SYSTEM=0      do not use a system FFmpeg
  AVLOOM_GPL=0                build without the GPL parts (x264, x265): the result is under the LGPL
  AVLOOM_TLS=0                build without TLS and SRT, which the distribution cannot link statically; scripts/static.sh does
  AVLOOM_NO_INSTALL=1         list the packages that are missing and stop, instead of installing them
  AVLOOM_JOBS=N               compile N files at once (default: one per core)
USAGE
}

say() { echo "avloom: $*" >&2; }
die() {
	say "$@"
	exit 1
}

# --- what is needed ----------------------------------------------------------------------------------------------------

build_packages=(gcc g++ make nasm pkg-config xz-utils ca-certificates curl)
codec_packages=(libvpx-dev libaom-dev libsvtav1enc-dev libdav1d-dev libopus-dev libmp3lame-dev libvorbis-dev zlib1g-dev)
configuration=(
	--disable-shared --enable-static --enable-pic --disable-autodetect --disable-doc --disable-ffplay --disable-debug
	--enable-libvpx --enable-libaom --enable-libsvtav1 --enable-libdav1d --enable-libopus --enable-libmp3lame --enable-libvorbis
	--enable-zlib
)
if [ "${AVLOOM_TLS:-1}" != 0 ]; then
	codec_packages+=(libgnutls28-dev libsrt-gnutls-dev)
	configuration+=(--enable-gnutls --enable-libsrt)
fi
configuration+=(--enable-ffnvcodec --enable-nvenc --enable-nvdec --enable-cuvid)
if [ "$gpl" != 0 ]; then
	codec_packages+=(libx264-dev libx265-dev)
	configuration+=(--enable-gpl --enable-libx264 --enable-libx265)
fi

# The static libraries link against the codec libraries of the distribution, so a cached build belongs to one release of it.
distribution=$(. /etc/os-release 2>/dev/null && echo "${ID:-linux}-${VERSION_ID:-0}" || echo linux-0)
key=$(printf '%s\n' "$version" "$(uname -m)" "$distribution" "${configuration[@]}" | sha256sum | cut -c1-12)
prefix=$cache/ffmpeg-9-$distribution-$key

# --- finding one -------------------------------------------------------------------------------------------------------

has_system_ffmpeg() {
	[ "${AVLOOM_FFMPEG_SYSTEM:-1}" != 0 ] && command -v pkg-config >/dev/null || return 1
	local lib found
	for lib in libavcodec libavdevice libavfilter libavformat libswresample libswscale libavutil; do
		pkg-config --exists "$lib" || return 1
	done
	found=$(pkg-config --modversion libavcodec)
	[ "${found%%.*}" = "$avcodec_major" ] || return 1
	# What an earlier "env" exported is our own build, not the system's.
	case $(pkg-config --variable=prefix libavcodec) in "$cache"/*) return 1 ;; esac
}

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
		echo "$sha256  $tarball" | sha256sum --check --quiet >&2 ||
			die "what $url gave is not FFmpeg $version: its SHA-256 should be $sha256"
		echo "$tarball"
		return
	fi
	rm -f "$tarball"
	if [ -e "$debian_keyring" ]; then
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

# nvenc_headers DIR: makes the headers of nvenc and CUDA findable by pkg-config. FFmpeg 9 needs >= 11.1.5.3; where the
# distribution's are older, those of its next release serve: they are headers only.
nvenc_headers() {
	local dir=$1
	if pkg-config --exists 'ffnvcodec >= 11.1.5.3'; then return; fi
	if apt-cache policy libffmpeg-nvenc-dev 2>/dev/null | awk '/Candidate:/ {print $2}' |
		{ read -r have && dpkg --compare-versions "$have" ge 11.1.5.3; }; then
		bash "$here/apt.sh" libffmpeg-nvenc-dev && return
	fi
	from_archive "$dir" deb "$debian_keyring" "trixie main" download libffmpeg-nvenc-dev ||
		from_archive "$dir" deb "$ubuntu_keyring" "noble universe" download libffmpeg-nvenc-dev ||
		die "no headers for nvenc found: install nv-codec-headers >= 11.1.5.3 so that pkg-config finds ffnvcodec"
	dpkg -x "$dir"/libffmpeg-nvenc-dev_*.deb "$dir/nvenc"
	sed -i "s|^prefix=.*|prefix=$dir/nvenc/usr|" "$dir/nvenc/usr/share/pkgconfig/ffnvcodec.pc"
	export PKG_CONFIG_PATH=$dir/nvenc/usr/share/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
}

# keep_headers ROOT: puts the headers of nvenc and CUDA beside those of FFmpeg in ROOT, for the tests' stand-in for the driver. It must agree with FFmpeg on
# their version.
keep_headers() {
	local include
	include=$(pkg-config --variable=includedir ffnvcodec)
	mkdir -p "$1/include"
	cp -rL "$include/ffnvcodec" "$1/include/"
}

# complete: a build of before the headers were kept gets them, where they can be had.
complete() (
	[ ! -d "$prefix/include/ffnvcodec" ] || return 0
	work=$(mktemp -d "$cache/build.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	nvenc_headers "$work" && keep_headers "$work" && mv "$work/include/ffnvcodec" "$prefix/include/"
)

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
	tarball=$(fetch_source "$work")
	nvenc_headers "$work"
	mkdir "$work/source"
	tar -xf "$tarball" -C "$work/source" --strip-components=1 || die "$tarball cannot be unpacked"
	release=$(cat "$work/source/RELEASE" 2>/dev/null || true)
	case $release in
	9.*) ;;
	*) die "$tarball is not a release of FFmpeg 9 but ${release:-something else}" ;;
	esac
	say "building FFmpeg $release, once; about ten minutes on two cores (log: $log)"
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

# provide: sets bin to the folder of the ffmpeg and ffprobe of the FFmpeg 9 found or built, and pkgconfig to that of its .pc files.
provide() {
	if has_system_ffmpeg; then
		bin=$(dirname "$(command -v ffmpeg || echo /usr/bin/ffmpeg)")
		pkgconfig=
		return
	fi
	bin=$prefix/bin
	pkgconfig=$prefix/lib/pkgconfig
	bash "$here/apt.sh" "${build_packages[@]}" "${codec_packages[@]}"
	[ ! -d "$prefix/include/ffnvcodec" ] || return 0
	mkdir -p "$cache"
	(
		if ! flock --nonblock 9; then
			say "another build of FFmpeg is running; waiting for it"
			flock 9
		fi
		[ -d "$prefix" ] || build
		complete || say "the headers of nvenc could not be had; the tests of CUDA will be skipped"
	) 9>"$cache/ffmpeg-build.lock"
}

case ${1:-provide} in
provide)
	provide
	say "FFmpeg 9: ${pkgconfig:-of the system}"
	;;
env)
	provide
	[ -z "$pkgconfig" ] || printf 'export PKG_CONFIG_PATH=%q${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}\n' "$pkgconfig"
	printf 'export AVLOOM_FFMPEG_BIN=%q\n' "$bin"
	;;
clean) rm -rf "$cache"/ffmpeg-9-* "$cache"/build.* "$cache"/static* ;;
help | -h | --help) usage ;;
*)
	usage >&2
	exit 2
	;;
esac
