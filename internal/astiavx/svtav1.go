package astiavx

import (
	"fmt"
	"sync"
)

const svtAV1 = "libsvtav1"

// svtAV1Globals is held while an encoder of SVT-AV1 is opened or freed. The library (1.4.1 and
// 2.3.0) allocates a list of the machine's processors for the whole process when it opens an
// encoder, and frees it with any encoder (lp_group in EbEncHandle.c): two that do so at the same
// time end the process.
var svtAV1Globals sync.Mutex

// SVTAV1AtLeast reports whether this process is linked with this version of SVT-AV1, or a newer
// one. That may be the library of the distribution, or the one that scripts/ffmpeg.sh builds.
// SVT-AV1 does not have all of its faults in all versions.
func SVTAV1AtLeast(major, minor int) bool {
	var hasMajor, hasMinor int
	_, err := fmt.Sscanf(EncoderVersion(svtAV1), "v%d.%d", &hasMajor, &hasMinor)
	return err == nil && (hasMajor > major || hasMajor == major && hasMinor >= minor)
}
