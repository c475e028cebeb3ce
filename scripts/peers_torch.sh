# shellcheck shell=bash disable=SC2154
# Lets torchcodec run without CUDA, and with the FFmpeg that avloom is built against. peers.sh sources it.

# provide_cuda_standins: where torch is the build for CUDA, puts a library that has the functions which torch
# names, and fails in each of them with "no device", in the place of each library of CUDA that is missing.
provide_cuda_standins() {
	local torch needed name
	torch=$(echo "$folder"/lib/python3*/site-packages/torch/lib)
	[ ! -e "$folder/has-standins" ] || return 0
	bash "$here/apt.sh" gcc binutils=readelf || return 1
	needed=$(readelf -d "$torch"/*.so "$torch"/../../torchcodec/*.so 2>/dev/null |
		sed -n 's/.*NEEDED.*\[\(lib\(cu\|nv\|nccl\)[^]]*\)\]/\1/p' | sort -u)
	nm -D --undefined-only "$torch"/*.so "$torch"/../../torchcodec/*.so 2>/dev/null |
		sed -n 's/^ *[Uw] \(\(cu\|nccl\|nv\|__cuda\)[A-Za-z0-9_]*\)\(@\(.*\)\)\?$/\1 \4/p' | sort -u >"$folder/cuda-symbols"
	for name in $needed; do
		[ -e "$torch/$name" ] || cuda_standin "$name" "$torch/$name" || return 1
	done
	touch "$folder/has-standins"
}

# cuda_standin NAME FILE: builds the stand-in for one library. The loader asks each for the symbol version that
# the program was linked with, which is the library's name, except in these.
cuda_standin() {
	local version=$1
	case $1 in
	libnccl.so.* | libcuda.so.*) version= ;;
	libnvshmem*) version=NVSHMEM ;;
	esac
	awk -v version="$version" '
		BEGIN { print "enum { no_device = 100 }; // cudaErrorNoDevice" }
		$2 != version { next }
		$1 == "__cudaRegisterFatBinary" { print "void **" $1 "(void) { static void *none; return &none; }"; next }
		{ print "int " $1 "(void) { return no_device; }" }' "$folder/cuda-symbols" >"$folder/standin.c"
	awk -v version="$version" '
		$2 == version && version { list = list $1 ";" }
		END { if (list) print version " { global: " list " };" }' "$folder/cuda-symbols" >"$folder/standin.map"
	local versioned=()
	[ ! -s "$folder/standin.map" ] || versioned=("-Wl,--version-script=$folder/standin.map")
	gcc -shared -fPIC -w -Wl,-soname,"$1" "${versioned[@]}" -o "$2" "$folder/standin.c" >>"$log" 2>&1
}

# provide_shared_ffmpeg: sets shared to a folder that has the FFmpeg of scripts/ffmpeg.sh, which is static, as
# shared libraries: one file that bears the names of all.
provide_shared_ffmpeg() {
	local libraries=(avutil avcodec avformat avdevice avfilter swscale swresample) name prefix version
	prefix=$(pkg-config --variable=prefix libavcodec 2>/dev/null) && [ -e "$prefix/lib/libavcodec.a" ] || return 1
	shared=$folder/$(basename "$prefix")
	[ ! -e "$shared/complete" ] || return 0
	mkdir -p "$shared"
	for name in "${libraries[@]}"; do
		version=$(pkg-config --modversion "lib$name" | cut -d . -f 1)
		echo "LIB${name^^}_$version { global:"
		{
			echo "${name}_version;"
			nm -g --defined-only "$prefix/lib/lib$name.a" 2>/dev/null | awk 'NF == 3 && $3 ~ /^(av|sw)/ { print $3 ";" }'
		} | sort -u
		[ "$name" != avutil ] || echo 'local: *;'
		echo '};'
		ln -sf libffmpeg.so "$shared/lib$name.so.$version"
	done >"$shared/libffmpeg.map"
	link_shared_ffmpeg "$prefix/lib" || {
		unset shared
		return 1
	}
	touch "$shared/complete"
}

# link_shared_ffmpeg LIB: links the static libraries in LIB to one shared one. Some of them have a copy of the
# same object.
link_shared_ffmpeg() {
	local others
	read -ra others < <(pkg-config --libs libavdevice libavfilter libswscale libavformat libavcodec libswresample |
		tr ' ' '\n' | grep -vE '/this-FFmpeg-is-gone|^-l(av|sw)' | tr '\n' ' ')
	gcc -shared -o "$shared/libffmpeg.so" -Wl,--version-script="$shared/libffmpeg.map" -Wl,-Bsymbolic -Wl,-z,noexecstack \
		-Wl,--allow-multiple-definition -Wl,--whole-archive "$1"/lib{avutil,avcodec,avformat,avfilter,avdevice}.a \
		"$1"/lib{swscale,swresample}.a -Wl,--no-whole-archive "${others[@]}" -lstdc++ >>"$log" 2>&1
}
