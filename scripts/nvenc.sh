# shellcheck shell=bash disable=SC2154
# Gets the headers of NVENC and CUDA, with which FFmpeg and avloom's tests are built. ffmpeg.sh sources
# it.

no_nvenc="no headers for nvenc found: install nv-codec-headers >= 11.1.5.3, so that pkg-config finds ffnvcodec,"
no_nvenc+=" or set AVLOOM_NVENC=0 to do without NVENC"

# nvenc_headers DIR: lets pkg-config find the headers of NVENC and CUDA. FFmpeg 9 needs version
# 11.1.5.3 or later. Where the distribution's package is older, that of its next release is unpacked
# into DIR, which works because it has nothing but headers.
nvenc_headers() {
	local dir=$1
	if [ "$nvenc" = 0 ] || pkg-config --exists 'ffnvcodec >= 11.1.5.3'; then return; fi
	if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then die "$no_nvenc"; fi
	if apt-cache policy libffmpeg-nvenc-dev 2>/dev/null | awk '/Candidate:/ {print $2}' |
		{ read -r have && dpkg --compare-versions "$have" ge 11.1.5.3; }; then
		bash "$here/apt.sh" libffmpeg-nvenc-dev=ffnvcodec.pc && return
	fi
	from_archive "$dir" deb "$debian_keyring" "trixie main" download libffmpeg-nvenc-dev ||
		from_archive "$dir" deb "$ubuntu_keyring" "noble universe" download libffmpeg-nvenc-dev || die "$no_nvenc"
	dpkg -x "$dir"/libffmpeg-nvenc-dev_*.deb "$dir/nvenc"
	sed -i "s|^prefix=.*|prefix=$dir/nvenc/usr|" "$dir/nvenc/usr/share/pkgconfig/ffnvcodec.pc"
	export PKG_CONFIG_PATH=$dir/nvenc/usr/share/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
}

# keep_headers ROOT: copies the headers of NVENC and CUDA beside those of FFmpeg in ROOT. The tests build
# a stand-in for the driver, which needs the same version of these headers as FFmpeg.
keep_headers() {
	local include
	[ "$nvenc" != 0 ] || return 0
	include=$(pkg-config --variable=includedir ffnvcodec)
	mkdir -p "$1/include"
	cp -rL "$include/ffnvcodec" "$1/include/"
}

# add_headers: copies the headers into a build that lacks them.
add_headers() (
	[ "$nvenc" != 0 ] && [ ! -d "$prefix/include/ffnvcodec" ] || return 0
	work=$(mktemp -d "$cache/build.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	nvenc_headers "$work" && keep_headers "$work" && mv "$work/include/ffnvcodec" "$prefix/include/"
)
