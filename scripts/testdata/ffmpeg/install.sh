#!/usr/bin/env bash
# install.sh DESTDIR PREFIX LICENCE: what "make install" of the stand-in for FFmpeg does.
set -euo pipefail
root=$1 prefix=$2 licence=$3
svtav1=$(pkg-config --libs SvtAv1Enc)
mkdir -p "$root$prefix/lib/pkgconfig" "$root$prefix/include/libavcodec" "$root$prefix/bin"
cd "$root$prefix"
printf 'const char *avcodec_license(void);\n' >include/libavcodec/avcodec.h
printf 'const char *avcodec_license(void) { return "%s version 3"; }\n' "$licence" | gcc -x c -c -o licence.o -
for library in libavcodec libavdevice libavfilter libavformat libswresample libswscale libavutil; do
	ar rc "lib/$library.a"
	printf '%s\n' "prefix=$prefix" "libdir=$prefix/lib" "includedir=$prefix/include" '' "Name: $library" "Description: $library" 'Version: 63.1.0' \
		"Libs: -L\${libdir} -lm -l${library#lib} $svtav1 -lm" 'Cflags: -I${includedir}' >"lib/pkgconfig/$library.pc"
done
ar rc lib/libavcodec.a licence.o
rm licence.o
