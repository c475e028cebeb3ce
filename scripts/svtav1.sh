# shellcheck shell=bash disable=SC2154
# Provides the encoder SVT-AV1 that FFmpeg is built with, where the one of the distribution is old.
# ffmpeg.sh sources it, and static.sh for compile_svtav1.

svtav1_version=2.3.0
svtav1_least=2.3 # an older one of the distribution is replaced
svtav1_sha256=ebb0b484ef4a0dc281e94342a9f73ad458496f5d3457eca7465bec943910c6c3
svtav1_url=https://gitlab.com/AOMediaCodec/SVT-AV1/-/archive/v$svtav1_version/SVT-AV1-v$svtav1_version.tar.gz

# With SVT-AV1's own link-time optimization, the library could be linked by this version of gcc alone.
svtav1_options=(
	-DCMAKE_BUILD_TYPE=Release -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DBUILD_SHARED_LIBS=OFF -DBUILD_APPS=OFF
	-DBUILD_DEC=OFF -DBUILD_TESTING=OFF -DSVT_AV1_LTO=OFF -DREPRODUCIBLE_BUILDS=ON -DCMAKE_INSTALL_LIBDIR=lib
)

# compile_svtav1 SOURCE ROOT: compiles the static library, and installs it into ROOT. "set -e" has no effect
# where it is called.
compile_svtav1() {
	cmake -Wno-dev -S "$1" -B "$2.build" -G 'Unix Makefiles' "${svtav1_options[@]}" -DCMAKE_INSTALL_PREFIX="$2" &&
		cmake --build "$2.build" --parallel "${AVLOOM_JOBS:-$(nproc)}" && cmake --install "$2.build"
}

# older VERSION THAN: tells whether a version is older than another.
older() { [ "$1" != "$2" ] && [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# svtav1_is_old: tells whether the SVT-AV1 of this machine is old, or that which its distribution would
# install.
svtav1_is_old() {
	local version
	if ! version=$(pkg-config --modversion SvtAv1Enc 2>/dev/null); then
		case $distribution in
		debian-12) version=1.4.1 ;;
		ubuntu-22.04) version=0.9.0 ;;
		ubuntu-24.04) version=1.7.0 ;;
		*) return 1 ;;
		esac
	fi
	older "$version" "$svtav1_least"
}

# svtav1_release TARBALL: prints the version of the source in a tarball.
svtav1_release() {
	tar -xOf "$1" --wildcards --no-wildcards-match-slash '*/CMakeLists.txt' 2>/dev/null |
		sed -n 's/^project(svt-av1 VERSION \([0-9.]*\).*/\1/p'
}

# wanted_svtav1: prints the version of SVT-AV1 to build, and nothing if the distribution's is to be used.
wanted_svtav1() {
	local tarball=${AVLOOM_SVTAV1_TARBALL:-} release
	case ${AVLOOM_SVTAV1:-} in
	'') ;;
	system) return ;;
	*) die "AVLOOM_SVTAV1=$AVLOOM_SVTAV1 is not system, the only value it takes" ;;
	esac
	if [ -n "$tarball" ]; then
		[ -r "$tarball" ] || die "AVLOOM_SVTAV1_TARBALL names $tarball, which cannot be read"
		release=$(svtav1_release "$tarball") || true
		[ -n "$release" ] || die "AVLOOM_SVTAV1_TARBALL names $tarball, which is no source of SVT-AV1"
		echo "$release"
	elif svtav1_is_old; then
		echo "$svtav1_version"
	fi
}

# fetch_svtav1 DIR: puts a tarball of the source into DIR and prints its path, or fails.
fetch_svtav1() {
	local dir=$1 tarball=$1/svt-av1.tar.gz
	if [ -n "${AVLOOM_SVTAV1_TARBALL:-}" ]; then
		realpath "$AVLOOM_SVTAV1_TARBALL"
		return
	fi
	say "downloading SVT-AV1 $svtav1"
	if curl -fsSL --connect-timeout 10 --speed-time 30 --speed-limit 1000 -o "$tarball" "$svtav1_url" 2>/dev/null; then
		if [ "$(sha256sum <"$tarball" | cut -d ' ' -f 1)" = "$svtav1_sha256" ]; then
			echo "$tarball"
			return
		fi
		say "what $svtav1_url gave is not SVT-AV1 $svtav1: its SHA-256 should be $svtav1_sha256"
	fi
	[ -e "$debian_keyring" ] && command -v apt-get >/dev/null || return 1
	say "upstream's SVT-AV1 cannot be had; taking Debian's source package"
	from_archive "$dir" deb-src "$debian_keyring" "trixie main" source --download-only --tar-only svt-av1 || return 1
	tarball=$(find "$dir" -maxdepth 1 -name 'svt-av1_*.orig.tar.*z' | head -n 1)
	[ -n "$tarball" ] && [ "$(svtav1_release "$tarball")" = "$svtav1" ] && echo "$tarball"
}

# provide_svtav1: makes sure that the folder $svtav1_folder of the cache has SVT-AV1 $svtav1, and lets
# pkg-config find it there. It fails, and says why, if there is no source or no way to compile it.
provide_svtav1() {
	[ -d "$svtav1_folder" ] || (
		if ! flock -n 9; then
			say "another build of SVT-AV1 is running; waiting for it"
			flock 9
		fi
		[ -d "$svtav1_folder" ] || build_svtav1
	) 9>"$cache/svtav1-build.lock" || return 1
	mkdir -p "$svtav1_folder/lib/pkgconfig"
	cat >"$svtav1_folder/lib/pkgconfig/SvtAv1Enc.pc" <<-PC
		Name: SvtAv1Enc
		Description: SVT-AV1
		Version: $svtav1
		Libs: -L$svtav1_folder/lib -lSvtAv1Enc -lm -lpthread
		Cflags: -I$svtav1_folder/include/svt-av1
	PC
	export PKG_CONFIG_PATH=$svtav1_folder/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
}

# build_svtav1: builds SVT-AV1 beside $svtav1_folder and moves it there when it is complete. "set -e" has no
# effect where it is called.
build_svtav1() (
	log=$cache/svtav1-build.log
	work=$(mktemp -d "$cache/svtav1.XXXXXX") || return 1
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM HUP
	if ! tarball=$(fetch_svtav1 "$work"); then
		say "no source of SVT-AV1 $svtav1 found; download $svtav1_url elsewhere and set AVLOOM_SVTAV1_TARBALL to it"
		return 1
	fi
	bash "$here/apt.sh" cmake || return 1
	say "building SVT-AV1 $svtav1, once; about one and a half minutes on two cores (log: $log)"
	mkdir "$work/source"
	if ! { tar -xf "$tarball" -C "$work/source" --strip-components=1 &&
		compile_svtav1 "$work/source" "$work/root"; } >"$log" 2>&1; then
		say "SVT-AV1 $svtav1 could not be built; $log ends with: $(tail -n 1 "$log")"
		return 1
	fi
	mkdir -p "$work/root/share/licenses/svt-av1"
	cp "$work/source"/{LICENSE,PATENTS}.md "$work/root/share/licenses/svt-av1/" || return 1
	mv -T "$work/root" "$svtav1_folder"
)

# keep_svtav1 ROOT: copies the library that FFmpeg in ROOT was configured with beside FFmpeg's own, so that a
# build needs nothing else of the cache, and lets the linker take this file whatever SVT-AV1 the system has.
# The licence of SVT-AV1 asks for its text beside the library.
keep_svtav1() {
	[ -n "$svtav1" ] || return 0
	mkdir -p "$1/share"
	cp "$svtav1_folder/lib/libSvtAv1Enc.a" "$1/lib/" && cp -r "$svtav1_folder/share/licenses" "$1/share/" &&
		sed -i "s| *-L$svtav1_folder/lib||g; s|-lSvtAv1Enc|\${libdir}/libSvtAv1Enc.a|g" "$1"/lib/pkgconfig/*.pc
}
